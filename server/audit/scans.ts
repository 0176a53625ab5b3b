import { sql } from 'kysely'
import { toHex } from '../db/bytes.ts'
import type { Acceptances, Entries, NoteState, Notes } from '../db/tables.ts'
import type { Tx } from '../db/transaction.ts'
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
  /** Of the note's voucher. */
  programme: number
  sheet: `0x${string}` | null
  state: NoteState
  because: Notes['retired_because']
  isNew: boolean
  acceptance: Acceptances['state'] | null
  /** What the acceptance itself says. */
  acceptedIn: number | null
  isUncovered: boolean | null
  faceCents: bigint
  lockedCents: bigint
  amountCents: bigint
  faceByNote: Fingerprint
  faceByVoucher: Fingerprint
  /** Of services only: what was accepted of each note. */
  amountByNote: Fingerprint
  /** Of what is final or guaranteed only. */
  amountByPlace: Fingerprint
  wrongCaps: bigint
  wrongLocks: bigint
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
  await sql`set local jit = off`.execute(tx)
  const weights = freshWeights()
  const weighed = await unlessTooLarge(tx, () => readWith(tx, weights))
  if (weighed === null) return { ...(await readWith(tx, weightless)), isWeighed: false, paid: null }
  return { ...weighed, isWeighed: true, paid: await unlessTooLarge(tx, () => readPaid(tx, weights)) }
}

async function readWith(tx: Tx, weights: Weights): Promise<Omit<Scans, 'isWeighed' | 'paid'>> {
  return {
    entries: await readEntries(tx, weights),
    notes: await readNotes(tx, weights),
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

/** A note on no sheet has a place that is nowhere on chain. */
async function readNotes(tx: Tx, weights: Weights): Promise<NoteGroup[]> {
  const services = await tx.selectFrom('programmes').select('id').where('kind', '=', 'service').execute()
  const isService = sql`v.programme_id = any(${services.map(({ id }) => id)}::integer[])`
  const place = weights.ofPlace({
    sheet: sql`coalesce(n.sheet_id, '')`,
    index: sql`coalesce(n.leaf_index, -1)::bigint`,
    merchant: sql`a.merchant_id::bigint`,
    isRedeemed: sql`a.state = 'final'`,
  })
  const { rows } = await sql<Omit<NoteGroup, 'sheet'> & { sheet: Buffer | null }>`
    select v.programme_id as programme, n.sheet_id as sheet, n.state, n.retired_because as because,
      n.is_new_value as "isNew", a.state as acceptance, a.programme_id as "acceptedIn", a.is_uncovered as "isUncovered",
      sum(n.face_cents) as "faceCents", coalesce(sum(n.locked_cents), 0) as "lockedCents",
      coalesce(sum(a.amount_cents), 0) as "amountCents",
      sum(n.face_cents * ${weights.ofBytes('n.id')}) as "faceByNote",
      sum(n.face_cents * ${weights.ofUuid('n.voucher_id')}) as "faceByVoucher",
      coalesce(sum(case when ${isService} then a.amount_cents * ${weights.ofBytes('n.id')} end), 0) as "amountByNote",
      coalesce(sum(case when a.state in ('final', 'guaranteed') then a.amount_cents * ${place} end), 0)
        as "amountByPlace",
      count(*) filter (where n.cap_cents <> case when n.face_cents <= 500 then 500 when n.face_cents <= 1000 then 1000
        when n.face_cents <= 2000 then 2000 else 5000 end) as "wrongCaps",
      count(*) filter (where n.locked_cents <> n.face_cents and n.locked_cents is distinct from a.amount_cents)
        as "wrongLocks"
    from notes n join vouchers v on v.id = n.voucher_id left join acceptances a on a.note_id = n.id
    group by v.programme_id, n.sheet_id, n.state, n.retired_because, n.is_new_value, a.state, a.programme_id,
      a.is_uncovered`.execute(tx)
  return rows.map((row) => ({ ...row, sheet: row.sheet === null ? null : toHex(row.sheet) }))
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
    sheet: sql`decode(substr(args->>'sheet', 3), 'hex')`,
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
