import { capOf } from '../../../../protocol/money.ts'
import { type Candidate, choose, timesOf } from '../../../../server/post/choosing.ts'
import { depthFor } from '../../../../server/post/tree.ts'
import type { Chance } from '../../../walkthrough/chance.ts'
import type { Act, SheetPlan, Spend } from '../acts.ts'
import type { Note } from './notes.ts'

/** More than the town will ever grant: its pots are never short. */
const ample = 10n ** 12n
const nowhere = Buffer.alloc(0)

export interface Sheet {
  plan: SheetPlan
  notes: Note[]
  lockedCents: bigint
  /** Redeemed and released. */
  spentCents: bigint
  isClosed: boolean
}

interface Plan {
  number: number
  programme: number
  waiting: readonly Note[]
  at: Date
  graceSeconds: number
}

/** Puts as many of the waiting notes on a sheet as the server would, at places of chance. */
export function drawUp({ number, programme, waiting, at, graceSeconds }: Plan, chance: Chance): Sheet {
  const room = { availableCents: ample, grantableTodayCents: ample, uncoveredCents: ample }
  const { notes, grantedCents, committedCents } = choose(chance.shuffled(waiting).map(candidateOf), room)
  const depth = depthFor(notes.length)
  const places = chance.shuffled(Array.from({ length: 2 ** depth }, (_, place) => place))
  const leaves = notes.map(({ note, capCents, lockedCents }, order) => {
    const place = places[order] ?? 0
    Object.assign(note, { sheet: number, place, lockedCents })
    return { note: note.number, place, capCents }
  })
  const latest = new Date(Math.max(...notes.map(({ validUntil }) => validUntil.getTime())))
  const terms = { ...timesOf(latest, at, graceSeconds), depth, committedCents, grantedCents }
  const lockedCents = notes.reduce((sum, note) => sum + note.lockedCents, 0n)
  const plan = { number, programme, leaves, ...terms }
  return { plan, notes: notes.map(({ note }) => note), lockedCents, spentCents: 0n, isClosed: false }
}

/** What the sheet locks for nobody: rests, and what was retired. Padding stays until it is closed. */
export function freeCents({ notes, lockedCents, spentCents }: Sheet): bigint {
  const live = notes.filter(isLive).reduce((sum, note) => sum + (note.accepted?.amountCents ?? note.lockedCents), 0n)
  return lockedCents - spentCents - live
}

export function isLive({ state }: Note): boolean {
  return state === 'open' || state === 'accepted'
}

export function close(sheet: Sheet): Act {
  sheet.isClosed = true
  return { kind: 'close', sheet: sheet.plan.number }
}

export function spendOf({ number: note, place, sheet, faceCents, accepted }: Note): Spend {
  if (sheet === null || accepted === null) throw new Error(`Note ${note} has nothing to post`)
  const { amountCents, mostCents, deadline, payment } = accepted
  return {
    note,
    place,
    capCents: capOf(faceCents),
    sheet,
    merchant: payment.merchant,
    amountCents,
    mostCents,
    deadline,
  }
}

/** As the server takes candidates: an accepted note that left change goes on a sheet with what was accepted of it. */
function candidateOf(note: Note): Candidate & { note: Note } {
  const { faceCents, isNewValue, accepted, voucher } = note
  const lockedCents = accepted !== null && voucher.kind === 'value' ? accepted.amountCents : faceCents
  const leaf = { id: nowhere, holder: nowhere, capCents: capOf(faceCents), lockedCents }
  return { note, ...leaf, isNewValue, isAccepted: accepted !== null, validUntil: voucher.validUntil }
}
