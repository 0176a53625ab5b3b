import type { Hex } from 'viem'
import type { getCharge, openCharge, payAtTill } from '../../../protocol/api/till.ts'
import { chargeSeconds, type SignedCharge } from '../../../protocol/charge.ts'
import { decodeReceipt, type SignedPaymentReceipt } from '../../../protocol/receipt.ts'
import type { SpendOffer } from '../../../protocol/spend.ts'
import { Refused } from '../api/refused.ts'
import { chargeToJson, offerToJson } from '../api/wire.ts'
import { keysOf } from '../keys/derive.ts'
import { randomHex } from '../keys/random.ts'
import { readSeed } from '../keys/seed.ts'
import { isGenuine, signCharge } from '../keys/tillKey.ts'
import { directory } from '../sync/directory.ts'
import { callAs } from '../sync/session.ts'
import { cancel, till } from './tillState.ts'
import { isForgotten, type KeptCharge, keepCharge, keepReceipt, type TillPayment, tillDb } from './tillStore.ts'

/** A receipt paid ahead is for another sum than the one typed. */
export class SumDiffers extends Error {
  readonly receipt: SignedPaymentReceipt

  constructor(receipt: SignedPaymentReceipt) {
    super('The receipt is for another sum')
    this.receipt = receipt
  }
}

/** The price is above what the youth agreed to: nothing is sent. */
export class TooLittle extends Error {
  readonly offer: SpendOffer

  constructor(offer: SpendOffer) {
    super('The phone agreed to less')
    this.offer = offer
  }
}

function facts() {
  const chain = directory.peek()?.chain
  const device = till.peek()
  if (!chain || !device) throw new Refused('offline')
  return { chain, device }
}

/** Signs a charge with this device's key and keeps it, before anybody sees it. Needs no network. */
export async function makeCharge(priceCents: bigint, nonce: Hex = randomHex(8)): Promise<KeptCharge> {
  const { chain, device } = facts()
  const seed = await readSeed('till')
  if (seed === null) throw new Refused('not_known')
  const asked = { ...device, priceCents, nonce, askedAt: Math.floor(Date.now() / 1000) }
  const charge = await signCharge(keysOf(seed).signIn, chain, asked)
  const kept: KeptCharge = { charge, state: 'open', isSettled: false }
  await keepCharge(kept)
  return kept
}

export async function readCharge(nonce: Hex): Promise<KeptCharge | undefined> {
  return await (await tillDb()).get('charges', nonce)
}

export function hasExpired(charge: SignedCharge): boolean {
  return Date.now() / 1000 - charge.askedAt > chargeSeconds
}

export async function openAtServer(charge: SignedCharge): Promise<void> {
  await callAs<typeof openCharge>('till', 'post', '/api/till/charges', { body: chargeToJson(charge) })
}

/**
 * Null while nobody has paid: the server answers as soon as somebody has, or in some seconds. What is paid is kept before
 * it is told. Throws Refused.
 */
export async function whetherPaid({ charge }: KeptCharge): Promise<TillPayment | 'cancelled' | null> {
  const { state, payment } = await callAs<typeof getCharge>('till', 'get', '/api/till/charges/:nonce', {
    params: { nonce: charge.nonce },
    query: { wait: 'yes' },
  })
  if (state === 'cancelled') return 'cancelled'
  if (payment === null || payment.state !== 'accepted') return null
  await keepReceipt({ payment, ahead: null, isReported: true, at: Date.now() })
  return payment
}

/**
 * Takes a spend from a phone's code. It answers the charge shown, or is a code of its own ("up to"): then this till signs
 * the price under the phone's nonce. Each code makes it green once. Throws Refused, or TooLittle before anything is sent.
 */
export async function takeSpend(offer: SpendOffer, priceCents: bigint, shown: KeptCharge | null): Promise<TillPayment> {
  const { device } = facts()
  if (offer.merchant !== device.merchant) throw new Refused('not_here')
  if (offer.opening.agreedCents < priceCents) throw new TooLittle(offer)

  let kept = shown
  if (shown === null || shown.charge.nonce !== offer.opening.nonce || shown.charge.priceCents !== priceCents) {
    // The same code scanned again at the same price is the same charge: the server answers the same receipt.
    const before = await readCharge(offer.opening.nonce)
    const isSame = before?.charge.priceCents === priceCents
    if (before?.state === 'cancelled' && isSame) throw new Refused('charge_not_open')
    kept = isSame ? before : await makeCharge(priceCents, offer.opening.nonce)
  }
  if (kept === null) throw new Refused('charge_not_open')
  const payment = await callAs<typeof payAtTill>('till', 'post', '/api/till/payments', {
    body: { charge: chargeToJson(kept.charge), offer: offerToJson(offer) },
  })
  // Undone since, as when its answer got lost and the till gave up: the receipt is the same for ever, the money is not.
  if (payment.state === 'undone' || isForgotten(payment.receipt)) throw new Refused('already_used')
  const isNew = await keepReceipt({ payment, ahead: null, isReported: true, at: Date.now() })
  // The server answers for ever what it answered once: a code that made this till green before pays nothing more.
  if (!isNew && kept !== shown) throw new Refused('already_used')
  if (shown && shown.charge.nonce !== kept.charge.nonce) void cancel(shown)
  return payment
}

/**
 * Takes a receipt shown as a code, with or without a network: signature, device and nonce alone say that it is paid.
 * It is on this device's disk before the till is green. Throws Refused, or SumDiffers.
 */
export async function takeReceipt(
  text: string,
  priceCents: bigint | null,
  shown: KeptCharge | null,
): Promise<Pick<TillPayment, 'receipt'>> {
  const receipt = decodeReceipt(text)
  if (receipt === null) throw new Refused('bad_request')
  const { chain, device } = facts()
  if (!(await isGenuine(chain, receipt))) throw new Refused('signature_not_valid')
  if (receipt.merchant !== device.merchant || receipt.till !== device.till) throw new Refused('not_here')
  if (isForgotten(receipt)) throw new Refused('already_used')

  const own = await readCharge(receipt.nonce)
  // A nonce of this till pays the charge that is on its screen, not one that was cancelled or paid before.
  if (own && (own.state !== 'open' || own.charge.nonce !== shown?.charge.nonce)) throw new Refused('already_used')
  if (own && own.charge.priceCents !== receipt.priceCents) throw new Refused('charge_not_open')
  if (!own && priceCents !== null && priceCents !== receipt.priceCents) throw new SumDiffers(receipt)

  const { signature, ...signed } = receipt
  const payment = { receipt: { ...signed, priceCents: receipt.priceCents.toString(), signature } }
  const ahead = own ? null : ('used' as const)
  if (!(await keepReceipt({ payment, ahead, isReported: own !== undefined, at: Date.now() }))) {
    throw new Refused('already_used')
  }
  if (shown && !own) void cancel(shown)
  return payment
}
