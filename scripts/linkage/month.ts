import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Address, Hex } from 'viem'
import { getDirectory } from '../../protocol/api/network.ts'
import { encodeSpend } from '../../protocol/spend.ts'
import { runEveningPost } from '../../server/post/post.ts'
import { type Payable, waysToPay } from '../../wallet-app/src/sync/choose.ts'
import { openTown, type Town } from '../sample/inProcess.ts'
import type { ProgrammeKey } from '../sample/town.ts'
import { Books } from '../walkthrough/books.ts'
import { Chance } from '../walkthrough/chance.ts'
import { grantAll, joinPhones } from '../walkthrough/granting.ts'
import type { GrantLine } from '../walkthrough/grants.ts'
import { joinTills, openProgrammes, openShops } from '../walkthrough/opening.ts'
import { inParallel } from '../walkthrough/parallel.ts'
import { Partner } from '../walkthrough/partner.ts'
import { ofProgramme } from '../walkthrough/paying.ts'
import type { HeldNote, Phone } from '../walkthrough/phone.ts'
import { priceOf } from '../walkthrough/prices.ts'
import { shopsFor } from '../walkthrough/shopping.ts'
import { signInStaff } from '../walkthrough/staff.ts'
import type { Story, Youth } from '../walkthrough/story.ts'
import type { Till } from '../walkthrough/till.ts'
import { readChain, type SeenTransaction } from './reader.ts'
import type { Owner } from './score.ts'

export interface Month {
  transactions: SeenTransaction[]
  vouchers: Address
  /** Which voucher and youth each note belonged to, as only the phones know. */
  truth: Map<Hex, Owner>
  payments: number
}

/** Posts once a day; sheets of 64 notes, or after a week. */
const cadence = {
  POST_INTERVAL_SECONDS: '86400',
  SHEET_WAIT_SECONDS: '604800',
  SHEET_LEAST_NOTES: '64',
  REFUND_EVENINGS: '21',
}
export interface MonthPlan {
  lines: GrantLine[]
  days: number
  /** Of the vouchers, how many are used on a day. */
  share: number
  seed: number
}

const hour = 3_600_000
const day = 24 * hour
/** A Monday, in the month after which nothing of the sample expires for a while. */
const firstMorning = Date.parse('2027-03-01T06:00:00.000Z')

/**
 * Plays a month on the real server and chain, with a clock that jumps from day to evening: the same undo window, post and
 * sheets as a town has that posts once a day. Phones choose their notes as the wallet does.
 */
