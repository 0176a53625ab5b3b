import { numberToHex } from 'viem'
import { nextRefundAfter } from '../../../../server/acceptances/undoWindow.ts'
import { batchesOf } from '../../../../server/post/batches.ts'
import { mostRefunds } from '../../../../server/post/lists.ts'
import { Chance } from '../../../walkthrough/chance.ts'
import type { Act, Refund } from '../acts.ts'
import { inBatches } from './inBatches.ts'
import type { Note, Notes, Payment } from './notes.ts'
import type { Cadence } from './plan.ts'
import { close, drawUp, freeCents, isLive, type Sheet, spendOf } from './sheets.ts'

const secondsADay = 86_400

/** The evening post: the server's stages, each final before the next, for contracts whose pots are never short. */
export class Post {
  readonly #notes: Notes
  readonly #cadence: Cadence
  readonly #chance: Chance
  /** Of its own, so that when refunds leave changes nothing of what is bought. */
  readonly #paces: Chance
  readonly #sheets: Sheet[] = []
  /** Granted on chain and neither spent nor taken back, by programme. */
  readonly #outstanding = new Map<number, bigint>()
  #refunds = 0
  /** Of each note. */
  readonly #refunded = new Map<number, bigint>()
  /** Of each payment: not before this another of its refunds leaves. */
  readonly #nextRefund = new Map<Payment, Date>()
  /** By programme. */
  readonly #mostUncovered = new Map<number, bigint>()
  readonly #mostPadding = new Map<number, bigint>()

  constructor(notes: Notes, cadence: Cadence, chance: Chance) {
    this.#notes = notes
    this.#cadence = cadence
    this.#chance = chance
    this.#paces = new Chance(chance.seed + 1)
  }

  get isDone(): boolean {
    return this.#notes.all.every(({ state }) => state !== 'accepted') && this.#notes.refunds.length === 0
  }

