import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { sql } from 'kysely'
import type { Database } from '../../../server/db/database.ts'
import { hold, letGo } from '../../../server/db/lease.ts'
import { emptyDatabase } from '../../support/chain.ts'

describe('A lease', () => {
  let database: Database
  const [one, other] = [randomUUID(), randomUUID()]

  before(async function () {
    this.timeout(30_000)
    database = await emptyDatabase()
  })
  after(() => database.close())
  beforeEach(() => sql`delete from leases`.execute(database.db))

  const isHeld = (holder: string, name = 'work') => hold(database.db, name, holder, 60)

  it('is not given to a second while the first has it', async () => {
    expect(await isHeld(one)).to.equal(true)
    expect(await isHeld(other)).to.equal(false)
    expect(await isHeld(one)).to.equal(true)
    expect(await isHeld(other, 'other work')).to.equal(true)
  })

  it('is let go by its holder only', async () => {
    await isHeld(one)
    await letGo(database.db, 'work', other)
    expect(await isHeld(other)).to.equal(false)
    await letGo(database.db, 'work', one)
    expect(await isHeld(other)).to.equal(true)
  })

  it('goes to another when its holder was silent for too long', async () => {
    await isHeld(one)
    await sql`update leases set held_until = now() - interval '1 second'`.execute(database.db)
    expect(await isHeld(other)).to.equal(true)
    expect(await isHeld(one)).to.equal(false)
  })

  it('goes to one of many who ask at once', async () => {
    const holders = Array.from({ length: 20 }, () => randomUUID())
    const answers = await Promise.all(holders.map((holder) => isHeld(holder)))
    expect(answers.filter((answer) => answer)).to.have.length(1)
  })
})
