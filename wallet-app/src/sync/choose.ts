import type { Hex } from 'viem'

/** As `mostNotes` of `protocol/spend.ts`, which would bring signing code to the first screen. A test holds them together. */
export const mostNotesAtOnce = 3

export interface Payable {
  noteId: Hex
  place: number
  cents: bigint
  voucher: string
  kind: 'value' | 'service'
  /** Milliseconds. */
  endsAt: number
}

export interface Part {
  noteId: Hex
  place: number
  mostCents: bigint
  voucher: string
}

/** One way to pay: from value vouchers together, or with one service voucher, which is used up by it. */
export interface Way {
  kind: 'value' | 'service'
  parts: readonly Part[]
}

/**
 * The ways to pay exactly `cents`, the best first; none when it is short. Pure.
 *
 * Value: what ends soonest is used first, then the fewest notes, then the best fit; at most three notes, none of them idle.
 * Few notes make a code that is read at once, and leave small ones for later. Without a network no change comes back, so
 * there the best fit comes first: what is left can still pay.
 * A service voucher loses its rest, so it comes first only when the price is at least half of it.
 */
export function waysToPay(notes: readonly Payable[], cents: bigint, isOffline: boolean): Way[] {
  const value = bestOf(notes, cents, isOffline)
  const services = alike(notes.filter(isService), ({ voucher }) => voucher)
    .map((same) => bestFit(same, cents))
    .filter((note) => note !== undefined)
    .sort((one, other) => one.endsAt - other.endsAt)
  const asWay = (note: Payable): Way => ({ kind: 'service', parts: [partOf(note, cents)] })

  return [
    ...services.filter((note) => cents * 2n >= note.cents).map(asWay),
    ...(value === null ? [] : [{ kind: 'value' as const, parts: value }]),
    ...services.filter((note) => cents * 2n < note.cents).map(asWay),
  ]
}

/** The most that can be paid at once: three notes, or one service voucher. */
export function mostAtOnce(notes: readonly Payable[]): bigint {
  const value = largestFirst(notes.filter((note) => !isService(note)))
  const service = largestFirst(notes.filter(isService))
  const together = value.slice(0, mostNotesAtOnce).reduce((sum, { cents }) => sum + cents, 0n)
  const alone = service[0]?.cents ?? 0n
  return together > alone ? together : alone
}

function bestOf(notes: readonly Payable[], cents: bigint, isOffline: boolean): Part[] | null {
  const candidates = withoutTwins(notes.filter((note) => !isService(note)))
  let best: { parts: Part[]; rank: bigint[] } | null = null
  for (const chosen of upToThree(candidates)) {
    const total = chosen.reduce((sum, note) => sum + note.cents, 0n)
    const hasIdle = chosen.some((note) => total - note.cents >= cents)
    if (total < cents || hasIdle) continue

    const ordered = [...chosen].sort((one, other) => one.endsAt - other.endsAt || Number(one.cents - other.cents))
    const parts = draw(ordered, cents)
    const over = total - cents
    const count = BigInt(chosen.length)
    const ending = endingSoonest(candidates, ordered, parts)
    const rank = isOffline ? [over, count, ...ending] : [...ending, count, over]
    if (best === null || isBefore(rank, best.rank)) best = { parts, rank }
  }
  return best?.parts ?? null
}

function draw(notes: readonly Payable[], cents: bigint): Part[] {
  let rest = cents
  return notes.map((note) => {
    const part = partOf(note, rest < note.cents ? rest : note.cents)
    rest -= part.mostCents
    return part
  })
}

/** What is drawn at each end date, soonest first; negative, since more is better. */
function endingSoonest(all: readonly Payable[], chosen: readonly Payable[], parts: readonly Part[]): bigint[] {
  const ends = [...new Set(all.map(({ endsAt }) => endsAt))].sort((one, other) => one - other)
  return ends.map((end) =>
    chosen.reduce((sum, note, at) => (note.endsAt === end ? sum - (parts[at]?.mostCents ?? 0n) : sum), 0n),
  )
}

/** More than three alike of one voucher make no difference. */
function withoutTwins(notes: readonly Payable[]): Payable[] {
  const twins = alike(notes, ({ voucher, cents }) => `${voucher} ${cents}`)
  return twins.flatMap((same) => same.slice(0, mostNotesAtOnce))
}

/** Not Map.groupBy: phones of 2022 do not know it. */
function alike(notes: readonly Payable[], keyOf: (note: Payable) => string): Payable[][] {
  const groups = new Map<string, Payable[]>()
  for (const note of notes) groups.set(keyOf(note), [...(groups.get(keyOf(note)) ?? []), note])
  return [...groups.values()]
}

function* upToThree(notes: readonly Payable[]): Generator<Payable[]> {
  for (const [first, one] of notes.entries()) {
    yield [one]
    for (const [second, two] of notes.slice(first + 1).entries()) {
      yield [one, two]
      for (const three of notes.slice(first + second + 2)) yield [one, two, three]
    }
  }
}

function isBefore(one: readonly bigint[], other: readonly bigint[]): boolean {
  const at = one.findIndex((value, place) => value !== other[place])
  return at >= 0 && one[at]! < other[at]!
}

function bestFit(notes: readonly Payable[], cents: bigint): Payable | undefined {
  return largestFirst(notes).findLast((note) => note.cents >= cents)
}

function largestFirst(notes: readonly Payable[]): Payable[] {
  return [...notes].sort((one, other) => Number(other.cents - one.cents))
}

function partOf({ noteId, place, voucher }: Payable, mostCents: bigint): Part {
  return { noteId, place, mostCents, voucher }
}

function isService({ kind }: Payable): boolean {
  return kind === 'service'
}
