import { capOf } from '../../protocol/money.ts'
import { encodeSpend } from '../../protocol/spend.ts'
import { type ProgrammeKey, programmes } from '../sample/town.ts'
import { inParallel } from './parallel.ts'
import { refusalOf } from './partner.ts'
import { type Bought, buy, ofProgramme, type Way, ways } from './paying.ts'
import { euros, expect, type Purchase, type Shop, type Story, type Youth } from './story.ts'
import type { Till } from './till.ts'

/** Every youth goes to a shop with each voucher, many a second time with the change; answers the figures. */
export async function goShopping(story: Story): Promise<string> {
  const used = new Map<Way, number>()
  const counts = { repeats: 0, refused: 0, undone: 0, again: 0 }
  const before = story.purchases.length
  await inParallel(planned(story), story.width, async ({ youth, key, order, till, otherTill, ...plan }) => {
    const { priceCents, way, againCents } = plan
    if (order % 10 === 5) counts.refused += await tryWhatIsNotAllowed(story, youth, key, till, order)
    const times = order % 10 === 3 ? 6 : 1
    const first = await buy(story, { youth, key, till, priceCents, way, times })
    expect(first !== null, `${youth.pseudonym} has nothing to pay with`)
    used.set(way, (used.get(way) ?? 0) + 1)
    counts.repeats += times - 1
    if (order % 10 === 7) counts.refused += await tryTwice(first, otherTill)
    if (order % 9 === 4) {
      await undo(story, first)
      counts.undone++
      // What came back waits for an address where the phone's stock had run out: it goes on a sheet once the phone was here.
      await youth.phone.refresh()
    }
    const wantsMore = order % 2 === 0 && key !== 'meal'
    if (!wantsMore) return
    // Hears of the change, and spends it.
    await youth.phone.refresh()
    const again = await buy(story, {
      youth,
      key,
      till: otherTill,
      priceCents: againCents,
      way: 'phone offline, two scans',
    })
    if (again === null) return
    counts.again++
  })
  const purchases = story.purchases.slice(before)
  const cents = purchases.reduce((sum, purchase) => sum + purchase.cents, 0n)
  const byWay = [...used].map(([way, count]) => `${count} ${way}`).join(', ')
  return (
    `${purchases.length} payments of ${euros(cents)}: ${byWay}, ${counts.again} more with change; ` +
    `${counts.repeats} repeats got the same receipt, ${counts.refused} attempts refused, ${counts.undone} undone`
  )
}

/** What each does is drawn before anybody starts: the order of the answers then changes no choice. */
function planned(story: Story) {
  const { chance } = story
  const visits = story.youths.flatMap((youth) => youth.grants.map(({ key }) => ({ youth, key })))
  return chance.shuffled(visits).map(({ youth, key }, order) => {
    const shop = chance.oneOf(shopsFor(story, key))
    return {
      youth,
      key,
      order,
      way: ways[order % ways.length] as Way,
      till: chance.oneOf(shop.tills),
      otherTill: chance.oneOf(chance.oneOf(shopsFor(story, key)).tills),
      priceCents: BigInt(key === 'meal' ? chance.between(890, 1200) : chance.between(150, 2400)),
      againCents: BigInt(chance.between(100, 900)),
    }
  })
}

/** Shops with a network where a programme's vouchers may be used. */
export function shopsFor(story: Story, key: ProgrammeKey): Shop[] {
  const wanted = programmes.find((programme) => programme.key === key)?.purposes ?? []
  return story.shops.filter((shop) => !shop.acceptsAhead && shop.purposes.some((purpose) => wanted.includes(purpose)))
}

/** Undone at the till that took it, while its window is open. */
export async function undo(story: Story, { key, till, payment, cents, restCents }: Purchase): Promise<void> {
  const { state } = await till.undo(payment)
  expect(state === 'undone', `An undo left a payment ${state}`)
  story.books.cameBack(key, till.merchant, cents, restCents)
  story.purchases = story.purchases.filter((purchase) => purchase.payment !== payment)
}

/** More than was signed, more than there is, or at a shop of another kind: each is refused and takes nothing. */
async function tryWhatIsNotAllowed(
  story: Story,
  youth: Youth,
  key: ProgrammeKey,
  till: Till,
  order: number,
): Promise<number> {
  const note = youth.phone.chooseNotes(1n, ofProgramme(key))?.[0]
  if (note === undefined) return 0
  const wrongShop = story.shops.find(
    (shop) => shop.merchant !== till.merchant && !shopsFor(story, key).includes(shop) && !shop.acceptsAhead,
  )
  const attempt = order % 3
  const at = attempt === 2 && wrongShop !== undefined ? wrongShop.tills[0]! : till
  const mostCents = attempt === 0 ? 1n : attempt === 1 ? note.cents + 1n : note.cents
  const { charge } = await at.ask(attempt === 0 ? 2n : mostCents)
  const offer = await youth.phone.sign(at.merchant, [note], [mostCents], charge.nonce)
  const refusal = await refusalOf(at.take(encodeSpend(story.origin, offer), charge))
  youth.phone.forget(offer)
  // A cent more than a note that is just at its step is a cent more than the chain would ever take.
  const isAboveStep = attempt === 1 && mostCents > capOf(note.cents)
  const wanted = attempt === 2 ? 'not_for_this' : isAboveStep ? 'bad_request' : 'not_enough'
  expect(refusal === wanted, `A payment that is not allowed was answered with ${refusal ?? 'a receipt'}, not ${wanted}`)
  return 1
}

/** The same notes again, for another charge: a cloned phone, or a copied code. */
async function tryTwice({ youth, offered, cents }: Bought, till: Till): Promise<number> {
  const { charge } = await till.ask(cents < offered.notes[0]!.cents ? cents : offered.notes[0]!.cents)
  const offer = await youth.phone.sign(till.merchant, offered.notes.slice(0, 1), [charge.priceCents], charge.nonce)
  const refusal = await refusalOf(till.take(encodeSpend(till.partner.origin, offer), charge))
  expect(refusal === 'already_used', `A used note was answered with ${refusal ?? 'a receipt'}`)
  return 1
}
