import { randomUUID } from 'node:crypto'
import * as grants from '../../protocol/api/grants.ts'
import * as network from '../../protocol/api/network.ts'
import * as people from '../../protocol/api/people.ts'
import type { Cents } from '../../protocol/money.ts'
import { businessIdOf, ibanOf } from '../sample/numbers.ts'
import { inParallel, waitFor } from '../walkthrough/parallel.ts'
import { Partner } from '../walkthrough/partner.ts'
import { Phone } from '../walkthrough/phone.ts'
import type { ChainFacts } from '../walkthrough/signIn.ts'
import { type Staff, signInStaff } from '../walkthrough/staff.ts'
import { Till } from '../walkthrough/till.ts'
import type { Acknowledged } from './acknowledged.ts'
import { patiently, surely } from './patience.ts'

/** Long enough for a queue at the till, short enough for several evenings in a minute. */
const undoSeconds = 2
const merchants = 3
const tillsEach = 3
const mostPerGrantCents = 12_000n
const day = 86_400_000

const label = { fi: 'Kaaos', sv: 'Kaos', en: 'Chaos' }
const where = { municipality: '240', street: 'Kauppakatu 1', postalCode: '94100', latitude: null, longitude: null }

/** Two programmes with the same purpose: one with room, and one whose guarantee is soon exhausted. */
const programmes = {
  ample: { id: 1, budgetCents: 90_000_000n, floatCents: 30_000_000n, guaranteeCents: 20_000_000n },
  tight: { id: 2, budgetCents: 5_000_000n, floatCents: 1_000_000n, guaranteeCents: 2_000n },
} as const
export const tightGuaranteeCents: Cents = programmes.tight.guaranteeCents
export type ProgrammeName = keyof typeof programmes

export interface Customer {
  case: string
  phone: Phone
  programme: number
  /** The decision behind the voucher. */
  decision: string
}

export interface CustomerWish {
  cents?: Cents
  programme?: ProgrammeName
  validUntil?: Date
  /** The phone's own clock, in milliseconds. */
  clock?: () => number
}

/** Shops, tills and staff, and youths as they are needed. Every call is patient: faults may be on already. */
export class Town {
  readonly origin: string
  readonly acknowledged: Acknowledged
  readonly facts: ChainFacts
  readonly staff: Staff
  readonly tills: Till[] = []
  /** Takes receipts paid ahead. */
  readonly kiosk: Till
  readonly #phones: Phone[] = []
  #grants = 0

  private constructor(origin: string, facts: ChainFacts, staff: Staff, acknowledged: Acknowledged) {
    this.origin = origin
    this.facts = facts
    this.staff = staff
    this.acknowledged = acknowledged
    this.kiosk = new Till(origin, facts, 'Luukku')
  }

