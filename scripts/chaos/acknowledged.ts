import type { Hex } from 'viem'
import type { Cents } from '../../protocol/money.ts'
import type { SignedPaymentReceipt } from '../../protocol/receipt.ts'
import type { Till, TillPayment } from '../walkthrough/till.ts'

/** A green light, as those who saw it remember it. */
export interface Green<T = Till> {
  till: T
  programme: number
  receipt: SignedPaymentReceipt
  state: 'accepted' | 'undone'
  refundedCents: Cents
}

/**
 * What the town has promised, written down by those it promised to, outside of every process that chaos ends. A promise
 * is written down only when its answer has arrived, and from then on nothing may take it back.
 */
export class Acknowledged<T = Till> {
  readonly #byNonce = new Map<Hex, Green<T>>()
  readonly #refused = new Set<Hex>()
  readonly #granted = new Map<number, Cents>()
  /** What broke the promise of one receipt for ever, found while it was written down. */
  readonly broken: string[] = []

  get count(): number {
    return this.#byNonce.size
  }

  get all(): Green<T>[] {
    return [...this.#byNonce.values()]
  }

  /** The same bytes may be answered often, and always with this receipt. */
  green(till: T, programme: number, receipt: SignedPaymentReceipt): Green<T> {
    const before = this.#byNonce.get(receipt.nonce)
    if (before !== undefined && before.receipt.signature !== receipt.signature) {
      this.broken.push(`Charge ${receipt.nonce} was answered with two receipts`)
    }
    if (this.#refused.has(receipt.nonce)) this.broken.push(`Charge ${receipt.nonce} was refused and then paid`)
    const green: Green<T> = before ?? { till, programme, receipt, state: 'accepted', refundedCents: 0n }
    this.#byNonce.set(receipt.nonce, green)
    return green
  }

  /** Told no for good: the youth pays otherwise, so this charge must never be paid. */
  refused(nonce: Hex): void {
    if (this.#byNonce.has(nonce)) this.broken.push(`Charge ${nonce} was paid and then refused`)
    this.#refused.add(nonce)
  }

  undone(nonce: Hex): void {
    const green = this.#byNonce.get(nonce)
    if (green !== undefined) green.state = 'undone'
  }

  refunded(nonce: Hex, refundedCents: Cents): void {
    const green = this.#byNonce.get(nonce)
    if (green !== undefined) green.refundedCents = refundedCents
  }

  granted(programme: number, cents: Cents): void {
    this.#granted.set(programme, this.grantedCents(programme) + cents)
  }

  grantedCents(programme: number): Cents {
    return this.#granted.get(programme) ?? 0n
  }

  /** What shops have earned, by what their tills were told. */
  earnedCents(of: { merchant: number } | { programme: number }): Cents {
    const own = this.all.filter(({ receipt, programme }) =>
      'merchant' in of ? receipt.merchant === of.merchant : programme === of.programme,
    )
    return own.reduce((sum, green) => sum + worth(green), 0n)
  }

  /**
   * Holds what the town shows of a shop's payments against what was promised there: `lost` promises are absent or are not
   * as they were told, `doubled` are payments that nobody was told of, or that were taken back when they were refused.
   */
  compare(merchant: number, shown: readonly TillPayment[]): { lost: string[]; doubled: string[] } {
    const byNonce = Map.groupBy(shown, ({ receipt }) => receipt.nonce)
    const lost = this.all
      .filter(({ receipt }) => receipt.merchant === merchant)
      .filter((green) => !(byNonce.get(green.receipt.nonce) ?? []).some((payment) => isAsTold(green, payment)))
      .map(({ receipt, state }) => {
        const found = byNonce.get(receipt.nonce)?.[0]
        return `${state} payment ${receipt.payment} of ${receipt.priceCents} cents is ${found?.state ?? 'not there'}`
      })
    const doubled = [...byNonce]
      // One that was undone before anybody was told costs nobody anything.
      .filter(([, payments]) => payments.some(({ state }) => state === 'accepted') || payments.length > 1)
      .filter(([nonce, payments]) => payments.length > 1 || !this.#byNonce.has(nonce))
      .map(([nonce, payments]) => {
        const told = this.#refused.has(nonce) ? 'was refused' : 'nobody was told of'
        return `${payments.length} payments for charge ${nonce}, which ${told}, ${payments[0]?.state}`
      })
    return { lost, doubled }
  }
}

function worth({ state, receipt, refundedCents }: Green<unknown>): Cents {
  return state === 'undone' ? 0n : receipt.priceCents - refundedCents
}

function isAsTold(green: Green<unknown>, { receipt, state, refundedCents }: TillPayment): boolean {
  return (
    receipt.signature === green.receipt.signature &&
    receipt.payment === green.receipt.payment &&
    state === green.state &&
    refundedCents === green.refundedCents
  )
}
