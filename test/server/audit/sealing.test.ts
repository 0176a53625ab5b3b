import { expect } from 'chai'
import { sql } from 'kysely'
import { firstHash, nextHash } from '../../../server/audit/links.ts'
import { sealAll, sealWaiting, takeHead } from '../../../server/audit/sealing.ts'
import { verifyLog } from '../../../server/audit/verifying.ts'
import type { Database } from '../../../server/db/database.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { logAccess } from '../../../server/http/accessLog.ts'
import { emptyLog } from '../../support/auditLog.ts'
import { emptyDatabase } from '../../support/chain.ts'

const server = { actor: 'server' } as const
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: Error) => error,
  )

describe('The chained log', function () {
  this.timeout(60_000)
  let database: Database

  before(async () => {
    database = await emptyDatabase()
  })
  after(() => database.close())
  beforeEach(() => emptyLog(database.db))

  const act = (subject: string, db = database.db) => logAccess(db, server, 'acted', subject)
  const subjects = async () => {
    const rows = await database.db.selectFrom('audit_log').select('subject').orderBy('position').execute()
    return rows.map(({ subject }) => subject)
  }
  const refused = async (statement: string) =>
    (await failureOf(sql.raw(statement).execute(database.db)))?.message.replace(/^error: /, '')

  it('refuses to change, forget or empty what waits for it', async () => {
    await act('1')
    for (const statement of [
      `update access_log set actor = 'nobody'`,
      'delete from access_log',
      'truncate access_log',
      `with seen as (select * from access_log) insert into audit_log
         select 1, id, at, actor, actor_id, action, 'other', details, sha256('x') from seen; delete from access_log`,
    ]) {
      expect(await refused(statement), statement).to.match(/access_log is append-only/)
    }
    expect(await sealWaiting(database.db)).to.equal(1)
    expect(await subjects()).to.deep.equal(['1'])
  })

  it('refuses to be changed, shortened or emptied itself, and its head to go back', async () => {
    await act('1')
    await sealWaiting(database.db)
    for (const [statement, words] of [
      [`update audit_log set actor = 'nobody'`, /audit_log is append-only/],
      ['delete from audit_log', /audit_log is append-only/],
      ['truncate audit_log', /audit_log is append-only/],
      ['delete from audit_head', /audit_head is append-only/],
      ['truncate audit_head', /audit_head is append-only/],
      ['update audit_head set position = 0', /audit_head only grows/],
      [`update audit_head set hash = sha256('x')`, /audit_head only grows/],
    ] as const) {
      expect(await refused(statement), statement).to.match(words)
    }
  })

  it('refuses a row behind its head, and a head without its row: both would stop the writer', async () => {
    await act('1')
    await sealWaiting(database.db)
    for (const statement of [
      `insert into audit_log values (2, 99, now(), 'staff', 'x', 'acted', 'y', '{}', sha256('x'))`,
      `update audit_head set position = 2, hash = sha256('x')`,
    ]) {
      expect(await refused(statement), statement).to.match(/audit_log ends at its head/)
    }
    await act('2')
    expect(await sealWaiting(database.db)).to.equal(1)
    expect(await subjects()).to.deep.equal(['1', '2'])
    expect((await verifyLog(database.db, [])).broken).to.equal(null)
  })

  it('is written as its description says, byte by byte', () => {
    const at = Buffer.from('0000000000000001', 'hex')
    const row = {
      position: 1n,
      entry: 7n,
      at,
      actor: 'staff',
      actorId: 's',
      action: 'käski',
      subject: '',
      details: '{}',
    }
    expect(firstHash.toString('hex')).to.equal('7b0944dcddfdcc30664d20bcbd6cdaa7d3e704039bc97ef8f4911f05c43358a2')
    expect(nextHash(firstHash, row).toString('hex')).to.equal(
      'd7e921a68732be227aa84310e8b15da81c623e2f6159e49ec4dcb6d684e73790',
    )
  })

  it('begins with the same hash here and in the database', async () => {
    const { hash } = await database.db.selectFrom('audit_head').select('hash').executeTakeFirstOrThrow()
    expect(hash).to.deep.equal(firstHash)
  })

  it('takes what was committed, in the order of its numbers, and each row once', async () => {
    for (const subject of ['1', '2', '3']) await act(subject)
    expect(await sealWaiting(database.db)).to.equal(3)
    expect(await sealWaiting(database.db)).to.equal(0)
    await act('4')
    expect(await sealWaiting(database.db)).to.equal(1)
    expect(await subjects()).to.deep.equal(['1', '2', '3', '4'])
    expect((await verifyLog(database.db, [])).rows).to.equal(4n)
  })

  it('never takes what was rolled back', async () => {
    await act('1')
    await failureOf(
      inTransaction(database.db, async (tx) => {
        await logAccess(tx, server, 'acted', 'never')
        throw new Error('no')
      }),
    )
    await act('3')
    await sealWaiting(database.db)
    expect(await subjects()).to.deep.equal(['1', '3'])
    expect((await verifyLog(database.db, [])).broken).to.equal(null)
  })

  it('does not pass over a row whose number is lower than those it has taken', async () => {
    await act('1')
    await sql`select setval(pg_get_serial_sequence('access_log', 'id'), 100)`.execute(database.db)
    await act('101')
    await sealWaiting(database.db)
    await sql`insert into access_log (id, actor, actor_id, action, subject) overriding system value
      values (50, 'server', '', 'acted', 'late')`.execute(database.db)
    await sealWaiting(database.db)
    expect(await subjects()).to.deep.equal(['1', '101', 'late'])
    expect((await verifyLog(database.db, [])).broken).to.equal(null)
  })

  it('takes a row that an open transaction holds as soon as it is committed, and waits for nobody', async function () {
    // PGlite has one connection: nothing else runs while a transaction is open.
    if (database.engine === 'pglite') this.skip()
    const slow = await database.db.startTransaction().execute()
    await act('slow', slow)
    const slower = await database.db.startTransaction().execute()
    await act('slower', slower)
    for (const subject of ['a', 'b']) await act(subject)
    expect(await sealWaiting(database.db)).to.equal(2)
    await act('c')
    await slower.commit().execute()
    expect(await sealWaiting(database.db)).to.equal(2)
    await slow.commit().execute()
    expect(await sealWaiting(database.db)).to.equal(1)

    expect(await subjects()).to.deep.equal(['a', 'b', 'slower', 'c', 'slow'])
    const rows = await database.db.selectFrom('audit_log').select('entry').orderBy('position').execute()
    expect(rows.map(({ entry }) => entry)).to.deep.equal([3n, 4n, 2n, 5n, 1n])
    expect((await verifyLog(database.db, [])).broken).to.equal(null)
    expect(await database.db.selectFrom('access_log').selectAll().execute()).to.deep.equal([])
  })

  it('is left to the writer that has it', async function () {
    if (database.engine === 'pglite') this.skip()
    await act('1')
    await inTransaction(database.db, async (tx) => {
      expect(await takeHead(tx)).not.to.equal(null)
      expect(await sealWaiting(database.db)).to.equal(0)
    })
    expect(await sealWaiting(database.db)).to.equal(1)
  })

  it('has every row once when many write and several chain at a time', async () => {
    const all = Array.from({ length: 300 }, (_, i) => String(i))
    let left = all.length
    const writing = all.map((subject) => act(subject).finally(() => left--))
    const chaining = Array.from({ length: 3 }, async () => {
      while (left > 0) await sealWaiting(database.db)
    })
    await Promise.all([...writing, ...chaining])
    await sealWaiting(database.db)
    expect((await subjects()).toSorted()).to.deep.equal(all.toSorted())
    expect(await verifyLog(database.db, [])).to.deep.equal({ rows: 300n, anchoredRow: 0n, broken: null })
  })

  it('has a batch whole or not at all, when its writer is cut short', async () => {
    for (const subject of ['1', '2']) await act(subject)
    const cut = inTransaction(database.db, async (tx) => {
      const head = await takeHead(tx)
      if (head !== null) await sealAll(tx, head)
      throw new Error('killed')
    })
    expect((await failureOf(cut))?.message).to.equal('killed')
    expect(await subjects()).to.deep.equal([])
    expect(await sealWaiting(database.db)).to.equal(2)
    expect((await verifyLog(database.db, [])).rows).to.equal(2n)
  })

  it('takes a long backlog in batches', async () => {
    await sql`insert into access_log (actor, actor_id, action, subject)
      select 'server', '', 'acted', i::text from generate_series(1, 2500) i`.execute(database.db)
    expect(await sealWaiting(database.db)).to.equal(2500)
    expect((await verifyLog(database.db, [])).rows).to.equal(2500n)
  })
})
