import { randomUUID } from 'node:crypto'
import type { Hex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import * as network from '../../protocol/api/network.ts'
import * as people from '../../protocol/api/people.ts'
import { surely } from '../chaos/patience.ts'
import { businessIdOf, ibanOf } from '../sample/numbers.ts'
import { inParallel, waitFor } from '../walkthrough/parallel.ts'
import { Partner } from '../walkthrough/partner.ts'
import { type ChainFacts, signedIn } from '../walkthrough/signIn.ts'
import { type Staff, signInStaff } from '../walkthrough/staff.ts'
import { faceCents } from './holders.ts'

const programmeCount = 8
const merchantCount = 8
const tillsEach = 3

/** A till that has joined: what a process needs to be it. */
export interface JoinedTill {
  till: number
  merchant: number
  privateKey: Hex
  cookie: string
}

export interface BigTown {
  staff: Staff
  facts: ChainFacts
  programmes: number[]
  tills: JoinedTill[]
}

const label = { fi: 'Miljoona', sv: 'Miljon', en: 'Million' }
const where = { municipality: '240', street: 'Kauppakatu 1', postalCode: '94100', latitude: null, longitude: null }

/** Opened over HTTP as any town: programmes with the money for all of it, shops, and their tills. */
export async function openBigTown(origin: string, notes: number): Promise<BigTown> {
  const { chain: facts } = await surely(() => new Partner(origin).call(network.getDirectory))
  const staff = await signInStaff(origin)
  const programmes = Array.from({ length: programmeCount }, (_, place) => place + 1)
  const allCents = (BigInt(notes) * faceCents) / BigInt(programmeCount) + 1_000_000n
  await inParallel(programmes, programmeCount, (id) => openProgramme(staff, id, allCents))
  const merchants = Array.from({ length: merchantCount }, (_, place) => place + 1)
  const tills = await inParallel(merchants, 4, (merchant) => openShop(origin, facts, staff, merchant))
  return { staff, facts, programmes, tills: tills.flat() }
}

/** Nothing is on a sheet yet, so the guarantee has to be as large as all of it. */
async function openProgramme({ officer, finance }: Staff, id: number, allCents: bigint): Promise<void> {
  const terms = { kind: 'value', mode: 'reference', isUniversal: false, ruleSet: null } as const
  const limits = { mostPerGrantCents: 100_000n, dailyLimitCents: allCents, undoSeconds: null, templates: [] }
  const body = { id, name: label, label, ...terms, ...limits, purposes: ['food' as const] }
  await officer.call(network.openProgramme, { body })
  const known = async () => {
    const { programmes } = await officer.call(network.listProgrammes)
    return programmes.find((one) => one.id === id)
  }
  await waitFor('a programme to open', 120, async () => ((await known())?.state === 'open' ? true : null))
  const money = { budgetCents: allCents, floatCents: 100_000n, guaranteeCents: allCents }
  const funding = { id: randomUUID(), bankReference: `RAHOITUS ${id}`, ...money }
  await finance[0].call(network.fundProgramme, { params: { programme: id }, body: funding })
  await waitFor('its money', 120, async () => ((await known())?.budgetCents === allCents ? true : null))
}

async function openShop(origin: string, facts: ChainFacts, { officer, finance }: Staff, merchant: number) {
  const iban = ibanOf(merchant)
  const shop = { id: merchant, name: `Kauppa ${merchant}`, businessId: businessIdOf(merchant), iban }
  await officer.call(network.proposeMerchant, { body: { ...shop, purposes: ['food'], ...where } })
  await finance[1].call(network.approveMerchant, { params: { merchant }, body: { iban } })
  await waitFor('a shop', 120, async () => {
    const { merchants } = await officer.call(network.listMerchants)
    return merchants.some(({ id, state }) => id === merchant && state === 'approved') ? true : null
  })
  return await inParallel(Array.from({ length: tillsEach }), 1, async (): Promise<JoinedTill> => {
    const body = { tillName: 'Kassa', acceptsAhead: false }
    const { code } = await officer.call(network.issueTillCode, { params: { merchant }, body })
    const [partner, privateKey] = [new Partner(origin), generatePrivateKey()]
    const proof = await signedIn(partner, facts.chainId, privateKeyToAccount(privateKey))
    const { till } = await partner.call(people.joinTill, { body: { ...proof, code } })
    if (till === null) throw new Error('A till joined, but got no number')
    return { till, merchant, privateKey, cookie: partner.cookie }
  })
}
