import { randomUUID } from 'node:crypto'
import * as network from '../../protocol/api/network.ts'
import { businessIdOf, ibanOf } from '../sample/numbers.ts'
import { programmes, type SampleProgramme, type SampleShop, shops } from '../sample/town.ts'
import { inParallel, waitFor } from './parallel.ts'
import type { ChainFacts } from './signIn.ts'
import type { Staff } from './staff.ts'
import type { Shop } from './story.ts'
import { Till } from './till.ts'

export interface Opening {
  origin: string
  staff: Staff
  /** Numbers of programmes and merchants are this and those after it. */
  firstNumber: number
  /** Null: until 04:00 the next day, as in a real town. */
  undoSeconds: number | null
}

const floatCents = 500_000n
const guaranteeCents = 200_000n

/** Opens and funds the sample's programmes; answers their numbers when they are open on chain. */
export async function openProgrammes({
  staff,
  firstNumber,
  undoSeconds,
}: Opening): Promise<Map<SampleProgramme['key'], number>> {
  const numbers = new Map(programmes.map(({ key }, place) => [key, firstNumber + place]))
  await inParallel(programmes, 3, async (programme) => {
    const id = numbers.get(programme.key) ?? 0
    await staff.officer.call(network.openProgramme, { body: bodyOf(programme, id, undoSeconds) })
  })
  await allOf('the programmes to open', async () => {
    const { programmes: known } = await staff.officer.call(network.listProgrammes)
    return [...numbers.values()].every((id) => known.some((one) => one.id === id && one.state === 'open'))
  })
  await inParallel(programmes, 3, async ({ key, budgetCents }) => {
    const programme = numbers.get(key) ?? 0
    const bankReference = `RAHOITUS ${programme}`
    const body = { id: randomUUID(), bankReference, budgetCents, floatCents, guaranteeCents }
    await staff.finance[0].call(network.fundProgramme, { params: { programme }, body })
  })
  await allOf('the money to arrive', async () => {
    const { programmes: known } = await staff.officer.call(network.listProgrammes)
    return [...numbers.values()].every((id) => known.some((one) => one.id === id && one.budgetCents > 0n))
  })
  return numbers
}

function bodyOf(programme: SampleProgramme, id: number, undoSeconds: number | null) {
  const { name, label, kind, mode, isUniversal, purposes, ruleSet, usualCents, mostPerGrantCents, validDays } =
    programme
  const template = { id: programme.key, name: label, amountCents: usualCents, validDays }
  const dailyLimitCents = programme.budgetCents
  return {
    id,
    name,
    label,
    kind,
    mode,
    isUniversal,
    purposes,
    ruleSet,
    templates: [template],
    mostPerGrantCents,
    dailyLimitCents,
    undoSeconds,
  }
}

/** Takes the shops in: proposed by one person, approved by another, final on chain; then their tills join. */
export async function openShops({ origin, staff, firstNumber }: Opening, facts: ChainFacts): Promise<Shop[]> {
  const opened = await inParallel(shops, 4, async (shop, place) => {
    const merchant = firstNumber + place
    const iban = ibanOf(place)
    await staff.officer.call(network.proposeMerchant, { body: proposalOf(shop, merchant, place, iban) })
    await staff.finance[1].call(network.approveMerchant, { params: { merchant }, body: { iban } })
    return { ...shop, merchant, iban, tills: [] as Till[] }
  })
  await allOf('the shops to be taken in', async () => {
    const { merchants } = await staff.officer.call(network.listMerchants)
    return opened.every(({ merchant }) => merchants.some(({ id, state }) => id === merchant && state === 'approved'))
  })
  await inParallel(opened, 4, async (shop) => {
    const names = shop.acceptsAhead ? ['Luukku'] : ['Kassa 1', 'Kassa 2']
    shop.tills = await Promise.all(names.map((name) => joinTill(origin, staff, facts, shop, name)))
  })
  return opened
}

function proposalOf(shop: SampleShop, id: number, place: number, iban: string) {
  const { name, purposes, municipality, street, postalCode, latitude, longitude } = shop
  const businessId = businessIdOf(place)
  return { id, name, businessId, iban, purposes, municipality, street, postalCode, latitude, longitude }
}

async function joinTill(origin: string, staff: Staff, facts: ChainFacts, shop: Shop, tillName: string): Promise<Till> {
  const { merchant, acceptsAhead } = shop
  const { code } = await staff.officer.call(network.issueTillCode, {
    params: { merchant },
    body: { tillName, acceptsAhead },
  })
  const till = new Till(origin, facts, tillName)
  await till.join(code)
  return till
}

async function allOf(what: string, areThere: () => Promise<boolean>): Promise<void> {
  await waitFor(what, 30, async () => ((await areThere()) ? true : null))
}
