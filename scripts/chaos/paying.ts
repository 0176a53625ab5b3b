import type { Hex } from 'viem'
import type { Cents } from '../../protocol/money.ts'
import type { SignedPaymentReceipt } from '../../protocol/receipt.ts'
import type { Refusal } from '../../protocol/refusals.ts'
import type { Till } from '../walkthrough/till.ts'
import type { Green } from './acknowledged.ts'
import { patiently } from './patience.ts'
import type { Customer, Town } from './town.ts'

/** Who sends what both have signed. */
export const ways = ['phone sends', 'till sends', 'till sends "up to"'] as const
export type Way = (typeof ways)[number]

export interface Wish {
  customer: Customer
  till: Till
  cents: Cents
  way: Way
}

/** Both sides of one purchase, signed and not yet sent. */
export interface Signed {
  nonce: Hex
  /** Sends it once, by the way it was made for. */
  send(): Promise<SignedPaymentReceipt>
  /** The phone may offer the same notes again. */
  forget(): void
}

/** Till and phone sign; nothing is sent but the opening of the charge. Null when the phone has too little at hand. */
export async function sign({ customer: { phone }, till, cents, way }: Wish): Promise<Signed | null> {
  if (way === 'till sends "up to"') {
    const offered = await phone.offerUpTo(till.merchant, cents, () => true)
    if (offered === null) return null
    const charge = await till.askFor(offered.text, cents)
    const send = async () => (await till.take(offered.text, charge)).receipt
    return { nonce: charge.nonce, send, forget: () => phone.forget(offered.offer) }
  }
  const { charge, text } = await till.ask(cents)
  const offered = await phone.offerFor(text, () => true)
  if (offered === null) return null
  const forget = () => phone.forget(offered.offer)
  if (way === 'till sends') {
    return { nonce: charge.nonce, send: async () => (await till.take(offered.text, charge)).receipt, forget }
  }
  await patiently(() => till.open(charge))
  return { nonce: charge.nonce, send: () => phone.pay(charge, offered.offer), forget }
}

/** Sends until there is an answer, and writes it down. */
export async function settle(town: Town, wish: Wish, signed: Signed): Promise<Green | Refusal> {
  const { answer, refusal } = await patiently(signed.send)
  if (refusal === null) return town.acknowledged.green(wish.till, wish.customer.programme, answer)
  town.acknowledged.refused(signed.nonce)
  signed.forget()
  return refusal
}

/** A purchase from the asking to the answer; null when the phone has too little at hand. */
export async function buy(town: Town, wish: Wish): Promise<Green | Refusal | null> {
  const signed = await sign(wish)
  return signed === null ? null : await settle(town, wish, signed)
}

/** Undone by its till, if the window is still open. */
export async function undo(town: Town, { till, receipt }: Green): Promise<boolean> {
  const { answer, refusal } = await patiently(() => till.undo(receipt.payment))
  if (answer?.state === 'undone') town.acknowledged.undone(receipt.nonce)
  return refusal === null
}

export function isGreen(outcome: Green | Refusal | null): outcome is Green {
  return outcome !== null && typeof outcome !== 'string'
}
