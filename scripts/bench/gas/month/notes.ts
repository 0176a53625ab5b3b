import { type Cents, capOf } from '../../../../protocol/money.ts'
import { deadlineAfter } from '../../../../protocol/spend.ts'
import { postAfter, undoUntil } from '../../../../server/acceptances/undoWindow.ts'
import { splitGrant, splitIntoNotes } from '../../../../server/vouchers/splitIntoNotes.ts'
import { type Payable, waysToPay } from '../../../../wallet-app/src/sync/choose.ts'
import type { Chance } from '../../../walkthrough/chance.ts'
import type { Cadence } from './plan.ts'

export interface Voucher {
  number: number
  youth: number
  programme: number
  kind: 'value' | 'service'
  validUntil: Date
}

/** A note as the server keeps it. Without a sheet it is not on chain. */
export interface Note {
  number: number
  voucher: Voucher
  faceCents: Cents
  isNewValue: boolean
  issuedOn: number
  state: 'open' | 'accepted' | 'final' | 'undone' | 'retired'
  sheet: number | null
  place: number
  lockedCents: Cents
  accepted: { payment: Payment; amountCents: Cents; mostCents: Cents; deadline: bigint; postAfter: Date } | null
}

export interface Payment {
  voucher: Voucher
  merchant: number
  cents: Cents
  parts: Note[]
}

export interface Refund {
  note: Note
  cents: Cents
}

export interface Purchase {
  voucher: Voucher
  merchant: number
  priceCents: Cents
  isOffline: boolean
  /** The phone says "up to" before it knows the price. */
  isOneScan: boolean
  day: number
  at: Date
}

/** What the server promises: its rules for notes, with chance from a seed where the server has the system's. */
export class Notes {
  readonly all: Note[] = []
  readonly refunds: Refund[] = []
  readonly #cadence: Cadence
  readonly #chance: Chance
  readonly #of = new Map<Voucher, Note[]>()

  constructor(cadence: Cadence, chance: Chance) {
    this.#cadence = cadence
    this.#chance = chance
  }

  openOf(voucher: Voucher): Note[] {
    return (this.#of.get(voucher) ?? []).filter(({ state }) => state === 'open')
  }

  grant(voucher: Voucher, cents: Cents, day: number): void {
    this.#issue(voucher, splitGrant(cents, voucher.kind, this.#share), true, day)
  }

  /** The wallet's own choice of notes, or of all that is left when the price is higher; null when they cannot pay at once. */
  pay({ voucher, merchant, priceCents, isOffline, isOneScan, day, at }: Purchase): Payment | null {
    const { graceSeconds, postIntervalSeconds } = this.#cadence
    const open = this.openOf(voucher)
    const left = sumOf(open)
    const cents = left < priceCents ? left : priceCents
    const [way] = cents === 0n ? [] : waysToPay(open.map(payable), cents, isOffline)
    if (way === undefined) return null
    const parts = way.parts.map(({ place }) => this.all[place] as Note)
    const payment = { voucher, merchant, cents, parts }
    const deadline = deadlineAfter(at.getTime(), graceSeconds)
    for (const [order, note] of parts.entries()) {
      const amountCents = way.parts[order]?.mostCents ?? 0n
      const postedAfter = postAfter(undoUntil(at, null), order, null, postIntervalSeconds, this.#chance.between(1, 3))
      const mostCents = isOneScan && parts.length === 1 ? capOf(note.faceCents) : amountCents
      note.state = 'accepted'
      note.accepted = { payment, amountCents, mostCents, deadline, postAfter: postedAfter }
      const rest = note.faceCents - amountCents
      if (rest > 0n && voucher.kind === 'value') {
        this.#issue(voucher, splitIntoNotes(rest, 'value', this.#share), isStillNew(note), day)
      }
    }
    return payment
  }

  /** What was accepted is issued afresh, of a service the whole note; change stands. */
  undo({ voucher, parts }: Payment, day: number): void {
    for (const note of parts) {
      const cents = voucher.kind === 'service' ? note.faceCents : (note.accepted?.amountCents ?? 0n)
      note.state = 'undone'
      this.#issue(voucher, splitGrant(cents, voucher.kind, this.#share), isStillNew(note), day)
    }
  }

  /** Each note gives what it can, in the order of posting. The chain books it when the redemption is final. */
  refund({ voucher, parts }: Payment, cents: Cents, day: number): void {
    let left = cents
    for (const note of parts) {
      const can = note.accepted?.amountCents ?? 0n
      const part = can < left ? can : left
      if (part === 0n) continue
      left -= part
      this.refunds.push({ note, cents: part })
      this.#issue(voucher, splitGrant(part, 'value', this.#share), false, day)
    }
  }

  /** Ends what is left of a voucher; answers how much that was. */
  end(voucher: Voucher): Cents {
    const open = this.openOf(voucher)
    for (const note of open) note.state = 'retired'
    return sumOf(open)
  }

  /** A new phone: every open note is issued afresh, face by face. */
  renew(voucher: Voucher, day: number): void {
    for (const note of this.openOf(voucher)) {
      note.state = 'retired'
      this.#issue(voucher, [note.faceCents], isStillNew(note), day)
    }
  }

  #issue(voucher: Voucher, faces: readonly Cents[], isNewValue: boolean, day: number): void {
    const fresh = faces.map((faceCents, order): Note => {
      const unplaced = { state: 'open', sheet: null, place: 0, lockedCents: 0n, accepted: null } as const
      return { number: this.all.length + order, voucher, faceCents, isNewValue, issuedOn: day, ...unplaced }
    })
    this.all.push(...fresh)
    this.#of.set(voucher, [...(this.#of.get(voucher) ?? []), ...fresh])
  }

  /** The spread of `splitIntoNotes`. */
  readonly #share = (): number => this.#chance.between(800, 1200)
}

export function sumOf(notes: readonly Note[]): Cents {
  return notes.reduce((sum, { faceCents }) => sum + faceCents, 0n)
}

/** Value that was never on a sheet stays new however often it is issued afresh. */
function isStillNew({ isNewValue, sheet }: Note): boolean {
  return isNewValue && sheet === null
}

function payable({ number, voucher, faceCents }: Note): Payable {
  const { kind, validUntil } = voucher
  const noteId = `0x${number.toString(16)}` as const
  return { noteId, place: number, cents: faceCents, voucher: `${voucher.number}`, kind, endsAt: validUntil.getTime() }
}