  static async open(origin: string, acknowledged: Acknowledged): Promise<Town> {
    const { chain } = await surely(() => new Partner(origin).call(network.getDirectory))
    const town = new Town(origin, chain, await signInStaff(origin), acknowledged)
    await inParallel(Object.values(programmes), 2, (programme) => town.#openProgramme(programme))
    await inParallel(town.merchants, merchants, (merchant) => town.#openShop(merchant))
    return town
  }

  get merchants(): number[] {
    return Array.from({ length: merchants }, (_, place) => place + 1)
  }

  get programmes(): number[] {
    return Object.values(programmes).map(({ id }) => id)
  }

  /** A youth of their own for whoever asks, with a phone and a voucher in it. */
  async customer({ cents = mostPerGrantCents, clock, ...wish }: CustomerWish = {}): Promise<Customer> {
    const id = randomUUID()
    const person = {
      pseudonym: `Kanarie ${id.slice(0, 8)}`,
      ageBand: '15_17',
      municipality: '240',
      language: 'fi',
    } as const
    await patiently(() => this.#worker.call(people.openCase, { body: { id, ...person } }))
    const { decision, programme } = await this.grant(id, cents, wish)
    const phone = await this.#enrolled(id, clock)
    await surely(() => phone.refresh())
    this.#phones.push(phone)
    return { case: id, phone, programme, decision }
  }

  /** One more voucher for a case. */
  async grant(caseId: string, amountCents: Cents, { programme = 'ample', validUntil }: CustomerWish = {}) {
    const { id } = programmes[programme]
    const body = {
      id: randomUUID(),
      case: caseId,
      programme: id,
      decisionNumber: `KAAOS-${++this.#grants}`,
      amountCents,
      validUntil: validUntil ?? new Date(Date.now() + 20 * day),
    }
    const { refusal } = await patiently(() => this.#worker.call(grants.grantByReference, { body }))
    // Its number is ours alone: it has been granted, and the answer was lost.
    if (refusal === null || refusal === 'already_exists') this.acknowledged.granted(id, amountCents)
    // A short one may have ended before its call got through.
    else if (validUntil === undefined) throw new Error(`A grant was refused: ${refusal}`)
    return { decision: body.id, programme: id }
  }

  /** A till like the shop's others, with a clock of its own. */
  async till(merchant: number, { acceptsAhead = false, clock = Date.now } = {}): Promise<Till> {
    return await this.#joined(merchant, acceptsAhead, () => new Till(this.origin, this.facts, 'Kassa', clock))
  }

  /** Everybody looks at their phone: what waits for an address there, and so for a sheet, gets one. */
  async lookAtPhones(phones: readonly Phone[] = this.#phones): Promise<void> {
    await inParallel(phones, 4, (phone) => surely(() => phone.refresh()))
  }

  get #worker(): Partner {
    return this.staff.workers[0]
  }

  /** A code is used once: when the answer is lost, the next phone comes with the next code. */
  async #enrolled(caseId: string, clock?: () => number): Promise<Phone> {
    for (;;) {
      const { code } = await surely(() => this.#worker.call(people.issueCode, { params: { case: caseId }, body: {} }))
      const phone = new Phone(this.origin, this.facts, clock)
      if (await succeeds(phone.enrol(code))) return phone
    }
  }

  async #joined(merchant: number, acceptsAhead: boolean, create: () => Till): Promise<Till> {
    for (;;) {
      const till = create()
      const ask = { params: { merchant }, body: { tillName: till.name, acceptsAhead } }
      const { code } = await surely(() => this.staff.officer.call(network.issueTillCode, ask))
      if (await succeeds(till.join(code))) return till
    }
  }

  async #openProgramme({ id, ...money }: { id: number } & Record<`${'budget' | 'float' | 'guarantee'}Cents`, Cents>) {
    const terms = { kind: 'value', mode: 'reference', isUniversal: false, ruleSet: null } as const
    const limits = { mostPerGrantCents, dailyLimitCents: money.budgetCents, undoSeconds, templates: [] }
    const body = { id, name: label, label, ...terms, ...limits, purposes: ['food' as const] }
    await surely(() => this.staff.officer.call(network.openProgramme, { body }))
    const known = async () => {
      const { programmes: all } = await this.staff.officer.call(network.listProgrammes)
      return all.find((one) => one.id === id)
    }
    await waitFor('a programme to open', 60, async () => ((await known())?.state === 'open' ? true : null))
    const funding = { id: randomUUID(), bankReference: `RAHOITUS ${id}`, ...money }
    await surely(() => this.staff.finance[0].call(network.fundProgramme, { params: { programme: id }, body: funding }))
    await waitFor('its money', 60, async () => ((await known())?.budgetCents === money.budgetCents ? true : null))
  }

  async #openShop(merchant: number): Promise<void> {
    const iban = ibanOf(merchant)
    const shop = { id: merchant, name: `Kauppa ${merchant}`, businessId: businessIdOf(merchant), iban }
    const { officer, finance } = this.staff
    await surely(() => officer.call(network.proposeMerchant, { body: { ...shop, purposes: ['food'], ...where } }))
    await surely(() => finance[1].call(network.approveMerchant, { params: { merchant }, body: { iban } }))
    await waitFor('a shop', 60, async () => {
      const { merchants: all } = await officer.call(network.listMerchants)
      return all.some(({ id, state }) => id === merchant && state === 'approved') ? true : null
    })
    for (let tills = 0; tills < tillsEach; tills++) this.tills.push(await this.till(merchant))
    if (merchant === 1) await this.#joined(merchant, true, () => this.kiosk)
  }
}

async function succeeds(promise: Promise<unknown>): Promise<boolean> {
  return await promise.then(
    () => true,
    () => false,
  )
}