export async function playMonth({ lines, days, share, seed }: MonthPlan, say: (line: string) => void): Promise<Month> {
  const folder = mkdtempSync(join(tmpdir(), 'kipina-linkage-'))
  let now = firstMorning
  const clock = () => now
  const town = await openTown({ folder, clock, settings: cadence })
  try {
    const { deps } = town
    const story = await moveIn(town, lines, seed, clock)
    say(`${story.youths.length} youths hold ${lines.length} vouchers`)
    const truth = new Map<Hex, Owner>()
    let payments = 0
    for (let date = 0; date < days; date++) {
      now = firstMorning + date * day + 5 * hour
      await giveSomeBack(story, date)
      payments += await shopForADay(story, truth, share)
      now = firstMorning + date * day + 13 * hour
      while (!(await runEveningPost(deps, { sheets: 'by_rule' })));
      if (date % 7 === 6) say(`${date + 1} evenings, ${payments} payments`)
    }
    // Two quiet evenings more: what was bought last is posted, too.
    for (const late of [1, 2, 3]) {
      now = firstMorning + (days + late) * day
      while (!(await runEveningPost(deps, { sheets: 'by_rule' })));
    }
    await town.close()
    say('reading the chain')
    const transactions = await readChain(join(folder, 'chain'), { withWrites: false })
    return { transactions, vouchers: deps.chain.vouchers, truth, payments }
  } finally {
    await town.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function moveIn({ origin }: Town, lines: GrantLine[], seed: number, clock: () => number): Promise<Story> {
  const staff = await signInStaff(origin)
  const { chain: facts } = await new Partner(origin).call(getDirectory)
  const chance = new Chance(seed)
  const rest = { books: new Books(), clock, width: 8, youths: [], purchases: [] }
  const programmes = await openProgrammes({ staff, firstNumber: 1, undoSeconds: null, mode: 'reference' })
  const shops = await openShops({ staff, firstNumber: 101 })
  const story: Story = { origin, chance, staff, facts, programmes, shops, ...rest }
  await joinTills(story)
  await grantAll(story, lines)
  await joinPhones(story)
  return story
}

/** One purchase in twenty is given back, in part or whole, the day after. */
async function giveSomeBack(story: Story, date: number): Promise<void> {
  const { chance } = story
  const yesterday = story.purchases.splice(0)
  if (date === 0) return
  const chosen = yesterday.filter(({ key }) => key !== 'meal' && chance.next() < 1 / 20)
  for (const { till, payment, cents } of chosen) {
    await till.refund(payment, chance.next() < 0.5 ? cents : (cents + 1n) / 2n)
  }
}

interface Visit {
  youth: Youth
  key: ProgrammeKey
  till: Till
  priceCents: bigint
  isOffline: boolean
}

/** A day in the shops; answers how many payments that were. */
async function shopForADay(story: Story, truth: Map<Hex, Owner>, share: number): Promise<number> {
  const { chance } = story
  const vouchers = story.youths.flatMap((youth) => youth.grants.map(({ key }) => ({ youth, key })))
  const visits = chance.shuffled(vouchers).flatMap(({ youth, key }): Visit[] => {
    const till = chance.oneOf(chance.oneOf(shopsFor(story, key)).tills)
    const visit = { youth, key, till, priceCents: priceOf(chance, key), isOffline: chance.next() < 0.5 }
    return chance.next() < share ? [visit] : []
  })
  const paid = await inParallel(visits, story.width, async (visit) => {
    remember(visit.youth, truth)
    const isPaid = await pay(story, visit)
    if (isPaid) await visit.youth.phone.refresh()
    remember(visit.youth, truth)
    return isPaid
  })
  return paid.filter(Boolean).length
}

function remember({ phone, pseudonym }: Youth, truth: Map<Hex, Owner>): void {
  for (const { id, notes } of phone.vouchers) {
    for (const note of notes) truth.set(note.id, { voucher: id, youth: pseudonym })
  }
}

/** The wallet's own choice of notes, or of all that is left when the price is higher. */
async function pay(story: Story, { youth, key, till, priceCents, isOffline }: Visit): Promise<boolean> {
  const { phone } = youth
  const notes = payable(phone, key, story.clock())
  const leftCents = notes.reduce((sum, { cents }) => sum + cents, 0n)
  const price = leftCents < priceCents ? leftCents : priceCents
  const [way] = price === 0n ? [] : waysToPay(notes, price, isOffline)
  if (way === undefined) return false
  const { charge } = await till.ask(price)
  const held = way.parts.map(({ noteId }) => notes.find((note) => note.noteId === noteId)!.held)
  const offer = await phone.sign(
    till.merchant,
    held,
    way.parts.map(({ mostCents }) => mostCents),
    charge.nonce,
  )
  const { receipt } = await till.take(encodeSpend(phone.partner.origin, offer), charge)
  const heldCents = held.reduce((sum, { cents }) => sum + cents, 0n)
  const restCents = way.kind === 'service' ? heldCents - price : 0n
  story.purchases.push({ youth, key, till, payment: receipt.payment, cents: price, restCents })
  return true
}

function payable(phone: Phone, key: ProgrammeKey, now: number): (Payable & { held: HeldNote })[] {
  const open = phone.vouchers.filter((voucher) => ofProgramme(key)(voucher) && voucher.validUntil.getTime() > now)
  return open.flatMap(({ id: voucher, kind, validUntil, notes }) =>
    notes.flatMap(({ id, holder, cents }, place) =>
      holder === null
        ? []
        : [{ noteId: id, place, cents, voucher, kind, endsAt: validUntil.getTime(), held: { id, holder, cents } }],
    ),
  )
}
