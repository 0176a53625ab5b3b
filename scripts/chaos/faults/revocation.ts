import { revokeGrant } from '../../../protocol/api/grants.ts'
import { pause } from '../../walkthrough/parallel.ts'
import { patiently, surely } from '../patience.ts'
import { settle, sign } from '../paying.ts'
import type { Fault } from './fault.ts'

const purchases = 4

/** The worker ends a voucher while its youth stands at the till, several times over. */
export const revocationRace: Fault = {
  name: 'revocationRace',
  lane: 'people',
  seconds: 3,
  async inject({ town, broken }, chance) {
    const customer = await town.customer({ cents: 8000n })
    const wishes = Array.from({ length: purchases }, () => {
      return {
        customer,
        till: chance.oneOf(town.tills),
        cents: BigInt(chance.between(50, 400)),
        way: 'till sends',
      } as const
    })
    const paying: Promise<unknown>[] = []
    for (const wish of wishes) {
      const signed = await sign(wish)
      if (signed !== null) paying.push(pause(chance.between(0, 25)).then(() => settle(town, wish, signed)))
    }
    await pause(chance.between(0, 25))
    const ask = { params: { decision: customer.decision }, body: { reason: 'Muutti toiselle paikkakunnalle' } }
    await patiently(() => town.staff.workers[0].call(revokeGrant, ask))
    await Promise.all(paying)
    await surely(() => customer.phone.refresh())
    const left = customer.phone.leftCents()
    broken.must(left === 0n, `A voucher was revoked, and ${left} cents of it can still be spent`)
    return paying.length > 0
  },
}
