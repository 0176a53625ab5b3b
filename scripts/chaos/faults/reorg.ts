import { finalityDepth } from '../network.ts'
import { type Fault, isOutside, outsideOf } from './fault.ts'

/** Up to every block that is not final leaves the chain, and about half of the transactions in them are forgotten. */
export const reorg: Fault = {
  name: 'reorg',
  lane: 'chain',
  may: isOutside,
  seconds: 1,
  async inject(run, chance) {
    const depth = chance.oneOf([1, 2, 3, 5, 10, 20, 40, finalityDepth])
    await outsideOf(run).network.reorg(depth, chance.between(1, 1_000_000))
  },
}
