import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely'

/** A short text in each language, as `words` of protocol/api/endpoint.ts. */
export interface Words {
  fi: string
  sv: string
  en: string
}

/** Money columns: `bigint` on both engines. */
type Cents = ColumnType<bigint, bigint, bigint>
/** Counters that start at zero in the database. */
type CentsFromZero = ColumnType<bigint, bigint | undefined, bigint>
/** `bytea`: read as a Buffer on both engines; any bytes may be written. */
type Bytes = ColumnType<Buffer, Uint8Array, Uint8Array>
type BytesOrNull = ColumnType<Buffer | null, Uint8Array | null | undefined, Uint8Array | null>
/** `date` as `2026-11-30`: a day has no zone, so it is never a Date. */
type Day = ColumnType<string, string, string>
/** Filled by the database's own clock when it is left out. */
type DatabaseTime = ColumnType<Date, Date | undefined, Date>

export interface Organisations {
  id: string
  kind: 'wellbeing_county' | 'municipality' | 'parish' | 'association'
  name: JSONColumnType<Words>
  municipality: string
  phone: string
  created_at: DatabaseTime
}

export interface Staff {
  id: string
  organisation_id: string
  subject: string
  name: string
  roles: string[]
  decision_limit_cents: CentsFromZero
  signer_address: BytesOrNull
  is_active: Generated<boolean>
}

export interface StaffDays {
  staff_id: string
  day: Day
  decided_cents: Cents
}

export interface SignInNonces {
  nonce: string
  expires_at: Date
  used_at: Date | null
}

export interface Sessions {
  token_hash: Bytes
  actor: 'wallet' | 'till' | 'staff'
  actor_id: string
  organisation_id: string
  created_at: Date
  expires_at: Date
  revoked_at: Date | null
}

export type AgeBand = 'under_12' | '12_14' | '15_17' | '18_plus'

export interface Cases {
  id: string
  organisation_id: string
  worker_id: string
  pseudonym: string
  age_band: AgeBand
  municipality: string
  language: 'fi' | 'sv' | 'en'
  sealed: Bytes
  created_at: Date
}

export interface Needs {
  id: string
  case_id: string
  programme_id: number
  sealed: Bytes
  rule_set: string | null
  outcome: 'meets_criteria' | 'does_not_meet' | 'needs_information' | null
  created_by: string
  created_at: Date
}

export interface Decisions {
  id: string
  need_id: string
  case_id: string
  outcome: 'granted' | 'refused'
  state: 'waiting_for_second' | 'decided' | 'turned_down' | 'ended'
  is_emergency: Generated<boolean>
  decided_by: string
  approved_by: string | null
  sealed: Bytes
  decided_at: Date
}

export interface Mailboxes {
  id: string
  organisation_id: string
}

export interface Wallets {
  id: string
  mailbox_id: string
  organisation_id: string
  address: Bytes
  state: 'active' | 'replaced' | 'frozen'
}

export interface EnrolmentCodes {
  code_hash: Bytes
  mailbox_id: string
  expires_at: Date
}

export interface AccessLog {
  id: GeneratedAlways<bigint>
  at: DatabaseTime
  actor: string
  actor_id: string
  action: string
  subject: string
}

/** A template as tables keep it: JSON has no bigint. */
export interface StoredTemplate {
  id: string
  name: Words
  amountCents: string
  validDays: number
}

export interface Programmes {
  id: number
  organisation_id: string
  name: JSONColumnType<Words>
  label: JSONColumnType<Words>
  kind: 'value' | 'service'
  mode: 'full' | 'reference'
  is_universal: Generated<boolean>
  /** Bits of `protocol/purposes.ts`. */
  purposes: number
  rule_set: string | null
  templates: JSONColumnType<StoredTemplate[], string | undefined, string>
  most_per_grant_cents: Cents
  daily_limit_cents: Cents
  undo_seconds: number | null
  budget_cents: CentsFromZero
  float_cents: CentsFromZero
  guarantee_cents: CentsFromZero
  reclaimed_cents: CentsFromZero
  ended_unsheeted_cents: CentsFromZero
  granted_cents: CentsFromZero
  spent_cents: CentsFromZero
  left_cents: CentsFromZero
  expired_cents: CentsFromZero
  revoked_cents: CentsFromZero
  uncovered_cents: CentsFromZero
  state: Generated<'opening' | 'open' | 'closed'>
}

export interface Fundings {
  id: string
  programme_id: number
  bank_reference: string
  budget_cents: Cents
  float_cents: Cents
  guarantee_cents: Cents
  state: 'queued' | 'final'
  created_by: string
  created_at: Date
}

