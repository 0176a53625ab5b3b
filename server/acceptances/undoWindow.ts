import { randomInt } from 'node:crypto'

const day = 86_400_000
const hour = 3_600_000

const parts = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Helsinki',
  dateStyle: 'short',
  timeStyle: 'medium',
})

/**
 * The moment when clocks in Finland show this hour of this day (`2026-11-30`). Finland is two or three hours ahead of UTC.
 * An hour that a day has twice is the first of the two; one that it does not have is a RangeError.
 */
export function helsinkiTime(date: string, atHour: number): Date {
  const asUtc = Date.parse(`${date}T00:00:00Z`) + atHour * hour
  const wanted = `${date} ${String(atHour).padStart(2, '0')}:00:00`
  for (const ahead of [3, 2]) {
    const moment = new Date(asUtc - ahead * hour)
    if (parts.format(moment) === wanted) return moment
  }
  throw new RangeError(`There is no ${wanted} in Finland`)
}

/** The day after a calendar day. */
export function nextDay(date: string): string {
  return new Date(Date.parse(`${date}T12:00:00Z`) + day).toISOString().slice(0, 10)
}

/**
 * How long a till may undo: so many seconds, or until 04:00 of the next day in Finland. Four is the first hour of the night
 * that every day has exactly once: the clocks change between three and four.
 */
export function undoUntil(now: Date, undoSeconds: number | null): Date {
  if (undoSeconds !== null) return new Date(now.getTime() + undoSeconds * 1000)
  return helsinkiTime(nextDay(parts.format(now).slice(0, 10)), 4)
}

/** A further note of a payment waits one to three evenings more than the one before it. */
const mostEvenings = 3

/**
 * Each note of one payment goes to the chain on an evening of its own, and nobody knows which: at a known distance, two
 * amounts that make a usual price would tell that they belong together.
 *
 * @param evenings a random whole number from 1 to 3; tests bring their own.
 */
export function postAfter(
  undoUntil: Date,
  place: number,
  undoSeconds: number | null,
  postIntervalSeconds: number,
  evenings = randomInt(1, mostEvenings + 1),
): Date {
  if (place === 0) return undoUntil
  const apart = undoSeconds === null ? Math.max(day, postIntervalSeconds * 1000) : postIntervalSeconds * 1000
  return new Date(undoUntil.getTime() + ((place - 1) * mostEvenings + evenings) * apart)
}

/**
 * Not before this moment another refund of the same payment is sent to the chain, when one leaves now: a random number of
 * evenings later, of `refundEvenings` at most. Half an evening is left, so that it does not matter when in an evening it is
 * asked.
 *
 * @param evenings tests bring their own.
 */
export function nextRefundAfter(
  now: Date,
  { postIntervalSeconds, refundEvenings }: { postIntervalSeconds: number; refundEvenings: number },
  evenings = randomInt(1, refundEvenings + 1),
): Date {
  return new Date(now.getTime() + (evenings - 0.5) * postIntervalSeconds * 1000)
}