  /** What each programme's guarantee and float must hold at the worst moment, all together. */
  get needs(): { guaranteeCents: bigint; floatCents: bigint } {
    return { guaranteeCents: sumOfAll(this.#mostUncovered), floatCents: sumOfAll(this.#mostPadding) }
  }

  run(day: number, at: Date, programmes: readonly number[]): Act[] {
    for (const programme of programmes) keepMost(this.#mostUncovered, programme, this.#uncoveredOf(programme))
    const redeemed = [...this.#revoke(), ...this.#redeem(at)]
    const returned = [...this.#refund(at), ...this.#release(), ...this.#reclaim(programmes)]
    const cut = programmes.flatMap((programme) => this.#cut(programme, day, at))
    for (const programme of programmes) keepMost(this.#mostPadding, programme, this.#paddingOf(programme))
    return [...redeemed, ...returned, ...cut]
  }

  /** What a month has opened it also has to close, whenever that will be. */
  closeAll(): Act[] {
    return this.#sheets.filter(({ isClosed }) => !isClosed).map(close)
  }

  #revoke(): Act[] {
    const undone = this.#notes.all.filter(({ state, sheet }) => state === 'undone' && sheet !== null)
    // Final on the same evening: what is retired counts no longer.
    for (const note of undone) note.state = 'retired'
    const bySheet = Map.groupBy(undone, ({ sheet }) => sheet as number)
    const revocations = [...bySheet].map(([sheet, notes]) => ({ sheet, places: notes.map(({ place }) => place) }))
    return revocations.length === 0 ? [] : [{ kind: 'revoke', revocations }]
  }

  #redeem(at: Date): Act[] {
    const due = this.#notes.all.filter(
      ({ state, sheet, accepted }) => state === 'accepted' && sheet !== null && accepted!.postAfter <= at,
    )
    due.sort((one, other) => one.accepted!.postAfter.getTime() - other.accepted!.postAfter.getTime())
    // Of one payment one note an evening.
    const first = [...Map.groupBy(due, ({ accepted }) => accepted!.payment).values()].map((notes) => notes[0] as Note)
    const standing = first.map((note) => {
      const { number, depth } = this.#sheetOf(note).plan
      return { note, sheet: numberToHex(number), depth, index: note.place }
    })
    return batchesOf(standing, (things) => this.#chance.shuffled(things)).map((batch): Act => {
      return { kind: 'redeem', spends: batch.map(({ note }) => this.#post(note)) }
    })
  }

  #post(note: Note) {
    const { amountCents } = note.accepted!
    note.state = 'final'
    this.#sheetOf(note).spentCents += amountCents
    this.#move(note.voucher.programme, -amountCents)
    return spendOf(note)
  }

  #refund(at: Date): Act[] {
    const due = this.#notes.refunds.filter(({ note }) => {
      const next = this.#nextRefund.get(note.accepted!.payment)
      return note.state === 'final' && (next === undefined || next <= at)
    })
    // Of one payment one note an evening, and the next on a later one.
    const byPayment = Map.groupBy(due, ({ note }) => note.accepted!.payment)
    const ready = [...byPayment].map(([payment, refunds]) => {
      const evenings = this.#paces.between(1, this.#cadence.refundEvenings)
      this.#nextRefund.set(payment, nextRefundAfter(at, this.#cadence, evenings))
      return this.#paces.oneOf(refunds)
    })
    for (const refund of ready) this.#notes.refunds.splice(this.#notes.refunds.indexOf(refund), 1)
    const refunds = ready.map(({ note, cents }): Refund => {
      this.#move(note.voucher.programme, cents)
      const refundedBeforeCents = this.#refunded.get(note.number) ?? 0n
      this.#refunded.set(note.number, refundedBeforeCents + cents)
      return { number: ++this.#refunds, spend: spendOf(note), cents, refundedBeforeCents }
    })
    return inBatches(refunds, mostRefunds).map((batch) => ({ kind: 'refund', refunds: batch }))
  }

  /** In coarse steps what sheets lock for nobody; all of it, one by one, where nothing is unfinished. */
  #release(): Act[] {
    const open = this.#sheets.filter(({ isClosed }) => !isClosed)
    const ended = open.filter(({ notes }) => !notes.some(isLive)).map(close)
    const releases = open.flatMap((sheet) => {
      const free = sheet.isClosed ? 0n : freeCents(sheet)
      const cents = free - (free % this.#cadence.releaseStepCents)
      if (cents <= 0n) return []
      sheet.spentCents += cents
      return [{ sheet: sheet.plan.number, cents }]
    })
    return releases.length === 0 ? ended : [...ended, { kind: 'release', releases }]
  }

  /** What is outstanding and stands for nothing any more: what expired, was revoked, or was the rest of a service. */
  #reclaim(programmes: readonly number[]): Act[] {
    const live = new Map<number, bigint>()
    for (const note of this.#notes.all) {
      const { voucher, isNewValue, sheet, accepted, faceCents } = note
      if (!isLive(note) || (isNewValue && sheet === null)) continue
      const cents = accepted === null || voucher.kind === 'service' ? faceCents : accepted.amountCents
      live.set(voucher.programme, (live.get(voucher.programme) ?? 0n) + cents)
    }
    for (const { note, cents } of this.#notes.refunds) {
      live.set(note.voucher.programme, (live.get(note.voucher.programme) ?? 0n) - cents)
    }
    const reclaims = programmes.flatMap((programme) => {
      const ended = (this.#outstanding.get(programme) ?? 0n) - (live.get(programme) ?? 0n)
      const cents = ended - (ended % this.#cadence.releaseStepCents)
      if (cents <= 0n) return []
      this.#move(programme, -cents)
      return [{ programme, cents }]
    })
    return reclaims.length === 0 ? [] : [{ kind: 'reclaim', reclaims }]
  }

  /** One sheet of a programme an evening, when enough notes wait, or one of them for long enough. */
  #cut(programme: number, day: number, at: Date): Act[] {
    const waiting = this.#notes.all.filter(
      (note) => note.voucher.programme === programme && note.sheet === null && isLive(note),
    )
    const { sheetLeastNotes, sheetWaitSeconds, graceSeconds } = this.#cadence
    const hasWaited = waiting.some(({ issuedOn }) => (day - issuedOn) * secondsADay >= sheetWaitSeconds)
    if (waiting.length < sheetLeastNotes && !hasWaited) return []
    const sheet = drawUp({ number: this.#sheets.length + 1, programme, waiting, at, graceSeconds }, this.#chance)
    this.#sheets.push(sheet)
    this.#move(programme, sheet.plan.grantedCents)
    return [{ kind: 'cut', sheet: sheet.plan }]
  }

  /** Accepted on no sheet: until there is one, the guarantee stands for it. */
  #uncoveredOf(programme: number): bigint {
    const waiting = this.#notes.all.filter(({ voucher, sheet, state }) => {
      return voucher.programme === programme && sheet === null && state === 'accepted'
    })
    return waiting.reduce((sum, { accepted }) => sum + (accepted?.amountCents ?? 0n), 0n)
  }

  /** Locked and not outstanding: padding, rests that were not released, and change whose parent is not posted. */
  #paddingOf(programme: number): bigint {
    const open = this.#sheets.filter(({ plan, isClosed }) => plan.programme === programme && !isClosed)
    const locked = open.reduce((sum, { plan, spentCents }) => sum + plan.committedCents - spentCents, 0n)
    return locked - (this.#outstanding.get(programme) ?? 0n)
  }

  #sheetOf({ sheet }: Note): Sheet {
    return this.#sheets[(sheet ?? 0) - 1] as Sheet
  }

  #move(programme: number, cents: bigint): void {
    this.#outstanding.set(programme, (this.#outstanding.get(programme) ?? 0n) + cents)
  }
}

function keepMost(most: Map<number, bigint>, programme: number, cents: bigint): void {
  if (cents > (most.get(programme) ?? 0n)) most.set(programme, cents)
}

function sumOfAll(cents: Map<number, bigint>): bigint {
  return [...cents.values()].reduce((sum, one) => sum + one, 0n)
}
