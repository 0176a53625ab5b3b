import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { sql } from 'kysely'
import { toHex } from 'viem'
import { reconcile } from '../../../protocol/api/audit.ts'
import * as settling from '../../../protocol/api/settlements.ts'
import { decimal } from '../../../protocol/money.ts'
import { Chance } from '../../../scripts/walkthrough/chance.ts'
import { refundPayment } from '../../../server/acceptances/refunds.ts'
import { undoPayment } from '../../../server/acceptances/undo.ts'
import { bookChecks } from '../../../server/audit/books.ts'
import { namedBy } from '../../../server/audit/check.ts'
import { eventChecks, linesAdded } from '../../../server/audit/events.ts'
import { readLedger } from '../../../server/audit/ledger.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { orderGuarantees } from '../../../server/post/guarantee.ts'
import { revokeVoucher } from '../../../server/vouchers/vouchers.ts'
import { day, type PostTown, postTown, suspendNow } from '../../support/postTown.ts'
import { entry, statement } from '../../support/statement.ts'

/** Every money column of every table, the rows of it that are told apart, and whether a note is at fault there. */
const columns: [table: string, column: string, where: string, note: string | null][] = [
  ['notes', 'face_cents', `state = 'open'`, 'id'],
  ['notes', 'face_cents', `state = 'final'`, 'id'],
  ['notes', 'cap_cents', 'true', 'id'],
  ['notes', 'locked_cents', 'sheet_id is not null', 'id'],
  ['acceptances', 'amount_cents', `state = 'accepted'`, 'note_id'],
  ['acceptances', 'amount_cents', `state = 'final'`, 'note_id'],
  ['acceptances', 'amount_cents', `state = 'undone'`, 'note_id'],
  ['acceptances', 'most_cents', 'true', 'note_id'],
  ['acceptances', 'refunded_cents', 'refunded_cents > 0', 'note_id'],
  ['acceptances', 'refunded_cents', 'refunded_cents = 0', 'note_id'],
  ...['issue', 'retire', 'accept', 'undo', 'refund', 'expire', 'revoke', 'rest', 'unrest'].map(
    (kind) => ['entries', 'cents', `kind = '${kind}'`, 'note_id'] as [string, string, string, string],
  ),
  ['entries', 'cents', `kind = 'grant'`, null],
  [
    'payments',
    'price_cents',
    'true',
    '(select note_id from acceptances a where a.payment_id = t.id order by 1 limit 1)',
  ],
  [
    'payments',
    'refunded_cents',
    'true',
    '(select note_id from acceptances a where a.payment_id = t.id order by 1 limit 1)',
  ],
  [
    'charges',
    'price_cents',
    `state = 'paid'`,
    '(select note_id from acceptances a join payments p on p.id = a.payment_id where p.nonce = t.nonce order by 1 limit 1)',
  ],
  ['refunds', 'cents', `state = 'final'`, 'note_id'],
  ['refunds', 'cents', `state = 'queued'`, 'note_id'],
  ['refunds', 'refunded_before_cents', `state = 'final'`, 'note_id'],
  ['refunds', 'reserved_cents', `state = 'queued'`, null],
  ...['granted', 'spent', 'left', 'expired', 'revoked'].flatMap((name) =>
    ['vouchers', 'programmes'].map((table) => [table, `${name}_cents`, 'true', null] as [string, string, string, null]),
  ),
  ...['budget', 'float', 'guarantee', 'reclaimed', 'ended_unsheeted', 'uncovered', 'daily_limit'].map(
    (name) => ['programmes', `${name}_cents`, 'true', null] as [string, string, string, null],
  ),
  ...['budget', 'float', 'guarantee'].map(
    (name) => ['fundings', `${name}_cents`, 'true', null] as [string, string, string, null],
  ),
  ...['committed', 'granted', 'released'].map(
    (name) => ['sheets', `${name}_cents`, 'true', null] as [string, string, string, null],
  ),
  ['settlement_lines', 'cents', `state = 'ready'`, null],
  ['settlement_lines', 'cents', `state = 'paid'`, null],
  ['statement_entries', 'cents', 'true', null],
]

