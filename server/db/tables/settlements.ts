import type { Bytes, Cents, Day } from './columns.ts'

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

export interface SettlementsTables {
  settlements: Settlements
  settlement_lines: SettlementLines
  statement_entries: StatementEntries
}
