import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type { Bytes, BytesOrNull, DatabaseTime } from './columns.ts'

export interface ChainDeployment {
  chain_id: bigint
  budget_token: Bytes
  merchant_registry: Bytes
  vouchers: Bytes
  audit_anchor: BytesOrNull
  deployed_at_block: bigint
  genesis_hash: Bytes
  is_complete: Generated<boolean>
  grace_seconds: bigint | null
  escape_after_seconds: bigint | null
}

export interface Lanes {
  name: string
  address: Bytes
  next_nonce: bigint
}

export interface Leases {
  name: string
  holder: string
  held_until: Date
}

export interface Outbox {
  id: GeneratedAlways<bigint>
  subject: string
  kind: string
  lane: string
  target: 'vouchers' | 'merchantRegistry' | 'budgetToken' | 'auditAnchor'
  call: JSONColumnType<{ functionName: string; args: unknown[] }>
  state: 'queued' | 'signed' | 'mined' | 'final' | 'reverted'
  nonce: bigint | null
  raw: BytesOrNull
  gas: bigint | null
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
  /** 0, but for a log that tells of many redemptions: there its place in the list. */
  part: number
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

export interface ChainTables {
  chain_deployment: ChainDeployment
  lanes: Lanes
  outbox: Outbox
  leases: Leases
  chain_logs: ChainLogs
  chain_cursor: ChainCursor
}
