import { sql } from 'kysely'
import type { Hex } from 'viem'
import { toHex } from '../db/bytes.ts'
import type { Acceptances, Entries, NoteState, Notes } from '../db/tables.ts'
import type { Tx } from '../db/transaction.ts'
import { isUnposted } from '../post/post.ts'
import { type Fingerprint, freshWeights, unlessTooLarge, type Weights, weightless } from './fingerprints.ts'

/* Rows that agree in all that the checks tell apart, as one: exact sums, and fingerprints by key. */

export interface EntryGroup {
  programme: number
  kind: Entries['kind']
  from: Entries['from_account']
  to: Entries['to_account']
  cents: bigint
  byNote: Fingerprint
  byVoucher: Fingerprint
}

export interface NoteGroup {
  sheet: Hex | null
  state: NoteState
  because: Notes['retired_because']
  isNew: boolean
  faceCents: bigint
  lockedCents: bigint
  faceByNote: Fingerprint
  /** Of open notes only. */
  openByVoucher: Fingerprint
  wrongCaps: bigint
  /** How many lock something else than their face. */
  oddLocks: bigint
}

/** Acceptances whose note is on a sheet, or whose value was granted on chain before: only they are joined with notes. */
export interface PlacedGroup {
  sheet: Hex | null
  state: Acceptances['state']
  programme: number
  isUncovered: boolean
  cents: bigint
  faceCents: bigint
  /** What the chain may still be asked for. */
  unpostedCents: bigint
  /** Of what is final or guaranteed only. */
  byPlace: Fingerprint
  /** How many notes lock what was accepted of them, and not their face. */
  oddLocks: bigint
}

export interface AcceptanceGroup {
  programme: number
  merchant: number
  state: Acceptances['state']
  isUncovered: boolean
  line: string | null
  cents: bigint
  refundedCents: bigint
  byNote: Fingerprint
  refundedByNote: Fingerprint
  byPayment: Fingerprint
  refundedByPayment: Fingerprint
}

export interface RefundGroup {
  programme: number
  merchant: number
  state: 'queued' | 'final'
  line: string | null
  cents: bigint
  reservedCents: bigint
  byNote: Fingerprint
}

const accounts = ['granted', 'spent', 'left', 'expired', 'revoked'] as const

export interface Scans {
  /** False when a value is too large to be weighed: then no fingerprint says anything. */
  isWeighed: boolean
  entries: EntryGroup[]
  notes: NoteGroup[]
  placed: PlacedGroup[]
  /** Open notes on no sheet: whether their value was never on chain. */
  waiting: { programme: number; isNew: boolean; cents: bigint }[]
  services: {
    /** Faces of notes that are spent, by note. */
    spent: Fingerprint
    /** By programme: faces of new notes on no sheet that are accepted and not final. */
    newUnderWay: Map<number, bigint>
  }
  acceptances: AcceptanceGroup[]
  refunds: RefundGroup[]
  /** Prices and refunds of payments, by payment or by the nonce of their charge. */
  payments: Record<'price' | 'refunded' | 'priceByNonce', Fingerprint>
  /** Prices of the charges that are paid, by nonce. */
  charges: Fingerprint
  vouchers: Record<(typeof accounts)[number], Fingerprint>
  /** What the chain paid, by place; null when an event says what cannot be read. */
  paid: Fingerprint | null
}

/** Reads each table of money once, from its beginning to its end. */
export async function readScans(tx: Tx): Promise<Scans> {
  // Many rows in few groups: hashed in memory nothing is sorted; compiling the sums would take longer than they do.
  await sql`set local work_mem = '256MB'`.execute(tx)
  for (const setting of ['jit', 'enable_sort']) await sql`set local ${sql.ref(setting)} = off`.execute(tx)
  await sql`set local parallel_tuple_cost = 0.001`.execute(tx)
  const weights = freshWeights()
  const weighed = await unlessTooLarge(tx, () => readWith(tx, weights))
  if (weighed === null) return { ...(await readWith(tx, weightless)), isWeighed: false, paid: null }
  return { ...weighed, isWeighed: true, paid: await unlessTooLarge(tx, () => readPaid(tx, weights)) }
}

async function readWith(tx: Tx, weights: Weights): Promise<Omit<Scans, 'isWeighed' | 'paid'>> {
  return {
    entries: await readEntries(tx, weights),
    notes: await readNotes(tx, weights),
    placed: await readPlaced(tx, weights),
    waiting: await readWaiting(tx),
    services: await readServices(tx, weights),
    acceptances: await readAcceptances(tx, weights),
    refunds: await readRefunds(tx, weights),
    payments: await readPayments(tx, weights),
    charges: await readCharges(tx, weights),
    vouchers: await readVouchers(tx, weights),
  }
}

