import type { Cents } from '../../protocol/money.ts'
import { decimal } from '../../protocol/money.ts'
import type { ProgrammeKey, SampleShop } from '../sample/town.ts'
import type { Books } from './books.ts'
import type { Chance } from './chance.ts'
import type { GrantLine } from './grants.ts'
import type { Partner } from './partner.ts'
import type { Phone } from './phone.ts'
import type { ChainFacts } from './signIn.ts'
import type { Staff } from './staff.ts'
import type { Till, TillPayment } from './till.ts'

export interface Shop extends SampleShop {
  merchant: number
  iban: string
  tills: Till[]
}

export interface Grant {
  line: GrantLine
  key: ProgrammeKey
  decision: string
}

export interface Youth {
  pseudonym: string
  case: string
  worker: Partner
  code: string
  grants: Grant[]
  phone: Phone
}

/** A purchase that a till has seen green. */
export interface Purchase {
  youth: Youth
  key: ProgrammeKey
  till: Till
  payment: TillPayment['receipt']['payment']
  cents: Cents
  /** What it left of a service voucher's note, which ended with it; an undo brings it back. */
  restCents: Cents
}

/** Everything that the chapters of one run share. */
export interface Story {
  origin: string
  chance: Chance
  staff: Staff
  facts: ChainFacts
  books: Books
  /** The time for phones and tills, in milliseconds. */
  clock: () => number
  /** How many phones, workers and tills act at the same time. */
  width: number
  programmes: Map<ProgrammeKey, number>
  shops: Shop[]
  youths: Youth[]
  purchases: Purchase[]
}

/** `1234n` → `12.34 €`. */
export function euros(cents: Cents): string {
  return `${decimal(cents)} €`
}

/** Stops the story: the town did something else than it promised. */
export function expect(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new Error(what)
}
