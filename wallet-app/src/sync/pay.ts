import type { payAhead, payFromWallet } from '../../../protocol/api/wallet.ts'
import type { SignedCharge } from '../../../protocol/charge.ts'
import { capOf } from '../../../protocol/money.ts'
import { isUnknown, Refused } from '../api/refused.ts'
import { chargeToJson, offerToJson } from '../api/wire.ts'
import { keysOf } from '../keys/derive.ts'
import { randomHex } from '../keys/random.ts'
import { readSeed } from '../keys/seed.ts'
import { signOffer } from '../keys/signOffer.ts'
import type { Part } from './choose.ts'
import { directory } from './directory.ts'
import { callAs } from './session.ts'
import { type facts, offers, openWallet, serverNow } from './walletState.ts'
import { type KeptOffer, keepOffer, type WalletReceipt, walletDb } from './walletStore.ts'

export interface Wish {
  merchant: number
  cents: bigint
  parts: readonly Part[]
  /** Two scans: what the till asks. */
  charge: SignedCharge | null
  /** Ahead: at which till. */
  till: number | null
}

/** Signs what pays, and keeps it before anybody sees it. Needs no network. */
export async function signWish(wish: Wish): Promise<KeptOffer> {
  const seed = await readSeed('wallet')
  const chain = directory.peek()?.chain
  if (seed === null || !chain) throw new Refused('offline')
  const madeAt = serverNow()
  const nonce = wish.charge?.nonce ?? randomHex(8)
  const { merchant, cents, charge, till } = wish
  const opening = { nonce, signedAt: Math.round(madeAt), salt: randomHex(8), agreedCents: cents }
  // "Up to" is signed in whole steps: what stands on chain must not tell the face of a note. `agreedCents` is the limit.
  const isUpTo = charge === null && till === null
  const parts = isUpTo ? wish.parts.map((part) => ({ ...part, mostCents: capOf(part.mostCents) })) : wish.parts
  const offer = await signOffer(keysOf(seed), chain, merchant, parts, opening)
  const drawn = wish.parts.map(({ noteId, mostCents }) => ({ noteId, cents: mostCents }))
  const kept: KeptOffer = { offer, merchant, cents, charge, drawn, till, state: 'open', madeAt }
  await keepOffer(kept)
  await readOffers()
  return kept
}

/**
 * Sends a kept offer. Throws Refused: after a word that is certain the notes are free again; after one that is not
 * (`isUnknown`) they count as maybe spent, and the same offer may be sent or shown again without paying twice.
 */
export async function sendOffer(kept: KeptOffer): Promise<WalletReceipt> {
  try {
    const offer = offerToJson(kept.offer)
    const receipt = kept.charge
      ? await callAs<typeof payFromWallet>('wallet', 'post', '/api/wallet/payments', {
          body: { charge: chargeToJson(kept.charge), offer },
        })
      : await callAs<typeof payAhead>('wallet', 'post', '/api/wallet/payments/ahead', {
          body: { till: kept.till ?? 0, priceCents: kept.cents.toString(), offer },
        })
    await keepReceipt(kept, receipt)
    return receipt
  } catch (error) {
    if (error instanceof Refused && !isUnknown(error)) await forgetOffer(kept)
    throw error
  }
}

/** The youth says that the code was not used: its notes are free at once, the server hears of it when it can. */
export async function giveUpOffer(kept: KeptOffer): Promise<KeptOffer> {
  const given: KeptOffer = { ...kept, state: 'givenUp' }
  await keepOffer(given)
  await readOffers()
  return given
}

export async function forgetOffer(kept: KeptOffer): Promise<void> {
  await (await walletDb()).delete('offers', kept.offer.opening.nonce)
  await readOffers()
}

async function readOffers(): Promise<void> {
  offers.value = await (await walletDb()).getAll('offers')
}

/** What the receipt says is so at once on this phone, before the next contact tells it again. */
async function keepReceipt(kept: KeptOffer, answer: WalletReceipt): Promise<void> {
  const db = await walletDb()
  const write = db.transaction(['receipts', 'offers', 'facts'], 'readwrite', { durability: 'strict' })
  await write.objectStore('receipts').put(answer, answer.receipt.payment)
  await write.objectStore('offers').delete(kept.offer.opening.nonce)
  const before = await write.objectStore('facts').get('facts')
  if (before) await write.objectStore('facts').put(withPayment(before, kept, answer), 'facts')
  await write.done
  await openWallet()
}

type Facts = NonNullable<typeof facts.value>

function withPayment(before: Facts, kept: KeptOffer, { receipt, change }: WalletReceipt): Facts {
  const spent = new Set(kept.offer.notes.map(({ noteId }) => noteId))
  // Change comes back to the voucher of the last note: it alone was not used up.
  const last = kept.offer.notes.at(-1)?.noteId
  const vouchers = before.answer.vouchers.map((voucher) => ({
    ...voucher,
    notes: [
      ...voucher.notes.filter(({ id }) => !spent.has(id)),
      ...(voucher.notes.some(({ id }) => id === last)
        ? change.map(({ noteId, holder, cents }) => ({ id: noteId, holder, cents }))
        : []),
    ],
  }))
  const payment = {
    receipt,
    state: 'accepted' as const,
    refundedCents: '0',
    ahead: kept.till === null ? null : ('waiting' as const),
    undoUntil: new Date(receipt.acceptedAt * 1000).toISOString(),
  }
  // A contact that went on meanwhile may have told of it already.
  const others = before.answer.payments.filter((known) => known.receipt.payment !== receipt.payment)
  return { ...before, answer: { ...before.answer, vouchers, payments: [payment, ...others] } }
}
