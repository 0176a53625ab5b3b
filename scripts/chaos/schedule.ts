import { Chance } from '../walkthrough/chance.ts'
import { pause } from '../walkthrough/parallel.ts'
import type { Fault, Run } from './faults/fault.ts'

const lanes = ['machines', 'chain', 'people'] as const
const mostPauseMilliseconds = 800

/**
 * Injects faults until `until` (milliseconds): in each lane one after the other, every kind once in an order that the seed
 * gives, and then every kind again in another order. The same seed gives the same kinds in the same order with the same
 * choices; how long the town takes for each is its own.
 *
 * @returns how often each kind was injected.
 */
export async function injectAll(run: Run, faults: readonly Fault[], seed: number, until: number) {
  const counts: Record<string, number> = {}
  const possible = faults.filter((fault) => fault.may?.(run) ?? true)
  await Promise.all(lanes.map((lane) => injectLane(lane)))
  return counts

  async function injectLane(lane: (typeof lanes)[number]): Promise<void> {
    const own = possible.filter((fault) => fault.lane === lane)
    const chance = new Chance(seed * lanes.length + lanes.indexOf(lane))
    while (own.length > 0 && Date.now() < until) {
      for (const fault of chance.shuffled(own)) {
        // Drawn also for a fault that is left out, so that the next ones stay the same.
        const [ownSeed, rest] = [chance.between(1, 2 ** 31), chance.between(0, mostPauseMilliseconds)]
        if (Date.now() + fault.seconds * 1000 > until) continue
        const cameAbout = await fault.inject(run, new Chance(ownSeed))
        if (cameAbout !== false) counts[fault.name] = (counts[fault.name] ?? 0) + 1
        await pause(rest)
      }
      await pause(100)
    }
  }
}
