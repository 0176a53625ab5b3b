import type { GeneratedAlways } from 'kysely'

export interface Reconciliations {
  id: GeneratedAlways<bigint>
  at: Date
  block: bigint
  differences: number
  off_cents: bigint
}

export interface AuditTables {
  reconciliations: Reconciliations
}
