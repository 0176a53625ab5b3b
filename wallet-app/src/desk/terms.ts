import { daysAfter, endOfDay } from '../staff/days.ts'
import { readSum } from '../staff/readSum.ts'

/** The longest that a voucher may be granted or extended for; the server holds to it too. */
const mostDays = 365

export interface TypedTerms {
  amount: string
  /** `2026-11-30` */
  until: string
}

export interface Terms {
  amountCents: bigint
  /** The last second of the day in Finland. */
  validUntil: string
}

export type TermsFault = 'amount' | 'above_most' | 'until'

/** Reads what a worker typed; answers the first fault instead when it cannot be granted so. */
export function readTerms(
  { amount, until }: TypedTerms,
  { today, mostCents }: { today: string; mostCents: bigint },
): { terms: Terms } | { fault: TermsFault } {
  const amountCents = readSum(amount)
  if (amountCents === null || amountCents === 0n) return { fault: 'amount' }
  if (amountCents > mostCents) return { fault: 'above_most' }
  const validUntil = readUntil(until, today)
  return validUntil === null ? { fault: 'until' } : { terms: { amountCents, validUntil } }
}

/** The end of a day from today to a year ahead; null for any other. */
export function readUntil(until: string, today: string): string | null {
  return until < today || until > daysAfter(today, mostDays) ? null : endOfDay(until)
}

export type Standing = 'granted' | 'refused' | 'waiting_for_second' | 'waiting_for_review' | 'turned_down' | 'ended'

/** Where a decision stands, in one word: an emergency that waits is in use already. */
export function standingOf({
  outcome,
  state,
  isEmergency,
}: {
  outcome: 'granted' | 'refused'
  state: 'waiting_for_second' | 'decided' | 'turned_down' | 'ended'
  isEmergency: boolean
}): Standing {
  if (state === 'waiting_for_second') return isEmergency ? 'waiting_for_review' : 'waiting_for_second'
  if (state !== 'decided') return state
  return outcome
}
