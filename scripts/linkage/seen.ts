import type { Hex } from 'viem'

/** A note that came to be paid, with everything the chain shows of it. Amounts in cents. */
export interface SeenNote {
  noteId: Hex
  sheet: Hex
  programme: number
  merchant: number
  index: number
  capCents: number
  amountCents: number
  mostCents: number
  deadline: number
  /** Evening (from 0) on which it was posted, and its order among all that was posted. */
  evening: number
  order: number
  /** Evening on which its sheet was cut, and the sheet's own last valid day. */
  cutEvening: number
  validUntil: number
}

/** A refund as the chain shows it: the note it came from, the call it came in, and the evening its value could come back. */
export interface SeenRefund {
  noteId: Hex
  cents: number
  evening: number
  call: Hex
}

export interface Seen {
  notes: SeenNote[]
  refunds: SeenRefund[]
}

/** Two notes that an attack takes for one youth's. */
export type Pair = readonly [Hex, Hex]

/** What an attack says: for each note that it dares to place, all partners that fit it equally well. */
export interface Guess {
  note: Hex
  partners: Hex[]
}