const keys: Record<string, string> = { acceptances: 'note_id', charges: 'nonce', statement_entries: 'entry_reference' }

/** Money that is a rule, not a book: nothing else says what it should be. */
const rules = ['staff.decision_limit_cents', 'staff_days.decided_cents', 'programmes.most_per_grant_cents']
/** What a run found. */
const found = ['reconciliations.off_cents']

describe('The reconciliation', () => {
  let town: PostTown
  const db = () => town.town.deps.db

  before(async function () {
    this.timeout(300_000)
    town = await postTown()
    await liveThrough(town)
    // What the tables themselves would refuse shall be found too.
    const { rows } = await sql<{ name: string; on: string }>`
      select conname as name, conrelid::regclass::text as on from pg_constraint
      where contype = 'c' and connamespace = 'public'::regnamespace`.execute(db())
    for (const { name, on } of rows)
      await sql`alter table ${sql.table(on)} drop constraint ${sql.ref(name)}`.execute(db())
    await sql`alter table entries disable trigger entries_append_only`.execute(db())
  })
  after(() => town.close())

  /** What is wrong with some note although the sums say that all is well: must never be. */
  const namedWithoutSums = () =>
    db()
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (tx) => {
        const ledger = await readLedger(tx)
        const checks = [...bookChecks, ...eventChecks(await linesAdded(tx, ledger))]
        const held = checks.filter(({ holds }) => holds?.(ledger) === true).map(({ named }) => ({ named }))
        return (await namedBy(tx, ledger, held)).filter(({ expected, found }) => expected !== found)
      })

  it('finds nothing after a life of grants, payments, undo, refunds, guarantee, expiry and settlement', async () => {
    expect(await town.differences()).to.deep.equal([])
  })

  it('is asked over HTTP, and says each term of the equations', async () => {
    const auditor = await town.server.as(['auditor'])
    const books = await auditor.call(reconcile)
    expect(books).to.include({ balanced: true })
    for (const programme of books.programmes) {
      const { openOnSheetsCents, unpostedOnSheetsCents, unreleasedCents, paddingCents } = programme.database as Record<
        string,
        bigint
      >
      const terms = [openOnSheetsCents, unpostedOnSheetsCents, unreleasedCents, paddingCents]
      expect(terms.reduce<bigint>((sum, cents) => sum + (cents ?? 0n), 0n)).to.equal(programme.chain.lockedCents)
      expect(programme.grantedCents).to.equal(
        programme.spentCents + programme.leftCents + programme.expiredCents + programme.revokedCents,
      )
    }
    const { total } = books
    expect(total.heldCents).to.equal(
      (total.availableCents ?? 0n) +
        (total.outstandingCents ?? 0n) +
        (total.floatCents ?? 0n) +
        (total.guaranteeCents ?? 0n) +
        (total.owedCents ?? 0n) +
        (total.settlingCents ?? 0n),
    )
    expect(await (await town.server.as(['worker'])).refusal(reconcile)).to.equal('not_allowed')
  })

  it('knows every money column there is', async () => {
    const { rows } = await sql<{ name: string }>`
      select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'public' and (column_name like '%_cents' or column_name = 'cents')`.execute(db())
    const known = new Set([...columns.map(([table, column]) => `${table}.${column}`), ...rules, ...found])
    expect(rows.map((row) => row.name).filter((name) => !known.has(name))).to.deep.equal([])
  })

  for (const [table, column, where, note] of columns) {
    const which = where === 'true' ? '' : ` where ${where}`
    it(`finds one cent more in ${table}.${column}${which}${note === null ? '' : ', and names the note'}`, async () => {
      const key = sql.ref(keys[table] ?? 'id')
      const { rows } = await sql<{ key: unknown; note: Buffer | null }>`
        select ${key} as key, ${note === null ? sql`null` : sql.raw(note)} as note
        from ${sql.table(table)} t where ${sql.raw(where)} and ${sql.ref(column)} is not null
        order by ${key} limit 1`.execute(db())
      const [row] = rows
      if (row === undefined) throw new Error('No such row was lived through')
      const add = (cents: number) =>
        sql`update ${sql.table(table)} set ${sql.ref(column)} = ${sql.ref(column)} + ${sql.raw(String(cents))}
          where ${key} = ${row.key}`.execute(db())
      await add(1)
      const differences = await town.differences()
      const passedOver = await namedWithoutSums()
      await add(-1)
      expect(differences).not.to.deep.equal([])
      expect(passedOver).to.deep.equal([])
      if (row.note !== null) expect(differences.map((one) => one.note)).to.include(toHex(row.note))
      expect(await town.differences()).to.deep.equal([])
    })
  }

  it('finds whatever cents are changed at once, also so that tables add up as before', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    const chance = new Chance(seed)
    const inBooks = columns.filter(([table]) => !/statement|settlement|fundings|sheets/.test(table))
    for (let round = 0; round < 12; round++) {
      const [table, column, where] = inBooks[chance.between(0, inBooks.length - 1)]!
      const key = sql.ref(keys[table] ?? 'id')
      const { rows } = await sql<{ key: unknown }>`
        select ${key} as key from ${sql.table(table)} t
        where ${sql.raw(where)} and ${sql.ref(column)} is not null order by ${key}`.execute(db())
      const [first, second] = [chance.between(0, rows.length - 1), chance.between(0, rows.length - 1)]
      // One row's loss is the other's gain; a lone one is changed beyond what can be weighed.
      const changes: [number, bigint][] =
        first === second ? [[first, 2n ** 45n]] : [1n, -1n].map((sign, place) => [[first, second][place]!, sign * 3n])
      const change = async (by: bigint) => {
        for (const [place, cents] of changes) {
          await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${sql.ref(column)} + ${by * cents}
            where ${key} = ${rows[place]?.key}`.execute(db())
        }
      }
      await change(1n)
      const [differences, passedOver] = [await town.differences(), await namedWithoutSums()]
      await change(-1n)
      expect(differences, `seed ${seed}, round ${round}: ${table}.${column}`).not.to.deep.equal([])
      expect(passedOver, `seed ${seed}, round ${round}: ${table}.${column}`).to.deep.equal([])
    }
    expect(await town.differences()).to.deep.equal([])
  }).timeout(300_000)
  for (const [column, what] of [
    ['locked_cents', /^left on sheet 0x[0-9a-f]{64} against its open notes and unposted acceptances$/],
    ['face_cents', /^outstanding of a programme against the notes and acceptances that it stands for$/],
  ] as const) {
    it(`finds notes in hand that are worth more by their ${column} than the chain holds for them`, async () => {
      const { rows } = await sql<{ id: Buffer }>`
        select n.id from notes n join sheets s on s.id = n.sheet_id
        where n.state = 'open' and s.state = 'final' order by n.id limit 1`.execute(db())
      const id = rows[0]?.id ?? Buffer.of()
      const add = (cents: number) =>
        sql`update notes set ${sql.ref(column)} = ${sql.ref(column)} + ${sql.raw(String(cents))} where id = ${id}`
      const whats = async () => (await town.differences()).map((one) => one.what)
      await add(10_000_000).execute(db())
      const found = await whats()
      await add(-10_000_000).execute(db())
      expect(found.filter((one) => what.test(one))).to.have.length(1)
      expect(await whats()).to.deep.equal([])
    })
  }

  it('finds an acceptance that is gone, and names its note', async () => {
    const { rows } = await sql<{ note_id: Buffer }>`
      select note_id from acceptances where state = 'final' and refunded_cents = 0 limit 1`.execute(db())
    const noteId = rows[0]?.note_id ?? Buffer.of()
    await sql`create table kept as select * from acceptances where note_id = ${noteId}`.execute(db())
    await sql`delete from acceptances where note_id = ${noteId}`.execute(db())
    const differences = await town.differences()
    await sql`insert into acceptances select * from kept`.execute(db())
    await sql`drop table kept`.execute(db())
    expect(differences.map((difference) => difference.note)).to.include(toHex(noteId))
    expect(await town.differences()).to.deep.equal([])
  })
})

/** One of everything: what is open, accepted, posted, undone, refunded, guaranteed, expired, revoked, settled and paid. */
async function liveThrough(town: PostTown): Promise<void> {
  const { deps } = town.town
  const programme = await town.programme({ undoSeconds: 0 })
  const service = await town.programme({ kind: 'service', undoSeconds: 0 })
  const undoable = await town.programme({ undoSeconds: 3600 })
  const [shop, other, suspended] = [await town.shop(), await town.shop(), await town.shop()]
  const [youth, second] = [await town.youth(), await town.youth()]
  await youth.grant(programme, 20_000n, 300)
  await youth.grant(service, 1_200n, 300)
  await second.grant(undoable, 5_000n, 300)
  const revoked = await second.grant(programme, 3_000n, 300)
  await second.grant(programme, 1_000n, 1)
  await town.post()

  await inTransaction(deps.db, (tx) => revokeVoucher(tx, deps, revoked))
  const largest = async () => (await youth.notes()).slice(0, 1)
  const inService = (await youth.notes()).filter((note) => note.cents === 1_200n)
  await town.pay(youth, shop, 890n, inService)
  const refunded = await town.pay(youth, shop, 300n, await largest())
  const debt = await town.pay(youth, other, 250n, await largest())
  await town.pay(youth, suspended, 200n, await largest())
  const undone = await town.pay(second, shop, 150n, (await second.notes()).slice(0, 1))
  await undoPayment(deps, shop.who, undone)
  const [meals, third] = [await town.programme({ kind: 'service', undoSeconds: 3600 }), await town.youth()]
  await third.grant(meals, 1_200n, 300)
  await undoPayment(deps, shop.who, await town.pay(third, shop, 120n, await third.notes()))
  await suspendNow(town, suspended.merchantId)
  town.advance(2 * day)
  await town.post()
  await orderGuarantees(deps)
  await deps.chain.advance()
  await refundPayment(deps, shop.who, refunded, { id: toHex(randomBytes(16)), cents: 100n })
  await town.post()

  const settle = async () => {
    const [finance, officer] = [await town.server.as(['finance']), await town.server.as(['officer'])]
    const executionDate = deps.now().toISOString().slice(0, 10)
    const body = { id: randomUUID(), executionDate }
    const { id, totalCents, lines } = await finance.call(settling.draftSettlement, { body })
    for (const who of [finance, officer]) {
      await who.call(settling.approveSettlement, { params: { settlement: id }, body: { totalCents } })
    }
    await deps.chain.advance()
    return { finance, lines }
  }
  const { finance, lines } = await settle()
  const entries = lines.map(({ cents, endToEndId }, place) =>
    entry({ reference: `A${place}`, amount: decimal(cents), endToEndId }),
  )
  await finance.call(settling.readStatement, { body: { xml: statement({ entries }) } })
  await deps.chain.advance()
  // A refund after the shop was paid: the guarantee lends it.
  await refundPayment(deps, other.who, debt, { id: toHex(randomBytes(16)), cents: 50n })
  await town.post()
  await town.pay(youth, shop, 210n, await largest())
  town.advance(day)
  await town.post()
  await settle()
  const last = await town.pay(youth, shop, 220n, await largest())
  town.advance(1000)
  await refundPayment(deps, shop.who, last, { id: toHex(randomBytes(16)), cents: 20n })
}
