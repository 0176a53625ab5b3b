import { buy } from '../paying.ts'
import type { Fault } from './fault.ts'

const customers = 6

/** More is paid from vouchers that are on no sheet yet than the guarantee can stand for. */
export const guaranteeExhausted: Fault = {
  name: 'guaranteeExhausted',
  lane: 'people',
  seconds: 4,
  async inject({ town, broken }, chance) {
    const outcomes = await Promise.all(
      Array.from({ length: customers }, async () => {
        const customer = await town.customer({ cents: 6000n, programme: 'tight' })
        return await buy(town, { customer, till: chance.oneOf(town.tills), cents: 1500n, way: 'till sends' })
      }),
    )
    const words = outcomes.filter((outcome) => typeof outcome === 'string')
    broken.must(
      words.every((word) => word === 'guarantee_exhausted'),
      `A payment that only the guarantee could refuse was refused: ${words}`,
    )
    return words.length > 0
  },
}
