import type { Hex } from 'viem'
import type { Cents } from '../../protocol/money.ts'
import { encodeReceipt, type SignedPaymentReceipt } from '../../protocol/receipt.ts'
import { type ProgrammeKey, programmes } from '../sample/town.ts'
import { type Offered, type Phone, sumOf, type Voucher } from './phone.ts'
import { expect, type Purchase, type Story, type Youth } from './story.ts'
import type { Till } from './till.ts'

/** The four ways to pay that the till and the phone know. */
export const ways = ['both online', 'phone offline, two scans', 'phone offline, one scan', 'till offline'] as const
export type Way = (typeof ways)[number]

export interface Wish {
  youth: Youth
  key: ProgrammeKey
  till: Till
  priceCents: Cents
  way: Way
  /** How often the same bytes are sent at the same time: a hurried finger, a retrying till. */
  times?: number
}

const byKey = new Map(programmes.map((programme) => [programme.key, programme]))

/** Whether a voucher is one of this programme: the phone knows it by what is written on it. */
export function ofProgramme(key: ProgrammeKey): (voucher: Voucher) => boolean {
  return ({ label }) => label.en === byKey.get(key)?.label.en
}

/**
 * Pays as wished, or as much as the phone can pay at once, and books it. Null when the phone has nothing left. Every
 * answer to the same bytes must be the same receipt.
 */
export async function buy(story: Story, wish: Wish): Promise<Bought | null> {
  const { youth, key, till } = wish
  const most = youth.phone.mostPayable(ofProgramme(key))
  const priceCents = most < wish.priceCents ? most : wish.priceCents
  if (priceCents === 0n) return null
  const { receipt, offered } = await payBy[wish.way](youth.phone, till, priceCents, ofProgramme(key), wish.times ?? 1)
  expect(receipt.priceCents === priceCents, `A receipt says ${receipt.priceCents} cents for ${priceCents}`)

  // What a payment leaves of a service voucher goes back to its programme at once.
  const restCents = byKey.get(key)?.kind === 'service' ? sumOf(offered.notes) - priceCents : 0n
  story.books.paid(key, till.merchant, priceCents, restCents)
  const purchase = { youth, key, till, payment: receipt.payment, cents: priceCents, restCents, offered }
  story.purchases.push(purchase)
  return purchase
}

/** A purchase, and what the phone had shown for it. */
export interface Bought extends Purchase {
  offered: Offered
}

interface Paid {
  receipt: SignedPaymentReceipt
  offered: Offered
}
type Pay = (phone: Phone, till: Till, priceCents: Cents, fits: (v: Voucher) => boolean, times: number) => Promise<Paid>

const payBy: Record<Way, Pay> = {
  /** The till asks, the phone sends, both hear of it. */
  async 'both online'(phone, till, priceCents, fits, times) {
    const { charge, text } = await till.ask(priceCents)
    await till.open(charge)
    const offered = there(await phone.offerFor(text, fits))
    const receipt = await same(times, async () => await phone.pay(charge, offered.offer))
    const seen = await till.paymentOf(charge.nonce)
    expect(seen?.receipt.payment === receipt.payment, 'The till did not hear of a payment from the phone')
    return { receipt, offered }
  },

  /** The phone reads the till's code and shows its own; only the till has a network. */
  async 'phone offline, two scans'(phone, till, priceCents, fits, times) {
    const { charge, text } = await till.ask(priceCents)
    const offered = there(await phone.offerFor(text, fits))
    return { receipt: await same(times, async () => (await till.take(offered.text, charge)).receipt), offered }
  },

  /** The phone shows "up to"; the till scans and types the price. */
  async 'phone offline, one scan'(phone, till, priceCents, fits, times) {
    const offered = await phone.offerUpTo(till.merchant, priceCents, fits)
    if (offered === null) return await payBy['phone offline, two scans'](phone, till, priceCents, fits, times)
    const charge = await till.askFor(offered.text, priceCents)
    return { receipt: await same(times, async () => (await till.take(offered.text, charge)).receipt), offered }
  },

  /** The phone sends and shows the receipt as a code, which the till checks alone. */
  async 'till offline'(phone, till, priceCents, fits, times) {
    const { charge, text } = await till.ask(priceCents)
    const offered = there(await phone.offerFor(text, fits))
    const receipt = await same(times, async () => await phone.pay(charge, offered.offer))
    const shown = encodeReceipt(till.partner.origin, receipt)
    expect(await till.isPaid(shown), 'A till without a network did not trust a genuine receipt')
    expect(!(await till.isPaid(shown)), 'A till took the same receipt twice')
    return { receipt, offered }
  },
}

/** Sends the same at once so many times; the answers must be one and the same. */
async function same(times: number, send: () => Promise<SignedPaymentReceipt>): Promise<SignedPaymentReceipt> {
  const receipts = await Promise.all(Array.from({ length: times }, send))
  const signatures = new Set<Hex>(receipts.map(({ signature }) => signature))
  expect(signatures.size === 1, `The same bytes were answered with ${signatures.size} receipts`)
  return receipts[0] as SignedPaymentReceipt
}

function there(offered: Offered | null): Offered {
  if (offered === null) throw new Error('A phone could not pay what it had said it could')
  return offered
}
