import type { Guess, Seen, SeenNote, SeenRefund } from './seen.ts'

/**
 * How somebody who reads the whole chain, and the source of this program, would try to find notes of one voucher or one
 * person. Each attack answers, for each note that it can say anything about, the partners that fit best.
 */
export const attacks: Record<string, (seen: Seen) => Guess[]> = {
  /** Change: what a payment left of a note's cap comes back as notes whose last is odd; somebody later spends just that. */
  'subtraction: the rest of a cap is spent to the cent': ({ notes }) =>
    guess(notes, (parent, child) => {
      if (!isAfterwards(parent, child)) return null
      return restsOf(parent.capCents - parent.amountCents).has(child.amountCents) ? gap(parent, child) : null
    }),

  /** The same, but the child's signature ("up to") tells its face although less was taken. */
  'subtraction: the rest of a cap is signed to the cent': ({ notes }) =>
    guess(notes, (parent, child) => {
      if (!isAfterwards(parent, child)) return null
      return child.mostCents % 500 !== 0 && restsOf(parent.capCents - parent.amountCents).has(child.mostCents)
        ? gap(parent, child)
        : null
    }),

  /** Subtraction over the cents alone: denominations are whole fives, so a parent's odd cents return in its child. */
  'subtraction: the same odd cents come back': ({ notes }) =>
    guess(notes, (parent, child) => {
      if (!isAfterwards(parent, child)) return null
      const rest = (parent.capCents - parent.amountCents) % 500
      return rest !== 0 && child.amountCents % 500 === rest ? gap(parent, child) : null
    }),

  /** Two notes of one purchase: one is drained, the other pays the rest, at one shop on neighbouring evenings. */
  'sums: a drained note and a rest at the same shop': ({ notes }) =>
    guess(notes, (one, other) => {
      const isDrained = one.amountCents === one.capCents && other.amountCents < other.capCents
      const distance = Math.abs(one.evening - other.evening)
      return one !== other && isDrained && isAlike(one, other) && distance <= 2 && distance > 0 ? distance : null
    }),

  /** The sum of two neighbours is a price that shops like: whole tens of cents. */
  'sums: neighbours that make a usual price': ({ notes }) =>
    guess(notes, (one, other) => {
      const distance = Math.abs(one.evening - other.evening)
      const isUsual = (one.amountCents + other.amountCents) % 50 === 0 && one.amountCents % 50 !== 0
      return one !== other && isAlike(one, other) && isUsual && distance <= 2 ? distance : null
    }),

  /** Caps: the next larger or smaller cap of the same programme, validity and deadline on the same sheet. */
  'caps: the same sheet, deadline and validity': ({ notes }) =>
    guess(notes, (one, other) =>
      one !== other && one.sheet === other.sheet && one.deadline === other.deadline
        ? Math.abs(one.capCents - other.capCents)
        : null,
    ),

  /** Timing: the same shop exactly a week later. */
  'timing: the same shop a week later': ({ notes }) =>
    guess(notes, (one, other) => (isAlike(one, other) && other.evening - one.evening === 7 ? 0 : null)),

  /** Timing: whoever pays on one evening and gets change pays again as soon as the change is on a sheet. */
  'timing: the first payment from the next sheet': ({ notes }) =>
    guess(notes, (parent, child) =>
      isAfterwards(parent, child) ? gap(parent, child) * 1000 + Math.abs(child.order - parent.order) / 1e6 : null,
    ),

  /** Adjacency on the sheet: notes of one voucher might lie beside each other. */
  'adjacency: neighbours on a sheet': ({ notes }) =>
    guess(notes, (one, other) =>
      one !== other && one.sheet === other.sheet ? Math.abs(one.index - other.index) : null,
    ),

  /** Adjacency in the post: notes of one purchase might be posted one after the other. */
  'adjacency: neighbours in the post': ({ notes }) =>
    guess(notes, (one, other) =>
      one !== other && one.programme === other.programme ? Math.abs(one.order - other.order) : null,
    ),

  /** A refund gives its cents back as fresh notes: somebody spends just that. */
  'refunds: the same cents again': (seen) =>
    guessRefunds(seen, (later, cents) => later.filter(({ amountCents }) => restsOf(cents).has(amountCents))),

  /** The same, spent as two notes. */
  'refunds: the same cents again as two notes': (seen) =>
    guessRefunds(seen, (later, cents) => {
      const byAmount = Map.groupBy(later, ({ amountCents }) => amountCents)
      return later.filter((note) => byAmount.get(cents - note.amountCents)?.some((other) => other !== note))
    }),

  /** A payment is refunded from all of its notes: those that leave in one call might be of one payment. */
  'refunds: notes of one shop in one call': (seen) =>
    guessRefunded(seen, (one, other) => (one.call === other.call ? 0 : null)),

  /** The same, where they leave on evenings apart, as far apart as the source lets two of one payment be. */
  'refunds: notes of one shop on evenings apart': (seen) =>
    guessRefunded(seen, (one, other) => {
      const distance = Math.abs(one.evening - other.evening)
      return distance > 0 && distance <= 21 ? distance : null
    }),
}

