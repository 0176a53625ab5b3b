/** One thing that is not as an invariant of the architecture says, in cents; `note` where a note is at fault. */
export interface Difference {
  invariant: number
  what: string
  programme: number | null
  note: string | null
  expectedCents: bigint
  foundCents: bigint
}

/** Collects differences; what is equal is no finding. */
export class Findings {
  readonly differences: Difference[] = []

  /** As `compare`, where more than expected is no finding either. */
  atLeast(at: Parameters<Findings['compare']>[0], expectedCents: bigint, foundCents: bigint): void {
    if (foundCents < expectedCents) this.compare(at, expectedCents, foundCents)
  }

  compare(
    at: { invariant: number; what: string; programme?: number | null; note?: string | null },
    expectedCents: bigint,
    foundCents: bigint,
  ): void {
    if (expectedCents === foundCents) return
    const { invariant, what, programme = null, note = null } = at
    this.differences.push({ invariant, what, programme, note, expectedCents, foundCents })
  }
}