async function readEntries(tx: Tx, weights: Weights): Promise<EntryGroup[]> {
  const { rows } = await sql<EntryGroup>`
    select programme_id as programme, kind, from_account as "from", to_account as "to", sum(cents) as cents,
      coalesce(sum(cents * ${weights.ofBytes('note_id')}), 0) as "byNote",
      sum(cents * ${weights.ofUuid('voucher_id')}) as "byVoucher"
    from entries group by programme_id, kind, from_account, to_account`.execute(tx)
  return rows
}

async function readNotes(tx: Tx, weights: Weights): Promise<NoteGroup[]> {
  const { rows } = await sql<Omit<NoteGroup, 'sheet'> & { sheet: Buffer | null }>`
    select sheet_id as sheet, state, retired_because as because, is_new_value as "isNew",
      sum(face_cents) as "faceCents", coalesce(sum(locked_cents), 0) as "lockedCents",
      sum(face_cents * ${weights.ofBytes('id')}) as "faceByNote",
      coalesce(sum(case when state = 'open' then face_cents * ${weights.ofUuid('voucher_id')} end), 0)
        as "openByVoucher",
      count(*) filter (where cap_cents <> case when face_cents <= 500 then 500 when face_cents <= 1000 then 1000
        when face_cents <= 2000 then 2000 else 5000 end) as "wrongCaps",
      count(*) filter (where locked_cents <> face_cents) as "oddLocks"
    from notes group by sheet_id, state, retired_because, is_new_value`.execute(tx)
  return rows.map((row) => ({ ...row, sheet: row.sheet === null ? null : toHex(row.sheet) }))
}

/**
 * A note on no sheet has a place that is nowhere on chain. An open one has no acceptance: where it has, what is retired of it
 * is not as its state says, and that names it.
 */
async function readPlaced(tx: Tx, weights: Weights): Promise<PlacedGroup[]> {
  const place = weights.ofPlace({
    sheet: sql`coalesce('0x' || encode(n.sheet_id, 'hex'), '')`,
    index: sql`coalesce(n.leaf_index, -1)::bigint`,
    merchant: sql`a.merchant_id::bigint`,
    isRedeemed: sql`a.state = 'final'`,
  })
  const { rows } = await sql<Omit<PlacedGroup, 'sheet'> & { sheet: Buffer | null }>`
    select n.sheet_id as sheet, a.state, a.programme_id as programme, a.is_uncovered as "isUncovered",
      sum(a.amount_cents) as cents, sum(n.face_cents) as "faceCents",
      coalesce(sum(case when ${isUnposted} then a.amount_cents end), 0) as "unpostedCents",
      coalesce(sum(case when a.state in ('final', 'guaranteed') then a.amount_cents * ${place} end), 0) as "byPlace",
      count(*) filter (where n.locked_cents <> n.face_cents and n.locked_cents = a.amount_cents) as "oddLocks"
    from acceptances a join notes n on n.id = a.note_id
    where (n.sheet_id is not null or not n.is_new_value) and n.state <> 'open'
    group by n.sheet_id, a.state, a.programme_id, a.is_uncovered`.execute(tx)
  return rows.map((row) => ({ ...row, sheet: row.sheet === null ? null : toHex(row.sheet) }))
}

async function readWaiting(tx: Tx): Promise<Scans['waiting']> {
  const { rows } = await sql<Scans['waiting'][number]>`
    select v.programme_id as programme, n.is_new_value as "isNew", sum(n.face_cents) as cents
    from notes n join vouchers v on v.id = n.voucher_id
    where n.state = 'open' and n.sheet_id is null group by v.programme_id, n.is_new_value`.execute(tx)
  return rows
}

