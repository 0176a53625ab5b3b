import { patiently } from '../patience.ts'
import { isGreen, settle, sign, ways } from '../paying.ts'
import type { Fault } from './fault.ts'

const times = 100

/** A hurried finger, a retrying till, a proxy that repeats: the same bytes a hundred times at once. */
export const duplicates: Fault = {
  name: 'duplicates100',
  lane: 'people',
  seconds: 3,
  async inject({ town, broken }, chance) {
    const customer = await town.customer({ cents: 3000n })
    const wish = { customer, till: chance.oneOf(town.tills), cents: 250n, way: chance.oneOf(ways) }
    const signed = await sign(wish)
    if (signed === null) return false
    const outcomes = await Promise.all(Array.from({ length: times }, () => patiently(signed.send)))
    const signatures = new Set(outcomes.map(({ answer, refusal }) => answer?.signature ?? refusal))
    broken.must(signatures.size === 1, `The same bytes, ${times} times, were answered in ${signatures.size} ways`)
    const outcome = await settle(town, wish, signed)
    broken.must(isGreen(outcome), `Good bytes, ${times} times, were refused: ${String(outcome)}`)
    return true
  },
}
