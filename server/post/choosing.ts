import type { Cents } from '../../protocol/money.ts'
import { deadlineAfter } from '../../protocol/spend.ts'

/** A note that could go on a sheet. */
export interface Candidate {
  id: Buffer
  holder: Buffer
  capCents: Cents
  /** Its face; of an accepted one that left change, what was accepted. */
  lockedCents: Cents
  isNewValue: boolean
  isAccepted: boolean
  validUntil: Date
}

/** What the contract would allow now. */
export interface Room {
  availableCents: Cents
  grantableTodayCents: Cents
  /** Outstanding and float, less what is locked. */
  uncoveredCents: Cents
}

/**
 * More would block the server for a moment; the next run cuts the next sheet. They fill a tree: each further level, with
 * padding or with notes, costs every redemption a sibling.
 */
export const mostNotesOnASheet = 1024

/** What a sheet commits is rounded up to so much where there is room: the exact sum tells of the notes on it. */
const committedStep = 10_000n

export interface Chosen<C extends Candidate> {
  notes: C[]
  grantedCents: Cents
  committedCents: Cents
}

/**
 * Takes as many notes, in the order given, as the contract will allow: accepted ones first, for a shop waits for its money.
 * New value brings its own cover; change needs room until the rest of its parent is released.
 */
export function choose<C extends Candidate>(candidates: readonly C[], room: Room): Chosen<C> {
  const notes: C[] = []
  let granted = 0n
  let locked = 0n
  const mostGranted = room.availableCents < room.grantableTodayCents ? room.availableCents : room.grantableTodayCents
  const inOrder = [...candidates.filter((note) => note.isAccepted), ...candidates.filter((note) => !note.isAccepted)]
  for (const note of inOrder) {
    if (notes.length === mostNotesOnASheet) break
    const nextGranted = granted + (note.isNewValue ? note.lockedCents : 0n)
    const nextLocked = locked + note.lockedCents
    if (nextGranted > mostGranted || nextLocked > room.uncoveredCents + nextGranted) continue
    notes.push(note)
    granted = nextGranted
    locked = nextLocked
  }
  const most = room.uncoveredCents + granted
  const rounded = ((locked + committedStep - 1n) / committedStep) * committedStep
  return { notes, grantedCents: granted, committedCents: rounded < most ? rounded : most }
}

const day = 86_400

/**
 * Until when a sheet's notes count, and when it closes: month's ends, for an exact moment would tell vouchers apart. Where a
 * grace of less than four weeks was deployed, which is in a sample town only, both stand to the second.
 */
export function timesOf(latest: Date, now: Date, graceSeconds: number): { validUntil: number; closesAt: number } {
  // Notes accepted on their last day are cut after it, and no sheet may be out of date when it is cut.
  const least = Math.max(Math.floor(latest.getTime() / 1000), Math.floor(now.getTime() / 1000) + day)
  if (graceSeconds < 28 * day) return { validUntil: least, closesAt: least + graceSeconds }
  const end = new Date(least * 1000)
  const validUntil = Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 1) / 1000 - 1
  return { validUntil, closesAt: Number(deadlineAfter(validUntil * 1000, graceSeconds)) }
}
