import type { Reconciliation } from './officeData.ts'

type ProgrammeBooks = Reconciliation['programmes'][number]
type Terms = Record<string, string>

/** The same money, counted in two or three places; a place that does not count it is null. */
export interface Equation {
  chain: bigint | null
  database: bigint | null
  bank: bigint | null
  agrees: boolean
}

const term = (terms: Terms, name: string) => BigInt(terms[name] ?? 0)
const sum = (terms: Terms, names: readonly string[]) => names.reduce((total, name) => total + term(terms, name), 0n)

/** INVARIANT 1 of one programme, each side as it is counted on its own. */
export function equationsOf(books: ProgrammeBooks): { granted: Equation; locked: Equation; spent: Equation } {
  const { chain, database } = books
  const parts = [books.spentCents, books.leftCents, books.expiredCents, books.revokedCents]
  const granted = BigInt(books.grantedCents)
  const lockedHere = sum(database, ['openOnSheetsCents', 'unpostedOnSheetsCents', 'unreleasedCents', 'paddingCents'])
  const onChain = sum(database, ['redeemedCents', 'guaranteedCents']) - term(database, 'refundedCents')
  const promised = BigInt(books.spentCents) - term(database, 'unpostedCents') + term(database, 'refundsQueuedCents')
  return {
    granted: inDatabase(
      granted,
      parts.reduce((total, part) => total + BigInt(part), 0n),
    ),
    locked: between(term(chain, 'lockedCents'), lockedHere, null),
    spent: between(onChain, promised, null),
  }
}

/** INVARIANT 2 in total, and the clearing account at the bank. */
export function totalEquations(total: Terms): (Equation & { is: 'held' | 'supply' })[] {
  const pots = ['availableCents', 'outstandingCents', 'floatCents', 'guaranteeCents', 'owedCents', 'settlingCents']
  return [
    { is: 'held', ...between(term(total, 'heldCents'), sum(total, pots), null) },
    { is: 'supply', ...between(term(total, 'supplyCents'), null, sum(total, ['bankCents', 'underWayCents'])) },
  ]
}

function between(chain: bigint, database: bigint | null, bank: bigint | null): Equation {
  return { chain, database, bank, agrees: chain === (database ?? bank) }
}

/** Both sides stand in the database: shown once, with whether they agree. */
function inDatabase(one: bigint, other: bigint): Equation {
  return { chain: null, database: one, bank: null, agrees: one === other }
}
