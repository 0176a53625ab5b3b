import type { RawBuilder } from 'kysely'
import type { Fingerprint } from './fingerprints.ts'
import type { Ledger } from './ledger.ts'

/** What must hold, and who is named when it does not. */
export interface Check {
  /** From sums alone: false whenever `named` would find a row. Absent where `named` reads few rows anyway. */
  holds?: (ledger: Ledger) => boolean
  /** Looks at every note by itself, which is too slow to be asked of a million. */
  named: RawBuilder<unknown>
}

/** Whether every key agrees: see `Fingerprint`. Never without weights. */
export function isEqual({ scans }: Ledger, one: Fingerprint, other: Fingerprint): boolean {
  return scans.isWeighed && one === other
}
