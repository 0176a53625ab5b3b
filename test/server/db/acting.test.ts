import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { sql } from 'kysely'
import pg from 'pg'
import { type Acting, type ActingRole, actAs, actAsServer } from '../../../server/db/acting.ts'
import { openDatabase } from '../../../server/db/database.ts'
import { migrate } from '../../../server/db/migrate.ts'
import { inTransaction, sqlStateOf } from '../../../server/db/transaction.ts'
import { type TestServer, testServer } from '../../support/server.ts'
import { payOnce, type Settled, settleIn } from '../../support/settledTown.ts'

const notAllowed = '42501'

/** What each role may read at all, whosever it is; everything else it is refused. */
const readable: Record<ActingRole, string[]> = {
  wallet: [
    ...[
      'acceptances',
      'address_stock',
      'charges',
      'given_up_spends',
      'mailboxes',
      'merchants',
      'notes',
      'organisations',
    ],
    ...['payments', 'programmes', 'sheets', 'tills', 'vouchers', 'wallets'],
  ],
  till: [
    ...[
      'acceptances',
      'address_stock',
      'charges',
      'given_up_spends',
      'mailboxes',
      'merchants',
      'notes',
      'organisations',
    ],
    ...['payments', 'programmes', 'refunds', 'sheets', 'tills', 'vouchers', 'wallets'],
  ],
  desk: [
    ...['address_stock', 'cases', 'decisions', 'enrolment_codes', 'mailboxes', 'merchants', 'needs', 'notes'],
    ...['organisations', 'programmes', 'sheets', 'staff_days', 'vouchers', 'wallets'],
  ],
  approver: [
    ...['address_stock', 'cases', 'decisions', 'mailboxes', 'merchants', 'needs', 'notes', 'organisations'],
    ...['programmes', 'sheets', 'staff_days', 'vouchers', 'wallets'],
  ],
  office: [
    ...['chain_logs', 'fundings', 'merchants', 'organisations', 'programmes', 'settlement_lines', 'settlements'],
    ...['statement_entries', 'till_codes', 'tills'],
  ],
}

