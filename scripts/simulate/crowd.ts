import { randomBytes } from 'node:crypto'
import { type Hex, toHex } from 'viem'
import type { SignedCharge } from '../../protocol/charge.ts'
import type { Cents } from '../../protocol/money.ts'
import type { SignedPaymentReceipt } from '../../protocol/receipt.ts'
import type { Refusal } from '../../protocol/refusals.ts'
import type { SpendOffer } from '../../protocol/spend.ts'
import { pay, payAhead } from '../../server/acceptances/acceptances.ts'
import { reportAhead } from '../../server/acceptances/ahead.ts'
import { cancelCharge, openCharge } from '../../server/acceptances/charges.ts'
import { refundPayment } from '../../server/acceptances/refunds.ts'
import { giveUp, undoPayment } from '../../server/acceptances/undo.ts'
import type { Deps } from '../../server/deps.ts'
import { Refused } from '../../server/http/refused.ts'
import type { Shop } from '../../test/support/money.ts'
import type { HeldNote, Youth } from '../../test/support/youth.ts'
import { Acknowledged, type Green } from '../chaos/acknowledged.ts'
import { Lost } from './clock.ts'
import type { Server } from './server.ts'
import type { World } from './world.ts'

export type Way = 'shown' | 'typed' | 'ahead'

/** One purchase, signed on both sides. */
export interface Purchase {
  way: Way
  shop: Shop
  youth: Youth
  charge: SignedCharge
  offer: SpendOffer
}

export type Outcome = Green<Shop> | Refusal

/** Whoever has asked so often will never be answered. */
const mostTries = 3000

/** Phones and tills: they ask whichever server answers, with the same bytes until one does, and remember what they were told. */
export class Crowd {
  readonly told = new Acknowledged<Shop>()
  /** Everything that was ever sent, to be sent again. */
  readonly sent: { purchase: Purchase; receipt: SignedPaymentReceipt }[] = []
  readonly #world: World
  readonly #servers: readonly Server[]

  constructor(world: World, servers: readonly Server[]) {
    this.#world = world
    this.#servers = servers
  }

  /** Asks until there is an answer or a no. */
  async patiently<T>(ask: (deps: Deps) => Promise<T>): Promise<T | Refusal> {
    for (let tries = 0; tries < mostTries; tries++) {
      try {
        return await this.#world.chance.oneOf(this.#servers).call(ask)
      } catch (error) {
        if (error instanceof Refused) return error.refusal
        if (!(error instanceof Lost)) throw error
        await this.#world.clock.wait(this.#world.chance.between(100, 4000))
      }
    }
    throw new Error('Nobody was answered any more')
  }

  /** Till and phone sign; null when the phone has too little at hand. */
  async sign(way: Way, youth: Youth, shop: Shop, cents: Cents, most = 3): Promise<Purchase | null> {
    const notes = await this.#notesFor(youth, cents, most)
    if (notes === null) return null
    const nonce = toHex(randomBytes(8))
    const charge = await shop.charge(cents, { nonce })
    const offer = await youth.sign(shop.merchantId, nonce, notes, { agreedCents: cents })
    return { way, shop, youth, charge, offer }
  }

