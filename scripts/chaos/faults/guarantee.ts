import { pause } from '../../walkthrough/parallel.ts'
import { buy, isGreen } from '../paying.ts'
import { type Customer, type Town, tightGuaranteeCents } from '../town.ts'
import type { Fault } from './fault.ts'

const customers = 6
const cents = 1500n
const mostMilliseconds = 120_000

/**
 * More is paid from vouchers that are on no sheet yet than the guarantee can stand for. No node answers meanwhile, so that
 * none of them comes onto a sheet; afterwards they do, and everybody can pay.
 */
export const guaranteeExhausted: Fault = {
  name: 'guaranteeExhausted',
  lane: 'people',
  seconds: 8,
  async inject({ town, broken, outside }, chance) {
    const pay = (customer: Customer) =>
      buy(town, { customer, till: chance.oneOf(town.tills), cents, way: 'till sends' as const })
    const all = async () => {
      const youths = await Promise.all(
        Array.from({ length: customers }, () => town.customer({ cents: 6000n, programme: 'tight' })),
      )
      return await Promise.all(youths.map(async (youth) => ({ youth, outcome: await pay(youth) })))
    }
    const paid = outside === null ? await all() : await outside.rpc.misbehave(async () => 'cut', all)
    const refused = paid.filter(({ outcome }) => !isGreen(outcome))
    const words = refused.map(({ outcome }) => String(outcome))
    broken.must(
      words.every((word) => word === 'guarantee_exhausted'),
      `A payment that only the guarantee could refuse was refused: ${words}`,
    )
    const greens = BigInt(customers - refused.length)
    broken.must(
      outside === null || greens * cents <= tightGuaranteeCents,
      `A guarantee of ${tightGuaranteeCents} cents stood for ${greens} payments of ${cents} without a sheet`,
    )
    await Promise.all(refused.map(({ youth }) => payInTheEnd(town, youth, pay)))
    return refused.length > 0
  },
}

async function payInTheEnd(town: Town, youth: Customer, pay: (youth: Customer) => ReturnType<typeof buy>) {
  for (const until = Date.now() + mostMilliseconds; ; await pause(500)) {
    const outcome = await pay(youth)
    if (isGreen(outcome)) return
    if (Date.now() > until) throw new Error(`After the guarantee, a voucher still answers ${outcome}`)
    await town.lookAtPhones([youth.phone])
  }
}
