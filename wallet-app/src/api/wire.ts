import type { z } from 'zod'
import type { paymentReceipt, signedCharge, spendOffer } from '../../../protocol/api/wallet.ts'
import type { SignedCharge } from '../../../protocol/charge.ts'
import type { SignedPaymentReceipt } from '../../../protocol/receipt.ts'
import type { SpendOffer } from '../../../protocol/spend.ts'

/* What is signed has bigints in code and decimal strings in JSON. */

export function offerToJson(offer: SpendOffer): z.input<typeof spendOffer> {
  const notes = offer.notes.map((note) => ({ ...note, mostCents: note.mostCents.toString() }))
  const opening = { ...offer.opening, agreedCents: offer.opening.agreedCents.toString() }
  return { ...offer, deadline: offer.deadline.toString(), opening, notes }
}

export function chargeToJson(charge: SignedCharge): z.input<typeof signedCharge> {
  return { ...charge, priceCents: charge.priceCents.toString() }
}

export function receiptFromJson(receipt: z.input<typeof paymentReceipt>): SignedPaymentReceipt {
  return { ...receipt, priceCents: BigInt(receipt.priceCents) }
}
