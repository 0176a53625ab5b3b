import type { Refusal } from '../../protocol/refusals.ts'
import { pause } from '../walkthrough/parallel.ts'
import { ApiRefusal } from '../walkthrough/partner.ts'

/** What is answered in the end: an answer, or a no that stays a no. */
export type Outcome<T> = { answer: T; refusal: null } | { answer: null; refusal: Refusal }

/** These mean "not now": phones and tills ask again. `internal` is a bug of the town's all the same, and is counted. */
const passing: ReadonlySet<Refusal> = new Set(['internal', 'unavailable', 'too_many_requests'])

const pauseMilliseconds = 25
/** No outage here lasts so long: whoever still has no answer has been forgotten. */
const mostSeconds = 120

/** How often somebody asked again, and what was answered `internal`. */
export const tries = { again: 0, bugs: new Map<string, number>() }

/**
 * Asks with the very same bytes until the town answers, whatever fails in between. Everything that is asked so must be
 * harmless when it is done twice: that is what chaos is to show.
 */
export async function patiently<T>(ask: () => Promise<T>): Promise<Outcome<T>> {
  const until = Date.now() + mostSeconds * 1000
  for (let last: unknown; ; ) {
    try {
      return { answer: await ask(), refusal: null }
    } catch (error) {
      if (error instanceof ApiRefusal && !passing.has(error.refusal)) return { answer: null, refusal: error.refusal }
      if (error instanceof ApiRefusal && error.refusal === 'internal') {
        tries.bugs.set(error.message, (tries.bugs.get(error.message) ?? 0) + 1)
      }
      last = error
    }
    if (Date.now() > until) throw new Error(`No answer in ${mostSeconds} s`, { cause: last })
    tries.again++
    await pause(pauseMilliseconds)
  }
}

/** The answer; throws for a no. */
export async function surely<T>(ask: () => Promise<T>): Promise<T> {
  const { answer, refusal } = await patiently(ask)
  if (refusal !== null) throw new Error(`The town refused: ${refusal}`)
  return answer as T
}
