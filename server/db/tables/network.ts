import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type { Bytes, Cents, CentsFromZero, Words } from './columns.ts'

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

export interface NetworkTables {
  programmes: Programmes
  fundings: Fundings
  merchants: Merchants
  till_codes: TillCodes
  tills: Tills
}
