import { payAtTill } from '../../../protocol/api/till.ts'
import type { SignedCharge } from '../../../protocol/charge.ts'
import { decodeSpend, type SpendOffer } from '../../../protocol/spend.ts'
import type { Chance } from '../../walkthrough/chance.ts'
import type { Till } from '../../walkthrough/till.ts'
import { patiently } from '../patience.ts'
import { isGreen, settle } from '../paying.ts'
import type { Customer, Town } from '../town.ts'
import type { Fault } from './fault.ts'

/** What a till scanned while it had no network. */
interface Scanned {
  customer: Customer
  till: Till
  charge: SignedCharge
  offer: SpendOffer
}

const count = 4
const minute = 60_000

/** A till scans some phones; its clock and theirs are off by so much. */
async function scan(town: Town, chance: Chance, offMilliseconds = 0): Promise<Scanned[]> {
  const clock = () => Date.now() + offMilliseconds
  const till = await town.till(chance.oneOf(town.merchants), { clock })
  const scanned: Scanned[] = []
  for (let number = 0; number < count; number++) {
    const customer = await town.customer({ cents: 2000n, clock })
    const { charge, text } = await till.ask(BigInt(chance.between(50, 400)))
    const offered = await customer.phone.offerFor(text, () => true)
    const offer = decodeSpend(offered?.text ?? '')
    if (offer !== null) scanned.push({ customer, till, charge, offer })
  }
  return scanned
}

function upload(town: Town, { customer, till, charge, offer }: Scanned) {
  const send = async () => (await till.partner.call(payAtTill, { body: { charge, offer } })).receipt
  const wish = { customer, till, cents: charge.priceCents, way: 'till sends' as const }
  return settle(town, wish, { nonce: charge.nonce, send, forget: () => {} })
}

/** The whole batch, three times, each time in another order and all at once. */
const replayed: Fault = {
  name: 'uploadsReplayed',
  lane: 'people',
  seconds: 4,
  async inject({ town, broken }, chance) {
    const scanned = await scan(town, chance)
    for (let times = 0; times < 3; times++) {
      const outcomes = await Promise.all(chance.shuffled(scanned).map((one) => upload(town, one)))
      broken.must(
        outcomes.every(isGreen),
        `A batch was refused when it came ${times + 1} times: ${outcomes.filter((one) => !isGreen(one))}`,
      )
    }
    return scanned.length > 0
  },
}

/** One after the other in an order of its own: which was scanned first does not matter. */
const shuffled: Fault = {
  name: 'uploadsShuffled',
  lane: 'people',
  seconds: 4,
  async inject({ town, broken }, chance) {
    const scanned = await scan(town, chance)
    for (const one of chance.shuffled(scanned)) {
      broken.must(isGreen(await upload(town, one)), 'A batch in another order was refused')
    }
    return scanned.length > 0
  },
}

/** A shop that would rather have a little more: each edit is refused, and what was really signed is still good. */
const edited: Fault = {
  name: 'uploadsEdited',
  lane: 'people',
  seconds: 5,
  async inject({ town, broken }, chance) {
    const scanned = await scan(town, chance)
    const others = [...scanned.slice(1), ...scanned.slice(0, 1)]
    for (const [place, one] of scanned.entries()) {
      for (const body of edits(one, others[place] ?? one)) {
        const { refusal } = await patiently(() => one.till.partner.call(payAtTill, { body }))
        broken.must(refusal !== null, 'A till was paid for what nobody had signed')
      }
      broken.must(isGreen(await upload(town, one)), 'After its edits were refused, what was signed was refused too')
    }
    return scanned.length > 1
  },
}

function edits({ charge, offer }: Scanned, other: Scanned): { charge: SignedCharge; offer: SpendOffer }[] {
  const [note, ...notes] = offer.notes
  if (note === undefined) return []
  const dearer = { ...charge, priceCents: charge.priceCents + 1n }
  const more = { ...offer, notes: [{ ...note, mostCents: note.mostCents + 1n }, ...notes] }
  const agreed = { ...offer, opening: { ...offer.opening, agreedCents: offer.opening.agreedCents + 1n } }
  return [
    { charge: dearer, offer },
    { charge: dearer, offer: agreed },
    { charge, offer: more },
    { charge, offer: { ...offer, notes: other.offer.notes } },
    { charge: { ...charge, signature: other.charge.signature }, offer },
  ]
}

/** Minutes late is taken, an hour late is not: nobody is charged for what they have forgotten. */
const late: Fault = {
  name: 'uploadsLate',
  lane: 'people',
  seconds: 5,
  async inject({ town, broken }, chance) {
    const [minutes, hour] = [await scan(town, chance, -10 * minute), await scan(town, chance, -60 * minute)]
    for (const one of minutes) {
      broken.must(isGreen(await upload(town, one)), 'What was scanned ten minutes ago was refused')
    }
    for (const one of hour) {
      const outcome = await upload(town, one)
      broken.must(outcome === 'too_old', `What was scanned an hour ago answers ${isGreen(outcome) ? 'green' : outcome}`)
    }
    return minutes.length > 0 && hour.length > 0
  },
}

export const uploadFaults: Fault[] = [replayed, shuffled, edited, late]
