import { decideNeed, grantByReference, recordNeed } from '../protocol/api/grants.ts'
import { issueCode, listCases, openCase } from '../protocol/api/people.ts'
import { idOf } from './sample/install.ts'
import { type ProgrammeKey, programmes } from './sample/town.ts'
import { needs, type SampleYouth, youths } from './sample/youths.ts'
import { openProgrammes, openShops, tillCode, unlessThere } from './walkthrough/opening.ts'
import { type Staff, signInStaff } from './walkthrough/staff.ts'
import type { Shop } from './walkthrough/story.ts'

/** What a visitor of the sample town needs to come in; fresh at each start. */
export interface Codes {
  /** Null: a phone has joined already. */
  youths: { pseudonym: string; code: string | null }[]
  tills: { shop: string; code: string }[]
}

const firstProgramme = 1
const firstMerchant = 101

/**
 * Opens the sample town over HTTP: programmes, shops, youths with vouchers, and needs that wait for somebody. Each thing
 * has a fixed number, so that a second run, or one after a kill, does only what is missing. Answers codes to come in with.
 */
export async function seedTown(origin: string, say: (line: string) => void): Promise<Codes> {
  const staff = await signInStaff(origin)
  say('opening the programmes')
  const numbers = await openProgrammes({ staff, firstNumber: firstProgramme, undoSeconds: 300, mode: null })
  say('taking in the shops')
  const shops = await openShops({ staff, firstNumber: firstMerchant })
  say('granting the first vouchers')
  for (const youth of youths) {
    await openSampleCase(staff, youth)
    for (const voucher of youth.vouchers) await seedVoucher(staff, youth, voucher, numbers.get(voucher.programme) ?? 0)
  }
  await seedNeeds(staff, numbers)
  return await freshCodes(staff, shops)
}

async function openSampleCase({ workers }: Staff, youth: SampleYouth): Promise<void> {
  const { pseudonym, ageBand, municipality, language, worker } = youth
  const body = { id: idOf(`case ${pseudonym}`), pseudonym, ageBand, municipality, language }
  await unlessThere(workers[worker].call(openCase, { body }))
}

/** Needs that wait for more facts, or for the review of an emergency. */
export async function seedNeeds(staff: Staff, numbers: Map<ProgrammeKey, number>): Promise<void> {
  for (const { youth, programme, cents } of needs) {
    await openSampleCase(staff, youth)
    await seedNeed(staff, youth, programme, { number: numbers.get(programme) ?? 0, cents, isEmergency: true })
  }
}

type SampleVoucher = SampleYouth['vouchers'][number]

async function seedVoucher(staff: Staff, youth: SampleYouth, { programme, cents }: SampleVoucher, number: number) {
  const sample = programmes.find(({ key }) => key === programme)
  if (sample?.mode !== 'reference')
    return await seedNeed(staff, youth, programme, { number, cents, isEmergency: false })
  const name = `${youth.pseudonym} ${programme}`
  const body = {
    id: idOf(`grant ${name}`),
    case: idOf(`case ${youth.pseudonym}`),
    programme: number,
    decisionNumber: `NÄYTE ${name}`,
    amountCents: cents,
    validUntil: daysFromToday(sample.validDays),
  }
  await unlessThere(staff.workers[youth.worker].call(grantByReference, { body }))
}

interface AskedNeed {
  number: number
  cents: bigint | null
  isEmergency: boolean
}

/** A need with its facts; decided at once when there is an amount, else left for somebody to decide. */
async function seedNeed(staff: Staff, youth: SampleYouth, key: ProgrammeKey, asked: AskedNeed): Promise<void> {
  const { number: programme, cents, isEmergency } = asked
  const worker = staff.workers[youth.worker]
  const name = `${youth.pseudonym} ${key}`
  const id = idOf(`need ${name}`)
  const text = 'Puhuttu yhdessä tapaamisella.'
  const { ageBand, municipality } = youth
  const facts = cents === null ? { ageBand } : { ageBand, municipality, hasFoodForThreeDays: false }
  const params = { case: idOf(`case ${youth.pseudonym}`) }
  await unlessThere(worker.call(recordNeed, { params, body: { id, programme, text, facts } }))
  if (cents === null) return

  const sample = programmes.find((one) => one.key === key)
  const body = {
    outcome: 'granted' as const,
    id: idOf(`grant ${name}`),
    reason: 'Tarve on todettu yhdessä, eikä muu tuki kata sitä.',
    amountCents: cents,
    validUntil: daysFromToday(sample?.validDays ?? 30),
    isEmergency,
  }
  await unlessThere(worker.call(decideNeed, { params: { need: id }, body }))
}

/** The last second of a day in UTC. */
function daysFromToday(days: number): Date {
  const day = 86_400_000
  return new Date((Math.floor(Date.now() / day) + 1 + days) * day - 1000)
}

async function freshCodes(staff: Staff, shops: Shop[]): Promise<Codes> {
  const codes: Codes = { youths: [], tills: [] }
  for (const { pseudonym, worker } of youths) {
    const { cases } = await staff.workers[worker].call(listCases)
    const known = cases.find((one) => one.pseudonym === pseudonym)
    if (known === undefined) continue
    const params = { case: known.id }
    const isNew = !known.hasWallet
    const code = isNew ? (await staff.workers[worker].call(issueCode, { params, body: {} })).code : null
    codes.youths.push({ pseudonym, code })
  }
  // A shop without a till is offered to nobody: one for each purpose, and one that takes what was paid ahead.
  const purposes = new Set(shops.map(({ purposes: [first] }) => first))
  const firsts = [...purposes].map((purpose) => shops.find((shop) => shop.purposes[0] === purpose))
  for (const shop of new Set([...firsts, shops.find(({ acceptsAhead }) => acceptsAhead)])) {
    if (shop !== undefined) codes.tills.push({ shop: shop.name, code: await tillCode(staff, shop, 'Kassa') })
  }
  return codes
}
