export interface Figures {
  seed: number
  acknowledged: number
  lost: number
  doubled: number
  /** How often each kind was injected. */
  faults: Record<string, number>
  invariantsBroken: number
  /** Medians; null where nothing of the kind was killed. */
  recoveryMs: { api: number | null; database: number | null; embedded: number | null }
}

export function lineOf({ seed, acknowledged, lost, doubled, faults, invariantsBroken, recoveryMs }: Figures): string {
  const kinds = Object.keys(faults)
  const injected = Object.values(faults).reduce((sum, count) => sum + count, 0)
  return (
    `seed ${seed}: ${acknowledged} acknowledged, ${lost} lost, ${doubled} doubled; ${injected} faults of ${kinds.length} ` +
    `kinds, ${invariantsBroken} invariants broken; back after ${recoveryMs.api ?? '–'} ms (API), ` +
    `${recoveryMs.database ?? '–'} ms (database)`
  )
}

export function median(values: readonly number[]): number | null {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null
}
