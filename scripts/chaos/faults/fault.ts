import type { Chance } from '../../walkthrough/chance.ts'
import type { Door } from '../door.ts'
import type { Broken } from '../invariants.ts'
import type { ServerProcess } from '../servers.ts'
import type { Site } from '../site.ts'
import type { Outside } from '../system.ts'
import type { Town } from '../town.ts'

/** Everything that can be broken, and everything that must hold. */
export interface Run {
  town: Town
  door: Door
  /** Those that answer requests. */
  apis: ServerProcess[]
  /** Those that work on what is due; on PGlite the one process is both. */
  workers: ServerProcess[]
  /** Null on PGlite, which lives in the one process. */
  outside: Outside | null
  broken: Broken
  /** In milliseconds: from the kill, or from the database's return, to the first acceptance that was acknowledged. */
  recoveries: Record<'api' | 'database' | 'embedded', number[]>
  /** A second, small town in one process with its own chain; where the first is such a one, that. */
  aside(): Promise<Site>
  /** For what a fault must write down; its processes' logs are there too. */
  folder: string
}

/**
 * One thing that goes wrong. `inject` does it, undoes it, and resolves when the town can be expected to be well again;
 * what must hold in particular it asserts by `run.broken`. What must hold always is checked by the run.
 */
export interface Fault {
  name: string
  /** Faults of one lane come one after the other; of different lanes at the same time. */
  lane: 'machines' | 'chain' | 'people'
  /** Where it can be made to happen; everywhere, if it does not say. */
  may?(run: Run): boolean
  /** It takes about so long: too late in a run it is left out. */
  seconds: number
  /** @returns false when the thing did not come about this time: then it does not count. */
  inject(run: Run, chance: Chance): Promise<unknown>
}

/** For faults that need a database, a network or a line to it of their own. */
export function outsideOf({ outside }: Run): Outside {
  if (outside === null) throw new Error('There is nothing outside of the one process')
  return outside
}

export const isOutside = (run: Run): boolean => run.outside !== null
