import { encodeSpend } from '../../../protocol/spend.ts'
import type { Chance } from '../../walkthrough/chance.ts'
import type { HeldNote } from '../../walkthrough/phone.ts'
import { isGreen, settle } from '../paying.ts'
import type { Customer, Town } from '../town.ts'
import type { Fault } from './fault.ts'

const clones = 5

/** A cloned phone, or five of them: the same note, whole, at five tills in the same moment, for each note that there is. */
export const overspend: Fault = {
  name: 'overspendRace',
  lane: 'people',
  seconds: 3,
  async inject({ town, broken }, chance) {
    const customer = await town.customer({ cents: 3000n })
    const notes = customer.phone.vouchers.flatMap((voucher) => voucher.notes).filter((note) => note.holder !== null)
    const tries = notes.flatMap((note) => Array.from({ length: clones }, () => note as HeldNote))
    const outcomes = await Promise.all(
      chance.shuffled(tries).map(async (note) => ({ note, green: await spendWhole(town, customer, note, chance) })),
    )
    for (const { id } of notes) {
      const greens = outcomes.filter(({ note, green }) => note.id === id && green).length
      broken.must(greens === 1, `A note that ${clones} phones spent at once was green ${greens} times`)
    }
    return notes.length > 0
  },
}

async function spendWhole(town: Town, customer: Customer, note: HeldNote, chance: Chance): Promise<boolean> {
  const till = chance.oneOf(town.tills)
  const { charge } = await till.ask(note.cents)
  const offer = await customer.phone.sign(till.merchant, [note], [note.cents], charge.nonce)
  const text = encodeSpend(town.origin, offer)
  const send = async () => (await till.take(text, charge)).receipt
  const wish = { customer, till, cents: note.cents, way: 'till sends' as const }
  return isGreen(await settle(town, wish, { nonce: charge.nonce, send, forget: () => {} }))
}
