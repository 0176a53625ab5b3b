import type { Cents } from '../../protocol/money.ts'
import type { ProgrammeKey } from '../sample/town.ts'

const accounts = ['granted', 'spent', 'left', 'expired', 'revoked'] as const
export type Account = (typeof accounts)[number]

/** What the story itself knows of a programme's cents: the town's answer is held against it at the end. */
export type Page = Record<Account, Cents>

/** The walkthrough's own books, kept from what it did and was answered, never from what the town says about itself. */
export class Books {
  readonly #pages = new Map<ProgrammeKey, Page>()
  /** What each merchant has earned and not been paid, as the tills know it. */
  readonly owed = new Map<number, Cents>()

  page(key: ProgrammeKey): Page {
    const page = this.#pages.get(key) ?? { granted: 0n, spent: 0n, left: 0n, expired: 0n, revoked: 0n }
    this.#pages.set(key, page)
    return page
  }

  granted(key: ProgrammeKey, cents: Cents): void {
    this.page(key).granted += cents
    this.page(key).left += cents
  }

  /** `expiredCents`: what a service voucher's payment left of its note. */
  paid(key: ProgrammeKey, merchant: number, cents: Cents, expiredCents = 0n): void {
    this.#move(key, 'left', 'spent', cents)
    this.#move(key, 'left', 'expired', expiredCents)
    this.owed.set(merchant, (this.owed.get(merchant) ?? 0n) + cents)
  }

  /** Undone, or refunded: back to the voucher. */
  cameBack(key: ProgrammeKey, merchant: number, cents: Cents, expiredCents = 0n): void {
    this.#move(key, 'spent', 'left', cents)
    this.#move(key, 'expired', 'left', expiredCents)
    this.owed.set(merchant, (this.owed.get(merchant) ?? 0n) - cents)
  }

  ended(key: ProgrammeKey, how: 'expired' | 'revoked', cents: Cents): void {
    this.#move(key, 'left', how, cents)
  }

  settled(merchant: number, cents: Cents): void {
    this.owed.set(merchant, (this.owed.get(merchant) ?? 0n) - cents)
  }

  #move(key: ProgrammeKey, from: Account, to: Account, cents: Cents): void {
    this.page(key)[from] -= cents
    this.page(key)[to] += cents
  }
}
