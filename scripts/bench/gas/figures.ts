import { Chance } from '../../walkthrough/chance.ts'
import { firstMorning, type Leaf, type Ours, type SheetPlan, type Spend } from './acts.ts'
import type { Evm } from './evm.ts'
import { closeFloor, cutFloor, redeemFloor } from './floor.ts'
import { openOurs } from './ours.ts'

/** Gas of single acts, in whole transactions; of many in one, the gas of each. */
export interface Figures {
  issueEach100: number
  issueEach500: number
  redeemEach100x10Merchants: number
  redeemOne: number
  closeSheet500: number
}

const programme = 1
const capCents = 1000n
const day = 86_400
const times = { validUntil: firstMorning + 30 * day, closesAt: firstMorning + 90 * day }

/** Ten merchants, a sheet of 500 notes in a tree of 512: what both sides of the comparison do. */
export const shops = Array.from({ length: 10 }, (_, place) => place + 1)
export const manyNotes = 500
const depth = 9

/** Measures ours in a town that is in use: a sheet was cut, and each merchant holds a claim. */
export async function measureOurs(evm: Evm): Promise<Figures> {
  evm.setTime(firstMorning)
  const merchants = shops.map((id) => ({ id, purposes: 1 }))
  const ours = await openOurs(evm, { programmes: [{ id: programme, purposes: 1 }], merchants })
  await ours.gasOf({ kind: 'cut', sheet: sheetOf(1, 0, 64, 6) })
  const issue100 = await ours.gasOf({ kind: 'cut', sheet: sheetOf(2, 100, 100, 7) })
  const issue500 = await ours.gasOf({ kind: 'cut', sheet: sheetOf(3, 1000, manyNotes, depth) })

  const { before, measured, last } = batches()
  await ours.gasOf({ kind: 'redeem', spends: before })
  const redeem100 = await ours.gasOf({ kind: 'redeem', spends: measured })
  const redeemOne = await ours.gasOf({ kind: 'redeem', spends: [last] })
  await expectOwed(ours, [...before, ...measured, last])
  const closeSheet500 = await ours.gasOf({ kind: 'close', sheet: 3 })
  return {
    issueEach100: issue100 / 100,
    issueEach500: issue500 / manyNotes,
    redeemEach100x10Merchants: redeem100 / 100,
    redeemOne,
    closeSheet500,
  }
}

export function floorOfFigures(): Figures {
  const { measured, last } = batches()
  const floorOf = (spends: readonly Spend[], merchants: number) => {
    const sheets = [{ places: spends.map(({ place }) => place), depth, freshWords: 0 }]
    return redeemFloor({ sheets, programmes: 1, merchants, freshMerchants: 0 })
  }
  return {
    issueEach100: cutFloor() / 100,
    issueEach500: cutFloor() / manyNotes,
    redeemEach100x10Merchants: floorOf(measured, shops.length) / 100,
    redeemOne: floorOf([last], 1),
    closeSheet500: closeFloor(),
  }
}

/** Its notes stand at places of chance, the same in every run. */
function sheetOf(number: number, firstNote: number, notes: number, treeDepth: number): SheetPlan {
  const places = new Chance(number).shuffled(Array.from({ length: 2 ** treeDepth }, (_, place) => place))
  const leaves = Array.from({ length: notes }, (_, order): Leaf => {
    return { note: firstNote + order, place: places[order] ?? 0, capCents }
  })
  const cents = BigInt(notes) * capCents
  return { number, programme, depth: treeDepth, leaves, grantedCents: cents, committedCents: cents, ...times }
}

/** A hundred that make the claims and touch the words of bits, a hundred to measure, and one alone. */
function batches(): { before: Spend[]; measured: Spend[]; last: Spend } {
  const { leaves } = sheetOf(3, 1000, manyNotes, depth)
  const spends = leaves.map((leaf, order): Spend => {
    const merchant = shops[order % shops.length] as number
    const cents = { amountCents: 890n, mostCents: 890n }
    return { ...leaf, sheet: 3, merchant, ...cents, deadline: BigInt(times.closesAt) }
  })
  return { before: spends.slice(0, 100), measured: spends.slice(100, 200), last: spends[200] as Spend }
}

/** A note that was skipped costs little, and would pass for cheap. */
async function expectOwed(ours: Ours, spends: readonly Spend[]): Promise<void> {
  const wanted = spends.reduce((sum, { amountCents }) => sum + amountCents, 0n)
  const owed = await Promise.all(shops.map((merchant) => ours.owedCents(merchant)))
  const sum = owed.reduce((total, cents) => total + cents, 0n)
  if (sum !== wanted) throw new Error(`Shops are owed ${sum} cents after redemptions of ${wanted}`)
}
