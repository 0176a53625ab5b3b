import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type { Bytes, BytesOrNull, Cents, CentsFromZero, DatabaseTime, Day, Words } from './columns.ts'

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
  details: Generated<string>
}

export interface PeopleTables {
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
}
