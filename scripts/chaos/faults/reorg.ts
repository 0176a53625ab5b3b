import { pause } from '../../walkthrough/parallel.ts'
import { finalityDepth } from '../network.ts'
import { type Fault, isOutside, outsideOf } from './fault.ts'

const mostWaitMilliseconds = 10_000

/**
 * Up to every block that is not final leaves the chain, and about half of the transactions in them are forgotten. It waits
 * for a moment in which there are any.
 */
export const reorg: Fault = {
  name: 'reorg',
  lane: 'chain',
  may: isOutside,
  seconds: 1,
  async inject(run, chance) {
    const depth = chance.oneOf([1, 2, 3, 5, 10, 20, 40, finalityDepth])
    const seed = chance.between(1, 1_000_000)
    for (const until = Date.now() + mostWaitMilliseconds; Date.now() < until; await pause(15)) {
      const { dropped } = await outsideOf(run).network.reorg(depth, seed)
      if (dropped > 0) return true
    }
    return false
  },
}
