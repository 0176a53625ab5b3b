import type { GeneratedAlways } from 'kysely'
import type { Bytes, BytesOrNull, Cents, CentsFromZero, DatabaseTime } from './columns.ts'

export interface Vouchers {
  id: string
  mailbox_id: string
  programme_id: number
  decision_proof: Bytes
  valid_until: Date
  granted_cents: Cents
  spent_cents: CentsFromZero
  left_cents: Cents
  expired_cents: CentsFromZero
  revoked_cents: CentsFromZero
}

export interface AddressStock {
  address: Bytes
  wallet_id: string
  position: number
  note_id: BytesOrNull
}

export interface Sheets {
  /** Its tree's root. */
  id: Bytes
  programme_id: number
  padding_seed: Bytes
  depth: number
  /** Bits of `protocol/purposes.ts`. */
  purposes: number
  committed_cents: Cents
  granted_cents: Cents
  released_cents: CentsFromZero
  valid_until: Date
  closes_at: Date
  data_hash: Bytes
  leaf_file: Bytes
  state: 'queued' | 'final' | 'closing' | 'closed'
  created_at: Date
}

export type NoteState = 'open' | 'accepted' | 'posted' | 'final' | 'guaranteed' | 'retired' | 'undone'

export interface Notes {
  id: Bytes
  voucher_id: string
  holder: BytesOrNull
  face_cents: Cents
  cap_cents: Cents
  state: NoteState
  retired_because: 'replaced' | 'revoked' | 'expired' | 'extended' | 'reduced' | null
  origin: 'grant' | 'change' | 'undo' | 'refund' | 'replacement' | 'extension'
  parent_id: BytesOrNull
  is_new_value: boolean
  sheet_id: BytesOrNull
  leaf_index: number | null
  locked_cents: bigint | null
  created_at: DatabaseTime
}

export interface Entries {
  id: GeneratedAlways<bigint>
  voucher_id: string
  programme_id: number
  note_id: BytesOrNull
  kind: 'grant' | 'issue' | 'retire' | 'accept' | 'undo' | 'refund' | 'expire' | 'revoke' | 'rest' | 'unrest'
  from_account: 'budget' | 'left' | 'spent' | 'expired'
  to_account: 'left' | 'spent' | 'expired' | 'revoked'
  cents: Cents
  act_id: string
  at: DatabaseTime
}

export interface VouchersTables {
  vouchers: Vouchers
  address_stock: AddressStock
  sheets: Sheets
  notes: Notes
  entries: Entries
}
