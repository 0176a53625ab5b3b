import { randomBytes, randomUUID } from 'node:crypto'
import { type Address, type Hex, toHex } from 'viem'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import type { z } from 'zod'
import * as grants from '../../protocol/api/grants.ts'
import * as network from '../../protocol/api/network.ts'
import * as people from '../../protocol/api/people.ts'
import * as till from '../../protocol/api/till.ts'
import * as wallet from '../../protocol/api/wallet.ts'
import { chargeTypedData, type SignedCharge } from '../../protocol/charge.ts'
import { deadlineAfter, type SpendOffer, spendsOf, spendTypedData } from '../../protocol/spend.ts'
import { businessIdOf, ibanOf } from '../../scripts/sample/numbers.ts'
import type { Caller } from './caller.ts'
import { day, type TestServer } from './server.ts'

const newAccount = () => privateKeyToAccount(generatePrivateKey())
const words = { fi: 'Ruoka', sv: 'Mat', en: 'Food' }

/** A device with a key of its own. */
export interface Device {
  caller: Caller
  account: PrivateKeyAccount
}

export interface Settled {
  organisation: string
  worker: Caller
  approver: Caller
  officer: Caller
  finance: Caller
  colleague: Caller
  auditor: Caller
  programme: number
  merchant: number
  till: Device & { id: number }
  phone: Device & { holders: Map<string, PrivateKeyAccount> }
  caseId: string
  /** A need with its decision, and one that waits for somebody. */
  decided: { need: string; decision: string }
  undecided: string
}

let last = 0

/** One organisation with one of everything, made through the API alone: staff, money, a shop, and a youth with a voucher. */
export async function settleIn(town: TestServer, organisation: string): Promise<Settled> {
  const roles = ['worker', 'approver', 'officer', 'finance', 'finance', 'auditor'] as const
  const staff = await Promise.all(roles.map((role) => town.as(role, { organisation })))
  const [worker, approver, officer, finance, colleague, auditor] = staff as unknown as [
    Caller,
    Caller,
    Caller,
    Caller,
    Caller,
    Caller,
  ]
  const programme = ++last
  await officer.call(network.openProgramme, { body: programmeOf(programme) })
  const pots = { budgetCents: 100_000n, floatCents: 100_000n, guaranteeCents: 100_000n }
  await town.chain.facts.advance()
  const funding = { id: randomUUID(), bankReference: `MONEY ${programme}`, ...pots }
  await finance.call(network.fundProgramme, { params: { programme }, body: funding })
  const merchant = await addMerchant(town, officer, finance)
  const shop = await addTill(town, officer, merchant)

  const caseId = randomUUID()
  const facts = { ageBand: '15_17', municipality: '240' } as const
  await worker.call(people.openCase, {
    body: { ...facts, id: caseId, pseudonym: `Kettu ${programme}`, language: 'fi' },
  })
  const { code } = await worker.call(people.issueCode, { params: { case: caseId }, body: {} })
  const phone = await enrol(town, code)
  const need = await recordNeed(worker, caseId, programme)
  const decision = randomUUID()
  const validUntil = new Date(town.deps.now().getTime() + 30 * day)
  const yes = { outcome: 'granted', id: decision, reason: 'There is no food', amountCents: 5000n, validUntil } as const
  await worker.call(grants.decideNeed, { params: { need }, body: { ...yes, isEmergency: false } })
  const undecided = await recordNeed(worker, caseId, programme)

  const decided = { need, decision }
  const callers = { worker, approver, officer, finance, colleague, auditor }
  return { organisation, ...callers, programme, merchant, till: shop, phone, caseId, decided, undecided }
}

async function recordNeed(worker: Caller, caseId: string, programme: number): Promise<string> {
  const id = randomUUID()
  const body = { id, programme, text: 'Food', facts: {} }
  await worker.call(grants.recordNeed, { params: { case: caseId }, body })
  return id
}

function programmeOf(id: number): z.output<typeof network.openProgramme.body> {
  return {
    id,
    name: words,
    label: words,
    kind: 'value',
    mode: 'full',
    isUniversal: false,
    purposes: ['food'],
    ruleSet: '2026-1-food',
    templates: [],
    mostPerGrantCents: 20_000n,
    dailyLimitCents: 1_000_000n,
    undoSeconds: 0,
  }
}

