import { Chance } from '../walkthrough/chance.ts'
import { pause } from '../walkthrough/parallel.ts'
import type { Fault, Run } from './faults/fault.ts'

const lanes = ['machines', 'chain', 'people'] as const
type Lane = (typeof lanes)[number]

const mostPauseMilliseconds = 800

export interface Step {
  fault: Fault
  /** Decides every choice that the fault has. */
  seed: number
  restMilliseconds: number
}

/** One lane's faults without end: every kind once, in an order that the seed gives, then every kind again in another. */
export function* planOf(faults: readonly Fault[], lane: Lane, seed: number): Generator<Step, void> {
  const own = faults.filter((fault) => fault.lane === lane)
  const chance = new Chance(seed * lanes.length + lanes.indexOf(lane))
  while (own.length > 0) {
    for (const fault of chance.shuffled(own)) {
      yield { fault, seed: chance.between(1, 2 ** 31), restMilliseconds: chance.between(0, mostPauseMilliseconds) }
    }
  }
}

/** How often a kind that does not come about is tried again, when each shall come once. */
const mostTries = 10

/**
 * Injects faults until `until` (milliseconds), in each lane one after the other; for `'once'`, however long it takes, until
 * each kind came about once. The same seed gives the same kinds in the same order with the same choices; how long the town
 * takes for each, and so how far it comes, is the machine's.
 *
 * @returns how often each kind came about.
 */
export async function injectAll(run: Run, faults: readonly Fault[], seed: number, until: number | 'once') {
  const counts: Record<string, number> = {}
  const possible = faults.filter((fault) => fault.may?.(run) ?? true)
  await Promise.all(lanes.map((lane) => injectLane(lane)))
  return counts

  async function injectLane(lane: Lane): Promise<void> {
    if (until === 'once') return await injectOnce(lane)
    let leftOut = 0
    for (const { fault, seed: ownSeed, restMilliseconds } of planOf(possible, lane, seed)) {
      const isTooLate = Date.now() + fault.seconds * 1000 > until
      // Shorter ones may still fit; when none of a whole round does, the lane is done.
      leftOut = isTooLate ? leftOut + 1 : 0
      if (leftOut > 2 * possible.length || Date.now() > until) return
      if (isTooLate) continue
      await inject(fault, ownSeed)
      await pause(restMilliseconds)
    }
  }

  async function injectOnce(lane: Lane): Promise<void> {
    const isMissing = ({ name, lane: own }: Fault) => own === lane && counts[name] === undefined
    let steps = 0
    for (const { fault, seed: ownSeed } of planOf(possible, lane, seed)) {
      if (!possible.some(isMissing) || steps++ > mostTries * possible.length) return
      if (isMissing(fault)) await inject(fault, ownSeed)
    }
  }

  async function inject(fault: Fault, ownSeed: number): Promise<void> {
    const cameAbout = await run.broken.unless(fault.name, async () => fault.inject(run, new Chance(ownSeed)))
    if (cameAbout !== false && cameAbout !== null) counts[fault.name] = (counts[fault.name] ?? 0) + 1
  }
}
