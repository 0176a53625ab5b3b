import { expect } from 'chai'
import { sql } from 'kysely'
import type { Database } from '../../../server/db/database.ts'
import { Statements } from '../../../server/db/prepared.ts'
import { inTransaction, type Tx } from '../../../server/db/transaction.ts'
import { emptyDatabase } from '../../support/chain.ts'

describe('Prepared statements', function () {
  this.timeout(60_000)
  let database: Database

  before(async function () {
    database = await emptyDatabase()
    if (database.engine !== 'postgres') this.skip()
  })
  after(() => database.close())

  const addLane = async (name: string) =>
    await database.db
      .insertInto('lanes')
      .values({ name, address: Buffer.from(name), next_nonce: 0n })
      .execute()
  const someOf = async (db: Tx, name: string) =>
    await db.selectFrom('lanes').select('name').where('name', '=', name).execute()
  const allOf = async (db: Tx, name: string) =>
    await db.selectFrom('lanes').selectAll().where('name', '=', name).execute()

  it('are none where there are no values, too many of them, or all columns are asked for', () => {
    const statements = new Statements()
    const nameOf = statements.nameOf.bind(statements)
    const values = (count: number) => Array.from({ length: count }, (_, place) => place)
    expect(nameOf('commit', [])).to.equal(undefined)
    expect(nameOf('select 1 where 1 in (…)', values(33))).to.equal(undefined)
    expect(nameOf('select * from lanes where name = $1', ['post'])).to.equal(undefined)
    expect(nameOf('select "lanes".* from lanes where name = $1', ['post'])).to.equal(undefined)
    expect(nameOf('insert into lanes values ($1) returning *', ['post'])).to.equal(undefined)
    const named = nameOf('select name from lanes where name = $1', ['post'])
    expect(named).to.match(/^kipina_\d+$/)
    expect(nameOf('select name from lanes where name = $1', ['other'])).to.equal(named)
  })

  it('are 400 at most, for a connection keeps each until it ends', () => {
    const statements = new Statements()
    const names = Array.from({ length: 401 }, (_, place) => statements.nameOf(`select ${place}, $1`, [1]))
    expect(names.at(-2)).to.equal('kipina_399')
    expect(names.at(-1)).to.equal(undefined)
  })

  it('are read once by a connection, whatever their values', async () => {
    await addLane('one')
    await addLane('two')
    await inTransaction(database.db, async (tx) => {
      for (const name of ['one', 'two', 'three']) await someOf(tx, name)
      const { rows } = await sql<{ count: bigint }>`
        select count(*) from pg_prepared_statements where statement like 'select "name" from "lanes"%'`.execute(tx)
      expect(rows).to.deep.equal([{ count: 1n }])
      expect(await someOf(tx, 'two')).to.deep.equal([{ name: 'two' }])
    })
  })

  it('are answered after a migration has added a column, and so is who asks for all of them', async () => {
    await addLane('wide')
    await inTransaction(database.db, async (tx) => {
      // PostgreSQL keeps a plan of its own from the sixth time on.
      for (let times = 0; times < 8; times++) await Promise.all([someOf(tx, 'wide'), allOf(tx, 'wide')])
      await sql`alter table lanes add column more text`.execute(tx)
      expect(await someOf(tx, 'wide')).to.deep.equal([{ name: 'wide' }])
      expect((await allOf(tx, 'wide'))[0]).to.include({ name: 'wide', more: null })
    })
  })
})
