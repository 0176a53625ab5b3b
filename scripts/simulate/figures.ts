export interface Figures {
  seeds: number
  /** Seeds whose history broke an invariant. */
  broken: number[]
  /** Payments that a till or a phone was told of. */
  greens: number
  /** Things that were done one after the other: statements, transactions, calls of a node, timers, blocks. */
  turns: number
  /** How often each act, trouble and misdeed came about. */
  counts: Record<string, number>
  /** By seed, a hash over everything that was done. */
  traces: Record<string, string>
  cpuSeconds: number
}

export const noFigures: Figures = { seeds: 0, broken: [], greens: 0, turns: 0, counts: {}, traces: {}, cpuSeconds: 0 }

export function add(one: Figures, other: Figures): Figures {
  const counts = { ...one.counts }
  for (const [name, times] of Object.entries(other.counts)) counts[name] = (counts[name] ?? 0) + times
  return {
    seeds: one.seeds + other.seeds,
    broken: [...one.broken, ...other.broken],
    greens: one.greens + other.greens,
    turns: one.turns + other.turns,
    counts,
    traces: { ...one.traces, ...other.traces },
    cpuSeconds: one.cpuSeconds + other.cpuSeconds,
  }
}

export function lineOf({ seeds, broken, greens, turns, counts, cpuSeconds }: Figures): string {
  const kinds = Object.entries(counts).map(([name, times]) => `${times} ${name}`)
  const milliseconds = Math.round((cpuSeconds * 1000) / Math.max(1, seeds))
  return (
    `${kinds.sort().join(', ')}\n` +
    `${seeds} seeds, ${broken.length} broken${broken.length > 0 ? ` (${broken.join(', ')})` : ''}; ${greens} greens, ` +
    `${turns} turns, ${milliseconds} ms of CPU a seed`
  )
}