async function addMerchant(town: TestServer, officer: Caller, finance: Caller): Promise<number> {
  const merchant = ++last
  const iban = ibanOf(merchant)
  const address = { municipality: '240', street: 'Valtakatu 1', postalCode: '94100', latitude: null, longitude: null }
  const businessId = businessIdOf(merchant)
  await officer.call(network.proposeMerchant, {
    body: { id: merchant, name: `Shop ${merchant}`, businessId, iban, purposes: ['food'], ...address },
  })
  await finance.call(network.approveMerchant, { params: { merchant }, body: { iban } })
  await town.chain.facts.advance()
  return merchant
}

async function addTill(town: TestServer, officer: Caller, merchant: number): Promise<Settled['till']> {
  const body = { tillName: 'Kassa', acceptsAhead: true }
  const { code } = await officer.call(network.issueTillCode, { params: { merchant }, body })
  const [caller, account] = [town.anyone(), newAccount()]
  const signed = await caller.signed(account, town.deps.chain.chainId)
  const session = await caller.call(people.joinTill, { body: { ...signed, code } })
  return { caller, account, id: session.till ?? 0 }
}

async function enrol(town: TestServer, code: string): Promise<Settled['phone']> {
  const [caller, account] = [town.anyone(), newAccount()]
  const accounts = Array.from({ length: 30 }, newAccount)
  const stock = accounts.map(({ address }) => address.toLowerCase() as Address)
  const signed = await caller.signed(account, town.deps.chain.chainId)
  await caller.call(people.enrolWallet, { body: { ...signed, code, stock } })
  return {
    caller,
    account,
    holders: new Map(stock.map((address, place) => [address, accounts[place] as PrivateKeyAccount])),
  }
}

/** What this town's till asks. */
export async function chargeOf(town: TestServer, settled: Settled, priceCents: bigint): Promise<SignedCharge> {
  const { chainId, vouchers } = town.deps.chain
  const askedAt = Math.floor(town.deps.now().getTime() / 1000)
  const nonce = toHex(randomBytes(8))
  const charge = { merchant: settled.merchant, till: settled.till.id, priceCents, nonce, askedAt }
  return { ...charge, signature: await settled.till.account.signTypedData(chargeTypedData(chainId, vouchers, charge)) }
}

/** What this town's youth signs for a charge, with the largest note. */
export async function offerFor(
  town: TestServer,
  settled: Settled,
  merchant: number,
  nonce: Hex,
  priceCents: bigint,
): Promise<SpendOffer> {
  const { chainId, vouchers, graceSeconds } = town.deps.chain
  const { vouchers: held } = await settled.phone.caller.call(wallet.getWallet)
  const notes = held.flatMap((voucher) => voucher.notes).sort((one, other) => Number(other.cents - one.cents))
  const note = notes.find(({ holder }) => holder !== null)
  if (!note?.holder) throw new Error('Nothing to spend')
  const now = town.deps.now().getTime()
  const opening = { nonce, signedAt: now, salt: toHex(randomBytes(8)), agreedCents: priceCents }
  const unsigned = { noteId: note.id, mostCents: note.cents, signature: '0x' as Hex }
  const offer = { merchant, deadline: deadlineAfter(now, graceSeconds), opening, notes: [unsigned] }
  const [spend] = spendsOf(offer)
  const signature = await settled.phone.holders
    .get(note.holder)
    ?.signTypedData(spendTypedData(chainId, vouchers, spend!))
  return { ...offer, notes: [{ ...unsigned, signature: signature as Hex }] }
}

/** The youth pays at the till; answers the payment's id and nonce. */
export async function payOnce(town: TestServer, settled: Settled, priceCents: bigint) {
  const charge = await chargeOf(town, settled, priceCents)
  const offer = await offerFor(town, settled, settled.merchant, charge.nonce, priceCents)
  const { receipt } = await settled.till.caller.call(till.payAtTill, { body: { charge, offer } })
  return { payment: receipt.payment, nonce: charge.nonce, offer }
}
