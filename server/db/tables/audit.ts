import type { Generated, GeneratedAlways } from 'kysely'
import type { Bytes } from './columns.ts'

export interface AuditLog {
  position: bigint
  entry: bigint
  at: Date
  actor: string
  actor_id: string
  action: string
  subject: string
  details: string
  hash: Bytes
}

export interface AuditHead {
  is_the_one: Generated<boolean>
  position: bigint
  hash: Bytes
  anchored_position: bigint
  anchored_at: Date | null
}

export interface Reconciliations {
  id: GeneratedAlways<bigint>
  at: Date
  block: bigint
  differences: number
  off_cents: bigint
}

export interface AuditTables {
  audit_log: AuditLog
  audit_head: AuditHead
  reconciliations: Reconciliations
}