export interface Merchants {
  id: number
  organisation_id: string
  name: string
  business_id: string
  iban: string
  bank_reference: string
  /** Bits of `protocol/purposes.ts`. */
  purposes: number
  municipality: string
  street: string
  postal_code: string
  latitude: number | null
  longitude: number | null
  state: 'proposed' | 'approved' | 'suspended'
  suspended_because: string | null
  proposed_by: string
  approved_by: string | null
}

export interface TillCodes {
  code_hash: Bytes
  merchant_id: number
  till_name: string
  accepts_ahead: Generated<boolean>
  expires_at: Date
  used_at: Date | null
}

export interface Tills {
  id: GeneratedAlways<number>
  merchant_id: number
  name: string
  address: Bytes
  accepts_ahead: Generated<boolean>
  state: 'active' | 'stopped'
}

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
  id: Bytes
  programme_id: number
  root: Bytes
  salt: Bytes
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
  kind: 'grant' | 'issue' | 'retire' | 'accept' | 'undo' | 'refund' | 'expire' | 'revoke' | 'rest'
  from_account: 'budget' | 'left' | 'spent'
  to_account: 'left' | 'spent' | 'expired' | 'revoked'
  cents: Cents
  act_id: string
  at: DatabaseTime
}

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
}

export interface PostStateTable {
  is_the_one: Generated<boolean>
  stage: Generated<'idle' | 'redemptions' | 'releases' | 'sheets'>
  is_ordered: Generated<boolean>
  sheets: Generated<'by_rule' | 'now'>
  started_at: Date | null
  holder: string | null
  held_until: Date | null
}

export interface ChainDeployment {
  chain_id: bigint
  budget_token: Bytes
  merchant_registry: Bytes
  vouchers: Bytes
  deployed_at_block: bigint
  genesis_hash: Bytes
}

export interface Lanes {
  name: string
  address: Bytes
  next_nonce: bigint
}

export interface Outbox {
  id: GeneratedAlways<bigint>
  subject: string
  kind: string
  lane: string
  target: 'vouchers' | 'merchantRegistry' | 'budgetToken'
  call: JSONColumnType<{ functionName: string; args: unknown[] }>
  state: 'queued' | 'signed' | 'mined' | 'final' | 'reverted'
  nonce: bigint | null
  raw: BytesOrNull
  hash: BytesOrNull
  earlier_hashes: ColumnType<Buffer[], Uint8Array[] | undefined, Uint8Array[]>
  block_number: bigint | null
  block_hash: BytesOrNull
  because: string | null
  created_at: DatabaseTime
}

export interface ChainLogs {
  chain_id: bigint
  transaction_hash: Bytes
  log_index: number
  block_number: bigint
  block_hash: Bytes
  contract: string
  event: string
  args: JSONColumnType<Record<string, unknown>>
}

export interface ChainCursor {
  chain_id: bigint
  indexed_block: bigint
}

export interface Settlements {
  id: string
  state: 'draft' | 'once_approved' | 'approved' | 'ready' | 'filed' | 'done' | 'dropped'
  created_by: string
  first_approved_by: string | null
  second_approved_by: string | null
  created_at: Date
  execution_date: Day
}

export interface SettlementLines {
  id: string
  settlement_id: string
  merchant_id: number
  cents: Cents
  iban: string
  creditor_name: string
  bank_reference: string
  end_to_end_id: string
  chain_ref: Bytes
  state: 'draft' | 'settling' | 'ready' | 'paid' | 'returned'
}

export interface StatementEntries {
  entry_reference: string
  line_id: string | null
  kind: 'paid' | 'returned' | 'unmatched'
  cents: Cents
  end_to_end_id: string | null
  booked_on: Day
  statement_id: string
}

/** Every table of `migrations/`, column for column; test/server/db holds the two together. */
export interface Tables {
  organisations: Organisations
  staff: Staff
  staff_days: StaffDays
  sign_in_nonces: SignInNonces
  sessions: Sessions
  cases: Cases
  needs: Needs
  decisions: Decisions
  mailboxes: Mailboxes
  wallets: Wallets
  enrolment_codes: EnrolmentCodes
  access_log: AccessLog
  programmes: Programmes
  fundings: Fundings
  merchants: Merchants
  till_codes: TillCodes
  tills: Tills
  vouchers: Vouchers
  address_stock: AddressStock
  sheets: Sheets
  notes: Notes
  entries: Entries
  charges: Charges
  given_up_spends: GivenUpSpends
  payments: Payments
  acceptances: Acceptances
  refunds: Refunds
  chain_deployment: ChainDeployment
  lanes: Lanes
  outbox: Outbox
  chain_logs: ChainLogs
  chain_cursor: ChainCursor
  settlements: Settlements
  settlement_lines: SettlementLines
  statement_entries: StatementEntries
  post_state: PostStateTable
}
