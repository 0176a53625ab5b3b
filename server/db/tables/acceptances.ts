import type { Generated, JSONColumnType } from 'kysely'
import type { Bytes, Cents, CentsFromZero } from './columns.ts'

export interface Charges {
  nonce: Bytes
  merchant_id: number
  till_id: number
  /** Null only when an offline till cancelled what the server had never heard of. */
  price_cents: bigint | null
  kind: 'shown' | 'typed' | 'ahead'
  state: 'open' | 'paid' | 'cancelled'
  opened_at: Date
  expires_at: Date
}

export interface GivenUpSpends {
  note_id: Bytes
  nonce: Bytes
}

export interface Payments {
  id: Bytes
  nonce: Bytes
  merchant_id: number
  till_id: number
  receipt_number: number
  price_cents: Cents
  refunded_cents: CentsFromZero
  state: 'accepted' | 'undone'
  ahead: 'waiting' | 'used' | 'unused' | null
  /** What was answered, as JSON of `walletReceipt`: a repeat answers exactly this. */
  receipt: JSONColumnType<Record<string, unknown>>
  accepted_at: Date
  undo_until: Date
  undone_at: Date | null
}

export interface Acceptances {
  note_id: Bytes
  payment_id: Bytes
  programme_id: number
  merchant_id: number
  amount_cents: Cents
  most_cents: Cents
  deadline: Date
  commitment: Bytes
  signature: Bytes
  receipt_details: Bytes
  receipt_signature: Bytes
  refunded_cents: CentsFromZero
  state: 'accepted' | 'posted' | 'final' | 'undone' | 'guaranteed'
  post_after: Date
  skipped: string | null
  is_uncovered: Generated<boolean>
  revoke_state: 'wanted' | 'queued' | 'final' | null
  settlement_line_id: string | null
  /** Stood in a batch, which anybody may send again. */
  was_posted: Generated<boolean>
}

export interface Refunds {
  id: Bytes
  /** The till's, the same for every note of one refund. */
  request_id: Bytes
  note_id: Bytes
  payment_id: Bytes
  merchant_id: number
  programme_id: number
  cents: Cents
  state: 'queued' | 'final'
  settlement_line_id: string | null
  created_at: Date
  reserved_cents: CentsFromZero
  /** What was refunded of the note before, as the order for the chain names it; null until that is given. */
  refunded_before_cents: Generated<bigint | null>
  /** No other refund of its payment leaves before; null until this one is ordered. */
  next_after: Generated<Date | null>
}

export interface AcceptancesTables {
  charges: Charges
  given_up_spends: GivenUpSpends
  payments: Payments
  acceptances: Acceptances
  refunds: Refunds
}
