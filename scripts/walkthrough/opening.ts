import * as network from '../../protocol/api/network.ts'
import { idOf } from '../sample/install.ts'
import { businessIdOf, ibanOf } from '../sample/numbers.ts'
import { programmes, type SampleProgramme, type SampleShop, shops } from '../sample/town.ts'
import { inParallel, waitFor } from './parallel.ts'
import { refusalOf } from './partner.ts'
import type { Staff } from './staff.ts'
import { expect, type Shop, type Story } from './story.ts'
import { Till } from './till.ts'

export interface Opening {
  staff: Staff
  /** Numbers of programmes, or of merchants, are this and those after it. */
  firstNumber: number
}

export interface ProgrammeOpening extends Opening {
  /** Null: until 04:00 the next day, as in a real town. */
  undoSeconds: number | null
  /** Null: each programme's own. */
  mode: 'reference' | null
}

const floatCents = 500_000n
const guaranteeCents = 200_000n

/** Opens and funds the sample's programmes, those that are missing; answers their numbers when all is final on chain. */
export async function openProgrammes(opening: ProgrammeOpening): Promise<Map<SampleProgramme['key'], number>> {
  const { staff, firstNumber } = opening
  const numbers = new Map(programmes.map(({ key }, place) => [key, firstNumber + place]))
  await inParallel(programmes, 3, async (programme) => {
    const body = bodyOf(programme, numbers.get(programme.key) ?? 0, opening)
    await unlessThere(staff.officer.call(network.openProgramme, { body }))
  })
  await allOf('the programmes to open', async () => {
    const { programmes: known } = await staff.officer.call(network.listProgrammes)
    return [...numbers.values()].every((id) => known.some((one) => one.id === id && one.state === 'open'))
  })
  await inParallel(programmes, 3, async ({ key, budgetCents }) => {
    const programme = numbers.get(key) ?? 0
    const bankReference = `RAHOITUS ${programme}`
    const body = { id: idOf(bankReference), bankReference, budgetCents, floatCents, guaranteeCents }
    await staff.finance[0].call(network.fundProgramme, { params: { programme }, body })
  })
  await allOf('the money to arrive', async () => {
    const { programmes: known } = await staff.officer.call(network.listProgrammes)
    return [...numbers.values()].every((id) => known.some((one) => one.id === id && one.budgetCents > 0n))
  })
  return numbers
}

function bodyOf(programme: SampleProgramme, id: number, { undoSeconds, mode }: ProgrammeOpening) {
  const { name, label, kind, isUniversal, purposes, usualCents, mostPerGrantCents, validDays } = programme
  const template = { id: programme.key, name: label, amountCents: usualCents, validDays }
  return {
    id,
    name,
    label,
    kind,
    mode: mode ?? programme.mode,
    isUniversal,
    purposes,
    ruleSet: mode === 'reference' ? null : programme.ruleSet,
    templates: [template],
    mostPerGrantCents,
    dailyLimitCents: programme.budgetCents,
    undoSeconds,
  }
}

/** Takes the shops in, those that are missing: proposed by one person, approved by another, final on chain. */
export async function openShops({ staff, firstNumber }: Opening): Promise<Shop[]> {
  const opened = await inParallel(shops, 4, async (shop, place): Promise<Shop> => {
    const merchant = firstNumber + place
    const iban = ibanOf(place)
    await unlessThere(staff.officer.call(network.proposeMerchant, { body: proposalOf(shop, merchant, place, iban) }))
    await unlessThere(staff.finance[1].call(network.approveMerchant, { params: { merchant }, body: { iban } }))
    return { ...shop, merchant, iban, tills: [] }
  })
  await allOf('the shops to be taken in', async () => {
    const { merchants } = await staff.officer.call(network.listMerchants)
    return opened.every(({ merchant }) => merchants.some(({ id, state }) => id === merchant && state === 'approved'))
  })
  return opened
}

function proposalOf(shop: SampleShop, id: number, place: number, iban: string) {
  const { name, purposes, municipality, street, postalCode, latitude, longitude } = shop
  const businessId = businessIdOf(place)
  return { id, name, businessId, iban, purposes, municipality, street, postalCode, latitude, longitude }
}

type TillsOf = Pick<Story, 'origin' | 'staff' | 'facts' | 'shops' | 'clock'>

/** Two tills a shop, and one where receipts are taken without a network. */
export async function joinTills({ origin, staff, facts, shops: opened, clock }: TillsOf): Promise<void> {
  await inParallel(opened, 4, async (shop) => {
    const names = shop.acceptsAhead ? ['Luukku'] : ['Kassa 1', 'Kassa 2']
    shop.tills = await Promise.all(
      names.map(async (name) => {
        const till = new Till(origin, facts, name, clock)
        await till.join(await tillCode(staff, shop, name))
        return till
      }),
    )
  })
}

/** A code that makes a device a till of this shop. */
export async function tillCode(staff: Staff, { merchant, acceptsAhead }: Shop, tillName: string): Promise<string> {
  const body = { tillName, acceptsAhead }
  return (await staff.officer.call(network.issueTillCode, { params: { merchant }, body })).code
}

/** What was done before stays done. */
export async function unlessThere(call: Promise<unknown>): Promise<void> {
  const refusal = await refusalOf(call)
  expect(refusal === null || refusal === 'already_exists' || refusal === 'wrong_state', `The town answered ${refusal}`)
}

async function allOf(what: string, areThere: () => Promise<boolean>): Promise<void> {
  await waitFor(what, 30, async () => ((await areThere()) ? true : null))
}