  async #notesFor(youth: Youth, cents: Cents, most: number): Promise<HeldNote[] | null> {
    const held = (await youth.notes()).filter(({ holder }) => holder !== null)
    const chosen: HeldNote[] = []
    let left = cents
    for (const note of this.#world.chance.shuffled(held)) {
      if (left <= 0n || chosen.length === most) break
      chosen.push(note)
      left -= note.cents
    }
    return left > 0n ? null : chosen
  }

  /** The same notes as the phone holds them; null when one of them is gone. */
  async holdersOf(youth: Youth, notes: readonly { id: Hex }[]): Promise<HeldNote[] | null> {
    const held = await youth.notes()
    const found = notes.map(({ id }) => held.find((note) => note.id === id))
    return found.every((note) => note !== undefined) ? found : null
  }

  /** Sends a purchase by its way, until there is an answer; writes nothing down. */
  async send(purchase: Purchase, way = purchase.way): Promise<SignedPaymentReceipt | Refusal> {
    const { shop, youth, charge, offer } = purchase
    const answer = await this.patiently(async (deps) => {
      if (way === 'ahead')
        return await payAhead(deps, youth.who, { till: shop.tillId, priceCents: charge.priceCents, offer })
      return await pay(deps, way === 'typed' ? shop.who : youth.who, { charge, offer })
    })
    if (typeof answer === 'string') return answer
    this.sent.push({ purchase, receipt: answer.receipt })
    return answer.receipt
  }

  /** From the asking to the answer, sent so many times at once; green when anybody was told so. */
  async buy(purchase: Purchase, times = 1): Promise<Outcome> {
    if (purchase.way === 'shown') await this.open(purchase)
    const answers = await Promise.all(Array.from({ length: times }, () => this.send(purchase)))
    return this.remember(purchase, answers)
  }

  async open({ shop, charge }: Purchase): Promise<void> {
    await this.patiently((deps) => openCharge(deps, shop.who, charge))
  }

  /** All that was answered to the same bytes. */
  remember({ shop, charge }: Purchase, answers: readonly (SignedPaymentReceipt | Refusal)[]): Outcome {
    const receipts = answers.filter((answer) => typeof answer !== 'string')
    const greens = receipts.map((receipt) => this.told.green(shop, 0, receipt))
    const outcome = greens[0] ?? (answers[0] as Refusal)
    if (typeof outcome === 'string') this.told.refused(charge.nonce)
    this.#world.note(
      `${shop.merchantId}/${charge.nonce} ${charge.priceCents}: ${typeof outcome === 'string' ? outcome : 'green'}`,
    )
    return outcome
  }

  async undo(green: Green<Shop>): Promise<void> {
    const answer = await this.patiently((deps) => undoPayment(deps, green.till.who, green.receipt.payment))
    this.#world.note(`undo of ${green.receipt.nonce}: ${typeof answer === 'string' ? answer : answer.state}`)
    if (typeof answer !== 'string' && answer.state === 'undone') this.told.undone(green.receipt.nonce)
  }

  async refund(green: Green<Shop>, cents: Cents): Promise<void> {
    const id = toHex(randomBytes(16))
    const ask = (deps: Deps) => refundPayment(deps, green.till.who, green.receipt.payment, { id, cents })
    // Twice with the same id: it is one refund.
    for (let times = 0; times < 2; times++) {
      const answer = await this.patiently(ask)
      this.#world.note(`refund ${cents} of ${green.receipt.nonce}: ${typeof answer === 'string' ? answer : 'given'}`)
      if (typeof answer !== 'string') this.told.refunded(green.receipt.nonce, answer.refundedCents)
    }
  }

  /** What a till says of a receipt that was paid ahead; `unused` gives its value back. */
  async report(green: Green<Shop>, said: 'used' | 'unused'): Promise<void> {
    const payment = green.receipt.payment
    const report = said === 'used' ? { used: [payment], unused: [] } : { used: [], unused: [payment] }
    const answer = await this.patiently((deps) => reportAhead(deps, green.till.who, report))
    this.#world.note(`${said} ${green.receipt.nonce}: ${typeof answer === 'string' ? answer : answer.refused.length}`)
    if (typeof answer === 'string' || said === 'used' || !answer.unused.includes(payment)) return
    const day = await this.shownTo(green.till.merchantId)
    const shown = day.find(({ receipt }) => receipt.payment === payment)
    if (shown?.state === 'undone') this.told.undone(green.receipt.nonce)
    else this.told.refunded(green.receipt.nonce, green.receipt.priceCents)
  }

  /** The phone sends and the till gives up, at the same time. Never cancelled and paid. */
  async cancelled(purchase: Purchase): Promise<void> {
    await this.open(purchase)
    const { shop, charge } = purchase
    const [paid, ended] = await Promise.all([
      this.send(purchase),
      this.patiently((deps) => cancelCharge(deps, shop.who, charge.nonce)),
    ])
    const green = this.remember(purchase, [paid])
    this.#world.note(`cancel of ${charge.nonce}: ${typeof ended === 'string' ? ended : ended.state}`)
    if (typeof ended === 'string' || typeof green === 'string') return
    if (ended.state === 'undone') this.told.undone(charge.nonce)
    else this.told.broken.push(`Charge ${charge.nonce} was cancelled and paid`)
  }

  /** The till sends and the phone gives up, at the same time. */
  async givenUp(purchase: Purchase): Promise<void> {
    const { youth, charge, offer } = purchase
    const [paid, ended] = await Promise.all([
      this.send(purchase, 'typed'),
      this.patiently((deps) => giveUp(deps, youth.who, charge.nonce, offer)),
    ])
    const green = this.remember(purchase, [paid])
    this.#world.note(`giving up ${charge.nonce}: ${typeof ended === 'string' ? ended : ended.state}`)
    if (typeof ended !== 'string' && ended.state === 'cancelled' && typeof green !== 'string') {
      this.told.broken.push(`Charge ${charge.nonce} was given up and paid`)
    }
  }

  /** Every payment of a shop, as its tills see it. */
  shownTo: (merchant: number) => Promise<TillPayment[]> = async () => []
}

type TillPayment = Parameters<Acknowledged['compare']>[1][number]