async function readServices(tx: Tx, weights: Weights): Promise<Scans['services']> {
  const services = await tx.selectFrom('programmes').select('id').where('kind', '=', 'service').execute()
  if (services.length === 0) return { spent: 0n, newUnderWay: new Map() }
  const ids = sql`any(${services.map(({ id }) => id)}::integer[])`
  const spent = await sql<{ spent: Fingerprint }>`
    select coalesce(sum(n.face_cents * ${weights.ofBytes('n.id')}), 0) as spent
    from notes n join vouchers v on v.id = n.voucher_id
    where v.programme_id = ${ids} and n.state in ('accepted', 'posted', 'final', 'guaranteed')`.execute(tx)
  const { rows } = await sql<{ programme: number; cents: bigint }>`
    select a.programme_id as programme, sum(n.face_cents) as cents from acceptances a join notes n on n.id = a.note_id
    where a.programme_id = ${ids} and a.state in ('accepted', 'posted') and n.is_new_value and n.sheet_id is null
    group by a.programme_id`.execute(tx)
  const newUnderWay = new Map(rows.map(({ programme, cents }) => [programme, cents]))
  return { spent: one(spent.rows).spent, newUnderWay }
}

async function readAcceptances(tx: Tx, weights: Weights): Promise<AcceptanceGroup[]> {
  const { rows } = await sql<AcceptanceGroup>`
    select programme_id as programme, merchant_id as merchant, state, is_uncovered as "isUncovered",
      settlement_line_id as line, sum(amount_cents) as cents, sum(refunded_cents) as "refundedCents",
      sum(amount_cents * ${weights.ofBytes('note_id')}) as "byNote",
      sum(case when refunded_cents = 0 then 0 else refunded_cents * ${weights.ofBytes('note_id')} end)
        as "refundedByNote",
      sum(amount_cents * ${weights.ofBytes('payment_id')}) as "byPayment",
      sum(case when refunded_cents = 0 then 0 else refunded_cents * ${weights.ofBytes('payment_id')} end)
        as "refundedByPayment"
    from acceptances group by programme_id, merchant_id, state, is_uncovered, settlement_line_id`.execute(tx)
  return rows
}

async function readRefunds(tx: Tx, weights: Weights): Promise<RefundGroup[]> {
  const { rows } = await sql<RefundGroup>`
    select programme_id as programme, merchant_id as merchant, state, settlement_line_id as line, sum(cents) as cents,
      sum(reserved_cents) as "reservedCents", sum(cents * ${weights.ofBytes('note_id')}) as "byNote"
    from refunds group by programme_id, merchant_id, state, settlement_line_id`.execute(tx)
  return rows
}

async function readPayments(tx: Tx, weights: Weights): Promise<Scans['payments']> {
  const { rows } = await sql<Scans['payments']>`
    select coalesce(sum(price_cents * ${weights.ofBytes('id')}), 0) as price,
      coalesce(sum(case when refunded_cents = 0 then 0 else refunded_cents * ${weights.ofBytes('id')} end), 0)
        as refunded,
      coalesce(sum(price_cents * ${weights.ofBytes('nonce')}), 0) as "priceByNonce"
    from payments`.execute(tx)
  return one(rows)
}

/** Also of a cancelled one that has a payment: that is undone. */
async function readCharges(tx: Tx, weights: Weights): Promise<Fingerprint> {
  const price = sql`coalesce(sum(c.price_cents * ${weights.ofBytes('c.nonce')}), 0) as price`
  const paid = await sql<{ price: Fingerprint }>`select ${price} from charges c where c.state = 'paid'`.execute(tx)
  const undone = await sql<{ price: Fingerprint }>`
    select ${price} from charges c join payments p on p.nonce = c.nonce where c.state = 'cancelled'`.execute(tx)
  return one(paid.rows).price + one(undone.rows).price
}

async function readVouchers(tx: Tx, weights: Weights): Promise<Scans['vouchers']> {
  const sums = accounts.map((name) => {
    return sql`coalesce(sum(${sql.ref(`${name}_cents`)} * ${weights.ofUuid('id')}), 0) as ${sql.ref(name)}`
  })
  const { rows } = await sql<Scans['vouchers']>`select ${sql.join(sums)} from vouchers`.execute(tx)
  return one(rows)
}

async function readPaid(tx: Tx, weights: Weights): Promise<Fingerprint> {
  const place = weights.ofPlace({
    sheet: sql`(args->>'sheet')`,
    index: sql`(args->>'index')::bigint`,
    merchant: sql`(args->>'merchant')::bigint`,
    isRedeemed: sql`event = 'Redeemed'`,
  })
  const { rows } = await sql<{ paid: Fingerprint }>`
    select coalesce(sum((args->>'amountCents')::bigint * ${place}), 0) as paid
    from chain_logs where event in ('Redeemed', 'GuaranteePaid')`.execute(tx)
  return one(rows).paid
}

function one<T>(rows: readonly T[]): T {
  const [row] = rows
  if (row === undefined) throw new Error('A sum was answered with nothing')
  return row
}
