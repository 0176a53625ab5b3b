import { chargeSeconds } from '../../protocol/charge.ts'
import type { Cents } from '../../protocol/money.ts'
import { deadlineAfter, isMonthsEnd, type SpendOffer } from '../../protocol/spend.ts'
import { Refused } from '../http/refused.ts'
import type { NoteFacts } from '../vouchers/vouchers.ts'

/* The conditions of an acceptance. Pure: each takes facts and either is silent or refuses with its word. */

/** How far a till's clock may be from ours when its charge comes by somebody else's hand. */
const skewMilliseconds = 120_000
/** How long after signing, by the phone's clock, a till may send what it scanned. */
const scanMilliseconds = 900_000
const day = 86_400_000

/** The parts of an offer must belong to this charge and to each other. Refuses `not_here`, `bad_request`, and `not_enough`
 * for a price above what the holder agreed to. */
export function checkOffer(charge: { merchant: number; nonce: string; priceCents: Cents }, offer: SpendOffer): void {
  if (offer.merchant !== charge.merchant) throw new Refused('not_here')
  if (offer.opening.nonce !== charge.nonce) throw new Refused('bad_request', { field: 'nonce' })
  if (new Set(offer.notes.map((note) => note.noteId)).size !== offer.notes.length) {
    throw new Refused('bad_request', { field: 'notes' })
  }
  const missingCents = charge.priceCents - offer.opening.agreedCents
  if (missingCents > 0n) throw new Refused('not_enough', { missingCents: missingCents.toString() })
}

/**
 * The deadline must be the one that every phone signs on this day (a day of clock error either way): an earlier one could
 * pass before the note is posted, and one of its own would join a person's payments on chain.
 * Refuses `too_late` and `bad_request`.
 */
export function checkDeadline(deadline: bigint, now: Date, graceSeconds: number): void {
  if (!isMonthsEnd(deadline)) throw new Refused('bad_request', { field: 'deadline' })
  const [earliest, latest] = [-day, day].map((off) => deadlineAfter(now.getTime() + off, graceSeconds))
  if (deadline < (earliest ?? 0n)) throw new Refused('too_late')
  if (deadline > (latest ?? 0n)) throw new Refused('bad_request', { field: 'deadline' })
}

/** A charge that the server hears of for the first time is as old as its till says. Refuses `too_old`. */
export function checkAskedAt(askedAt: number, now: Date): void {
  const age = now.getTime() - askedAt * 1000
  if (age > chargeSeconds * 1000 + skewMilliseconds || age < -skewMilliseconds) throw new Refused('too_old')
}

/** One scan: nothing but the phone's clock says how old its signature is. Refuses `too_old`. */
export function checkSignedAt(signedAt: number, now: Date): void {
  if (Math.abs(now.getTime() - signedAt) > scanMilliseconds) throw new Refused('too_old')
}

/**
 * Whether these notes may be used at this shop now.
 * Refuses `already_used`, `ended`, `not_here` and `not_for_this`.
 */
export function checkNotes(
  notes: readonly NoteFacts[],
  shop: { organisation: string; purposes: number },
  mailboxOrganisation: string,
  now: Date,
): void {
  for (const note of notes) {
    if (note.state !== 'open') throw new Refused('already_used')
    if (note.validUntil < now || note.programmeState !== 'open' || !note.isWalletActive) throw new Refused('ended')
    // Its sheet takes nothing any more: the chain would refuse what we accept.
    if (note.sheetState === 'closing' || note.sheetState === 'closed') throw new Refused('ended')
    if (note.organisation !== shop.organisation || mailboxOrganisation !== shop.organisation) {
      throw new Refused('not_here')
    }
    if ((note.purposes & shop.purposes) === 0) throw new Refused('not_for_this')
  }
}

/**
 * What each note pays, drawn in the order in which the holder put them; nothing for a note that the price does not need.
 * Refuses `not_enough`, and `bad_request` for a note signed for more than the chain takes.
 */
export function drawn(
  priceCents: Cents,
  notes: readonly { faceCents: Cents; capCents: Cents; mostCents: Cents }[],
): Cents[] {
  let left = priceCents
  const amounts = notes.map(({ faceCents, capCents, mostCents }) => {
    if (mostCents > capCents) throw new Refused('bad_request', { field: 'mostCents' })
    const most = mostCents < faceCents ? mostCents : faceCents
    const amount = most < left ? most : left
    left -= amount
    return amount
  })
  if (left > 0n) throw new Refused('not_enough', { missingCents: left.toString() })
  return amounts
}
