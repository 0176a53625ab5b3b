import type { RawBuilder } from 'kysely'
import type { Tx } from '../db/transaction.ts'
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

export interface Named {
  invariant?: number
  what: string
  programme: number | null
  note: string | null
  expected: bigint
  found: bigint
}

/** Asks only those checks that do not hold by the sums, and answers everything that they name. */
export async function namedBy(tx: Tx, ledger: Ledger, checks: readonly Check[]): Promise<Named[]> {
  const named: Named[] = []
  for (const check of checks) {
    if (check.holds?.(ledger) === true) continue
    named.push(...((await check.named.execute(tx)).rows as Named[]))
  }
  return named
}