describe('Acting for somebody', function () {
  this.timeout(120_000)
  let town: TestServer
  let ours: Settled
  let theirs: Settled

  before(async () => {
    town = await testServer()
    ours = await settleIn(town, 'town')
    theirs = await settleIn(town, 'village')
    for (const one of [ours, theirs]) await payOnce(town, one, 250n)
  })
  after(() => town.close())

  const as = (role: ActingRole, actor: string | number, organisation = 'town'): Acting => {
    return { role, actor: String(actor), organisation }
  }
  /** Of no `where`: whatever the database lets through. */
  const seen = async (who: Acting, table: string, columns = '*'): Promise<Record<string, unknown>[]> => {
    const query = sql<Record<string, unknown>>`select ${sql.raw(columns)} from ${sql.table(table)}`
    return (await actAs(who, () => query.execute(town.deps.db))).rows
  }
  const failureOf = (who: Acting, text: string) =>
    actAs(who, () => sql.raw(text).execute(town.deps.db)).then(
      () => null,
      (error: unknown) => sqlStateOf(error),
    )
  const mailboxOf = async (settled: Settled) => {
    const { rows } = await sql<{ mailbox_id: string }>`
      select v.mailbox_id from vouchers v join programmes p on p.id = v.programme_id where p.id = ${settled.programme}
      limit 1`.execute(town.deps.db)
    return rows[0]!.mailbox_id
  }
  const workerOf = async (settled: Settled) =>
    (await town.deps.db.selectFrom('cases').select('worker_id').where('id', '=', settled.caseId).executeTakeFirst())!
      .worker_id

  it('refuses every table that its role has no business with', async () => {
    const { rows } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables where table_schema = 'public'`.execute(town.deps.db)
    for (const role of Object.keys(readable) as ActingRole[]) {
      const may: string[] = []
      for (const { name } of rows) {
        const who = as(role, role === 'till' ? 1 : randomUUID())
        if ((await failureOf(who, `select * from ${name}`)) === null) may.push(name)
      }
      expect(may.sort(), role).to.deep.equal(readable[role].sort())
    }
  })

  it('refuses a table that nobody has granted', async () => {
    await sql`create table fresh (id integer)`.execute(town.deps.db)
    for (const role of Object.keys(readable) as ActingRole[]) {
      expect(await failureOf(as(role, 1), 'select * from fresh'), role).to.equal(notAllowed)
    }
  })

  it('shows a phone its own mailbox, and nothing of another', async () => {
    const mailbox = await mailboxOf(ours)
    const who = as('wallet', mailbox)
    expect((await seen(who, 'mailboxes')).map(({ id }) => id)).to.deep.equal([mailbox])
    const vouchers = await seen(who, 'vouchers')
    expect(vouchers.map(({ programme_id }) => programme_id)).to.deep.equal([ours.programme])
    const own = new Set(vouchers.map(({ id }) => id))
    const notes = await seen(who, 'notes')
    expect(notes).to.not.have.length(0)
    for (const { voucher_id } of notes) expect(own).to.include(voucher_id)
    for (const table of ['payments', 'acceptances', 'wallets']) expect(await seen(who, table), table).to.have.length(1)
    expect(await seen(who, 'address_stock')).to.have.length(30)
    expect(await seen(as('wallet', randomUUID()), 'notes')).to.have.length(0)
  })

  it('shows a till the purchases of its shop, and of no other', async () => {
    for (const { merchant } of [ours, theirs]) {
      for (const table of ['payments', 'acceptances', 'charges', 'tills']) {
        const rows = await seen(as('till', merchant), table)
        expect(
          rows.map((row) => row.merchant_id),
          table,
        ).to.deep.equal([merchant])
      }
    }
  })

  it('shows a worker their own cases, and not a colleague’s', async () => {
    const worker = await workerOf(ours)
    for (const [table, count] of [
      ['cases', 1],
      ['needs', 2],
      ['decisions', 1],
    ] as const) {
      expect(await seen(as('desk', worker), table), table).to.have.length(count)
      expect(await seen(as('desk', randomUUID()), table), table).to.have.length(0)
      expect(await seen(as('desk', worker, 'village'), table), table).to.have.length(0)
    }
  })

  it('shows the second person what waits for one, and what they approved', async () => {
    const who = as('approver', randomUUID())
    expect(await seen(who, 'cases')).to.have.length(0)
    const wait = (state: string) =>
      sql`update decisions set state = ${state} where id = ${ours.decided.decision}`.execute(town.deps.db)
    await wait('waiting_for_second')
    for (const table of ['cases', 'needs', 'decisions']) expect(await seen(who, table), table).to.have.length(1)
    expect(await seen({ ...who, organisation: 'village' }, 'cases')).to.have.length(0)
    await wait('decided')
    expect(await seen(who, 'decisions')).to.have.length(0)
  })

  it('shows the office amounts of its own shops, and nobody’s signature', async () => {
    const who = as('office', randomUUID())
    const amounts = await seen(who, 'acceptances', 'merchant_id, amount_cents')
    expect(amounts).to.deep.equal([{ merchant_id: ours.merchant, amount_cents: 250n }])
    expect(await failureOf(who, 'select signature from acceptances')).to.equal(notAllowed)
    for (const table of ['till_codes', 'tills', 'fundings']) expect(await seen(who, table), table).to.have.length(1)
  })

  it('changes nothing of what it may only hold', async () => {
    const mailbox = await mailboxOf(ours)
    const changes: [Acting, string][] = [
      [as('wallet', mailbox), `update mailboxes set organisation_id = 'village'`],
      [as('wallet', mailbox), `update tills set state = 'stopped'`],
      [as('till', ours.merchant), `update tills set state = 'stopped'`],
      [as('till', ours.merchant), `update mailboxes set organisation_id = 'village'`],
      [as('desk', randomUUID()), `update programmes set budget_cents = 1`],
      [as('office', randomUUID()), `update acceptances set amount_cents = 1`],
      [as('wallet', mailbox), `update vouchers set granted_cents = 1`],
      [as('office', randomUUID()), `insert into organisations select * from organisations`],
    ]
    for (const [who, text] of changes) expect(await failureOf(who, text), text).to.equal(notAllowed)
    const held = await actAs(as('wallet', mailbox), () =>
      inTransaction(town.deps.db, (tx) => sql`select id from mailboxes for no key update`.execute(tx)),
    )
    expect(held.rows).to.have.length(1)
  })

  it('reaches nobody else’s rows by a change without a condition', async () => {
    const who = as('till', ours.merchant)
    const changed = await actAs(who, () =>
      town.deps.db.updateTable('charges').set({ state: 'paid' }).executeTakeFirst(),
    )
    expect(changed.numUpdatedRows).to.equal(1n)
    const whose = { nonce: randomBytes(8), merchant_id: theirs.merchant, till_id: theirs.till.id }
    const row = {
      ...whose,
      price_cents: 1n,
      kind: 'typed',
      state: 'open',
      opened_at: new Date(),
      expires_at: new Date(),
    }
    const added = actAs(who, () =>
      town.deps.db
        .insertInto('charges')
        .values(row as never)
        .execute(),
    )
    expect(await added.then(() => null, sqlStateOf)).to.equal(notAllowed)
  })

  it('holds for every statement of it and for none beside it, however many ask at once', async () => {
    const asked = sql<{ role: string; actor: string }>`
      select current_user as role, current_setting('kipina.actor', true) as actor`
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, place) => {
        const work = () =>
          place % 2 === 0 ? asked.execute(town.deps.db) : inTransaction(town.deps.db, (tx) => asked.execute(tx))
        const { rows } = place % 5 === 0 ? await work() : await actAs(as('till', place), work)
        return rows[0]
      }),
    )
    for (const [place, answer] of answers.entries()) {
      if (place % 5 !== 0) expect(answer).to.deep.equal({ role: 'kipina_till', actor: String(place) })
      else expect(answer?.role).to.not.match(/^kipina_/)
    }
    const inside = await actAs(as('till', 1), () => actAsServer(() => asked.execute(town.deps.db)))
    expect(inside.rows[0]?.role).to.not.match(/^kipina_/)
  })

  it('needs no more of the database’s owner than that it may make roles', async function () {
    const cluster = process.env.TEST_DATABASE_URL
    if (cluster === undefined) return this.skip()
    const admin = new pg.Client({ connectionString: cluster })
    await admin.connect()
    const name = `kipina_owner_${randomBytes(4).toString('hex')}`
    try {
      await admin.query(`create role ${name} login createrole password 'p'`)
      await admin.query(`create database ${name} owner ${name}`)
      const url = Object.assign(new URL(cluster), { pathname: `/${name}`, username: name, password: 'p' })
      const opened = await openDatabase({ databaseUrl: url.href, dataFolder: null }, () => {})
      await migrate(opened.db)
      const charges = await actAs(as('till', 1), () => opened.db.selectFrom('charges').selectAll().execute())
      expect(charges).to.deep.equal([])
      await opened.close()
    } finally {
      await admin.query(`drop database if exists ${name} with (force)`)
      await admin.query(`drop role if exists ${name}`).catch(() => {})
      await admin.end()
    }
  })
})