/** For each note that was refunded, the others of its shop and programme that were, nearest first. */
function guessRefunded({ notes, refunds }: Seen, distance: (one: SeenRefund, other: SeenRefund) => number | null) {
  const byId = new Map(notes.map((note) => [note.noteId, note]))
  const from = new Map<SeenNote, SeenRefund>()
  for (const refund of refunds) {
    const note = byId.get(refund.noteId)
    if (note !== undefined) from.set(note, refund)
  }
  return guess([...from.keys()], (one, other) =>
    isAlike(one, other) ? distance(from.get(one) as SeenRefund, from.get(other) as SeenRefund) : null,
  )
}

/** For each refund, which of the notes that came on a sheet after it could be its value. */
function guessRefunds({ notes, refunds }: Seen, bestOf: (later: SeenNote[], cents: number) => SeenNote[]): Guess[] {
  const byId = new Map(notes.map((note) => [note.noteId, note]))
  return refunds.flatMap(({ noteId, cents, evening }) => {
    const from = byId.get(noteId)
    if (from === undefined) return []
    const later = notes.filter(
      (note) => note !== from && note.programme === from.programme && note.cutEvening >= evening - 1,
    )
    const partners = bestOf(later, cents)
    return partners.length === 0 ? [] : [{ note: noteId, partners: partners.map((note) => note.noteId) }]
  })
}

/** For each note the partners with the least score; a score of null is no candidate. */
function guess(notes: SeenNote[], score: (one: SeenNote, other: SeenNote) => number | null): Guess[] {
  const byProgramme = Map.groupBy(notes, ({ programme }) => programme)
  return notes.flatMap((note) => {
    let least = Number.POSITIVE_INFINITY
    let partners: SeenNote['noteId'][] = []
    for (const other of byProgramme.get(note.programme) ?? []) {
      if (other === note) continue
      const found = score(note, other)
      if (found === null || found > least) continue
      if (found < least) partners = []
      least = found
      partners.push(other.noteId)
    }
    return partners.length === 0 ? [] : [{ note: note.noteId, partners }]
  })
}

/** What is left of a note may be on a sheet from the evening of the purchase on, which is the one before its posting. */
function isAfterwards(parent: SeenNote, child: SeenNote): boolean {
  return child.cutEvening >= parent.evening - 2 && child.evening >= parent.evening && child.sheet !== parent.sheet
}

function gap(parent: SeenNote, child: SeenNote): number {
  return Math.abs(child.cutEvening - (parent.evening - 1))
}

function isAlike(one: SeenNote, other: SeenNote): boolean {
  return one.merchant === other.merchant && one.programme === other.programme
}

/** Faces that a rest may be split into, as far as the program's source tells: its odd part, and the rest whole. */
function restsOf(cents: number): Set<number> {
  const odd = cents % 500
  return new Set([cents, odd].filter((rest) => rest > 0 && rest % 500 !== 0))
}
