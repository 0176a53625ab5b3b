import { bytesToHex } from 'viem'
import { Chance } from '../walkthrough/chance.ts'
import { pause } from '../walkthrough/parallel.ts'
import type { Green } from './acknowledged.ts'
import { patiently, surely } from './patience.ts'
import { buy, isGreen, undo, ways } from './paying.ts'
import type { Customer, Town } from './town.ts'

/** Below so much a shopper asks for a further voucher. */
const fewCents = 1500n

/** Youths who shop until they are told to go home, each with small sums, often, and now and then changing their mind. */
export class Shoppers {
  readonly #town: Town
  #isOpen = true
  #going: Promise<void>[] = []

  constructor(town: Town) {
    this.#town = town
  }

  async come(count: number, seed: number): Promise<void> {
    const customers = await Promise.all(Array.from({ length: count }, () => this.#town.customer()))
    this.#going = customers.map((customer, place) => this.#shop(customer, new Chance(seed + place)))
  }

  /** Resolves when everybody has the answer to what they had sent. Throws when somebody never got one. */
  async goHome(): Promise<void> {
    this.#isOpen = false
    await Promise.all(this.#going)
  }

  async #shop(customer: Customer, chance: Chance): Promise<void> {
    const bought: Green[] = []
    while (this.#isOpen) {
      const wish = {
        customer,
        till: chance.oneOf(this.#town.tills),
        cents: BigInt(chance.between(3, 300)),
        way: chance.oneOf(ways),
      }
      const outcome = await buy(this.#town, wish)
      if (isGreen(outcome)) {
        bought.push(outcome)
        if (chance.between(1, 8) === 1) await undo(this.#town, outcome)
        if (chance.between(1, 20) === 1) await refund(this.#town, chance.oneOf(bought), chance)
      }
      if (outcome === null || chance.between(1, 3) === 1) await refill(this.#town, customer)
      await pause(chance.between(0, 60))
    }
  }
}

/** Sees what is left, and has more granted when it is little. */
async function refill(town: Town, customer: Customer): Promise<void> {
  await surely(() => customer.phone.refresh())
  if (customer.phone.leftCents() >= fewCents) return
  await town.grant(customer.case, 12_000n)
  await surely(() => customer.phone.refresh())
}

/** A part goes back, if the time to undo is over; the same request twice is one. */
async function refund(town: Town, { till, receipt, refundedCents }: Green, chance: Chance): Promise<void> {
  const left = receipt.priceCents - refundedCents
  if (left === 0n) return
  const id = bytesToHex(crypto.getRandomValues(new Uint8Array(16)))
  const cents = BigInt(chance.between(1, Number(left)))
  for (let times = 0; times < 2; times++) {
    const { answer } = await patiently(() => till.refund(receipt.payment, cents, id))
    if (answer !== null) town.acknowledged.refunded(receipt.nonce, answer.refundedCents)
  }
}
