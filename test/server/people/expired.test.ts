import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { sql } from 'kysely'
import type { Database } from '../../../server/db/database.ts'
import { dropExpired } from '../../../server/people/people.store.ts'
import { emptyDatabase } from '../../support/chain.ts'

describe('What has expired', function () {
  this.timeout(30_000)
  let database: Database

  before(async () => {
    database = await emptyDatabase()
  })
  after(() => database.close())

  it('is dropped, whatever it opened, and what still opens something stays', async () => {
    const { db } = database
    const now = new Date('2026-11-22T12:00:00Z')
    const name = JSON.stringify({ fi: 'K', sv: 'K', en: 'K' })
    const town = { id: 'town', kind: 'parish', name, municipality: '240', phone: '1' } as const
    await db.insertInto('organisations').values(town).execute()
    for (const [name, seconds] of [
      ['gone', 0],
      ['stays', 1],
    ] as const) {
      const expires_at = new Date(now.getTime() + seconds * 1000)
      const mailbox_id = randomUUID()
      const session = { actor: 'till', actor_id: name, organisation_id: 'town', created_at: now } as const
      await db.insertInto('mailboxes').values({ id: mailbox_id, organisation_id: 'town' }).execute()
      await db.insertInto('sign_in_nonces').values({ nonce: name, expires_at }).execute()
      await db
        .insertInto('sessions')
        .values({ ...session, token_hash: randomBytes(32), expires_at })
        .execute()
      await db
        .insertInto('enrolment_codes')
        .values({ code_hash: Buffer.from(name), mailbox_id, expires_at })
        .execute()
    }
    await dropExpired(db, now)
    const nonces = await db.selectFrom('sign_in_nonces').select('nonce').execute()
    const sessions = await db.selectFrom('sessions').select('actor_id').execute()
    const codes = await db.selectFrom('enrolment_codes').select('code_hash').execute()
    expect([nonces, sessions, codes]).to.deep.equal([
      [{ nonce: 'stays' }],
      [{ actor_id: 'stays' }],
      [{ code_hash: Buffer.from('stays') }],
    ])
  })

  it('keeps no worker’s sum of a day that is over: of one grant it is the amount, which is sealed elsewhere', async () => {
    const { db } = database
    const staff_id = randomUUID()
    const worker = { organisation_id: 'town', subject: 'w', name: 'w', roles: ['worker'] }
    await db
      .insertInto('staff')
      .values({ id: staff_id, ...worker })
      .execute()
    for (const day of ['2026-11-21', '2026-11-22', '2026-11-23']) {
      await db.insertInto('staff_days').values({ staff_id, day, decided_cents: 5000n }).execute()
    }
    // Already the 23rd in Finland.
    await dropExpired(db, new Date('2026-11-22T22:30:00Z'))
    const { rows } = await sql<{ day: string }>`select day::text as day from staff_days`.execute(db)
    expect(rows).to.deep.equal([{ day: '2026-11-23' }])
  })
})
