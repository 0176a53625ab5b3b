import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import FinnishBankUtils from 'finnish-bank-utils'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import type { z } from 'zod'
import * as api from '../../../protocol/api/network.ts'
import { joinTill, signInTill } from '../../../protocol/api/people.ts'
import { getDay } from '../../../protocol/api/till.ts'
import { businessIdOf, ibanOf } from '../../../scripts/sample/numbers.ts'
import { bankReferenceOf, readBusinessId, readIban } from '../../../server/network/accounts.ts'
import type { Caller } from '../../support/caller.ts'
import { day, type TestServer, testServer } from '../../support/server.ts'

type NewProgramme = z.output<typeof api.openProgramme.body>
type NewMerchant = z.output<typeof api.proposeMerchant.body>

const words = { fi: 'Ruoka', sv: 'Mat', en: 'Food' }
let last = 0

function newProgramme(more: Partial<NewProgramme> = {}): NewProgramme {
  return {
    id: ++last,
    name: words,
    label: words,
    kind: 'value',
    mode: 'full',
    isUniversal: false,
    purposes: ['food', 'home'],
    ruleSet: '2026-1-food',
    templates: [{ id: 'week', name: words, amountCents: 5000n, validDays: 30 }],
    mostPerGrantCents: 10_000n,
    dailyLimitCents: 1_000_000n,
    undoSeconds: null,
    ...more,
  }
}

function newMerchant(more: Partial<NewMerchant> = {}): NewMerchant {
  const id = ++last
  return {
    id,
    name: `Shop ${id}`,
    businessId: businessIdOf(1),
    iban: ibanOf(id),
    purposes: ['food'],
    municipality: '240',
    street: 'Valtakatu 1',
    postalCode: '94100',
    latitude: 65.7,
    longitude: 24.5,
    ...more,
  }
}

describe('Network', function () {
  this.timeout(60_000)
  let town: TestServer
  let officer: Caller
  let finance: Caller

  before(async () => {
    town = await testServer()
    officer = await town.as('officer')
    finance = await town.as('finance')
  })
  after(() => town.close())

  /** Everything that was ordered is final on chain, and known here. */
  const settle = () => town.chain.facts.advance()

  describe('Programme', () => {
    it('refuses a number that is taken, also by another organisation', async () => {
      const body = newProgramme()
      await officer.call(api.openProgramme, { body })
      expect(await officer.refusal(api.openProgramme, { body })).to.equal('already_exists')
      const stranger = await town.as('officer', { organisation: 'village' })
      expect(await stranger.refusal(api.openProgramme, { body })).to.equal('already_exists')
    })

    const wrong: [what: string, more: Partial<NewProgramme>][] = [
      ['rules that nobody published', { ruleSet: '1999-1-wine' }],
      ['a template above the most of a grant', { mostPerGrantCents: 4999n }],
      ['a service voucher above one note', { kind: 'service', mostPerGrantCents: 5001n }],
    ]
    for (const [what, more] of wrong) {
      it(`refuses ${what}`, async () => {
        expect(await officer.refusal(api.openProgramme, { body: newProgramme(more) })).to.equal('bad_request')
      })
    }

    it('is open when its opening is final on chain, and funded when its money is', async () => {
      const body = newProgramme()
      const opened = await officer.call(api.openProgramme, { body })
      expect(opened).to.deep.include({ ...body, organisation: 'town', state: 'opening', grantableCents: 0n })
      await settle()
      const funding = {
        id: randomUUID(),
        bankReference: `STATEMENT ${body.id}`,
        budgetCents: 100_000n,
        floatCents: 5000n,
        guaranteeCents: 2000n,
      }
      const ask = { params: { programme: body.id }, body: funding }
      expect(await finance.call(api.fundProgramme, ask)).to.deep.equal({ id: funding.id, state: 'queued' })
      await settle()
      expect(await finance.call(api.fundProgramme, ask)).to.deep.equal({ id: funding.id, state: 'final' })

      const { programmes } = await (await town.as('worker')).call(api.listProgrammes)
      expect(programmes.find(({ id }) => id === body.id)).to.deep.include({
        state: 'open',
        budgetCents: 100_000n,
        floatCents: 5000n,
        guaranteeCents: 2000n,
        grantableCents: 100_000n,
      })
    })

    it('takes a bank entry once, and a repeat only when it is the same', async () => {
      const { id: programme } = await officer.call(api.openProgramme, { body: newProgramme() })
      const none = { budgetCents: 0n, floatCents: 0n, guaranteeCents: 0n }
      const body = { ...none, id: randomUUID(), bankReference: `ONCE ${programme}`, budgetCents: 1n }
      const ask = { params: { programme }, body }
      await finance.call(api.fundProgramme, ask)
      const refusal = (more: object) => finance.refusal(api.fundProgramme, { ...ask, body: { ...body, ...more } })
      expect(await refusal({ budgetCents: 2n })).to.equal('already_exists')
      expect(await refusal({ id: randomUUID() })).to.equal('already_exists')
      expect(await refusal({ ...none, id: randomUUID(), bankReference: 'NOTHING' })).to.equal('bad_request')
      const orders = town.deps.db.selectFrom('outbox').select('kind').where('subject', 'like', `%:${body.id}`)
      expect((await orders.execute()).map(({ kind }) => kind).sort()).to.deep.equal(['fund', 'mint'])
    })

    it('is another organisation’s secret', async () => {
      const { id: programme } = await officer.call(api.openProgramme, { body: newProgramme() })
      const stranger = await town.as(['finance', 'officer'], { organisation: 'village' })
      const body = { id: randomUUID(), bankReference: 'THEIRS', budgetCents: 1n, floatCents: 0n, guaranteeCents: 0n }
      expect(await stranger.refusal(api.fundProgramme, { params: { programme }, body })).to.equal('not_found')
      expect(await stranger.call(api.listProgrammes)).to.deep.equal({ programmes: [] })
    })
  })

  describe('Merchant', () => {
    async function approved(more: Partial<NewMerchant> = {}): Promise<number> {
      const body = newMerchant(more)
      await officer.call(api.proposeMerchant, { body })
      await finance.call(api.approveMerchant, { params: { merchant: body.id }, body: { iban: body.iban } })
      await settle()
      return body.id
    }

    it('refuses an account and a business id with a wrong digit', async () => {
      for (const more of [{ iban: 'FI2112345600000786' }, { iban: 'XX00' }, { businessId: '1234567-0' }]) {
        expect(await officer.refusal(api.proposeMerchant, { body: newMerchant(more) })).to.equal('bad_request')
      }
    })

    it('refuses a number that is taken', async () => {
      const body = newMerchant()
      await officer.call(api.proposeMerchant, { body })
      expect(await officer.refusal(api.proposeMerchant, { body })).to.equal('already_exists')
    })

    it('is not approved by who proposed it, nor with another account, nor twice', async () => {
      const both = await town.as(['officer', 'finance'])
      const body = newMerchant()
      await both.call(api.proposeMerchant, { body })
      const ask = (iban: string) => ({ params: { merchant: body.id }, body: { iban } })
      expect(await both.refusal(api.approveMerchant, ask(body.iban))).to.equal('same_person')
      expect(await finance.refusal(api.approveMerchant, ask(ibanOf(999)))).to.equal('bad_request')
      const spaced = body.iban.toLowerCase().replace(/(.{4})/g, '$1 ')
      expect(await finance.call(api.approveMerchant, ask(spaced))).to.include({ state: 'proposed' })
      expect(await finance.refusal(api.approveMerchant, ask(body.iban))).to.equal('wrong_state')
      await settle()
      const { merchants } = await officer.call(api.listMerchants)
      expect(merchants.find(({ id }) => id === body.id)).to.include({ state: 'approved', owedCents: 0n })
    })

    it('is another organisation’s secret', async () => {
      const merchant = await approved()
      const stranger = await town.as(['officer', 'finance'], { organisation: 'village' })
      const params = { merchant }
      expect(await stranger.refusal(api.approveMerchant, { params, body: { iban: ibanOf(1) } })).to.equal('not_found')
      expect(await stranger.refusal(api.suspendMerchant, { params, body: { reason: 'because' } })).to.equal('not_found')
      const till = { tillName: 'x', acceptsAhead: false }
      expect(await stranger.refusal(api.issueTillCode, { params, body: till })).to.equal('not_found')
      expect(await stranger.call(api.listMerchants)).to.deep.equal({ merchants: [] })
    })

    it('stops at once here and a week later on chain, once', async () => {
      const merchant = await approved()
      const ask = { params: { merchant }, body: { reason: 'The agreement ended' } }
      expect(await officer.call(api.suspendMerchant, ask)).to.include({ state: 'suspended' })
      expect(await officer.refusal(api.suspendMerchant, ask)).to.equal('wrong_state')
      const code = { params: { merchant }, body: { tillName: 'x', acceptsAhead: false } }
      expect(await officer.refusal(api.issueTillCode, code)).to.equal('wrong_state')
      const { places } = await town.anyone().call(api.getDirectory)
      expect(places.map(({ merchant: id }) => id)).not.to.include(merchant)
      await settle()
      const events = await town.deps.db
        .selectFrom('chain_logs')
        .select('args')
        .where('event', '=', 'MerchantSuspended')
        .execute()
      expect(events).to.have.length(1)
    })

    it('is not stopped before it is approved', async () => {
      const body = newMerchant()
      await officer.call(api.proposeMerchant, { body })
      const ask = { params: { merchant: body.id }, body: { reason: 'because' } }
      expect(await officer.refusal(api.suspendMerchant, ask)).to.equal('wrong_state')
    })

    describe('Till', () => {
      const till = { tillName: 'Kassa 1', acceptsAhead: true }

      async function join(code: string, account = privateKeyToAccount(generatePrivateKey())) {
        const device = town.anyone()
        const body = { ...(await device.signed(account, town.deps.chain.chainId)), code }
        return { device, account, sent: await device.ask(joinTill, { body }) }
      }

      it('joins once with a code, within a day', async () => {
        const params = { merchant: await approved() }
        const { code } = await officer.call(api.issueTillCode, { params, body: till })
        expect((await join(code)).sent.status).to.equal(201)
        expect((await join(code)).sent.json.refusal).to.equal('code_not_valid')
        const late = await officer.call(api.issueTillCode, { params, body: till })
        town.clock.advance(day)
        expect((await join(late.code)).sent.json.refusal).to.equal('code_not_valid')
        officer = await town.as('officer')
        finance = await town.as('finance')
      })

      it('is no device that is a till already; the code stays good', async () => {
        const params = { merchant: await approved() }
        const { code } = await officer.call(api.issueTillCode, { params, body: till })
        const { account } = await join(code)
        const { code: second } = await officer.call(api.issueTillCode, { params, body: till })
        expect((await join(second, account)).sent.json.refusal).to.equal('already_exists')
        expect((await join(second)).sent.status).to.equal(201)
      })

      it('signs in again with its key, until it is stopped', async () => {
        const merchant = await approved()
        const { code } = await officer.call(api.issueTillCode, { params: { merchant }, body: till })
        const { device, account, sent } = await join(code)
        expect(sent.json).to.include({ actor: 'till', merchant, name: 'Kassa 1', organisation: 'town' })
        const { places } = await device.call(api.getDirectory)
        expect(places.find((place) => place.merchant === merchant)?.tills).to.deep.equal([
          { till: sent.json.till, name: 'Kassa 1', acceptsAhead: true },
        ])

        const body = await device.signed(account, town.deps.chain.chainId)
        expect((await device.call(signInTill, { body })).till).to.equal(sent.json.till)
        await town.deps.db.updateTable('tills').set({ state: 'stopped' }).where('id', '=', sent.json.till).execute()
        const again = await device.signed(account, town.deps.chain.chainId)
        expect(await device.refusal(signInTill, { body: again })).to.equal('till_stopped')
        expect(await device.refusal(getDay, { query: { day: '2026-11-10' } })).to.equal('not_signed_in')
      })
    })
  })

  it('shows everyone the same directory, with the facts a phone signs with', async () => {
    const [one, other] = [await town.anyone().call(api.getDirectory), await officer.call(api.getDirectory)]
    expect(one).to.deep.equal(other)
    const { chainId, vouchers, acceptorAddress, genesis } = town.deps.chain
    expect(one.chain).to.include({ chainId, genesis })
    expect([one.chain.vouchers, one.chain.acceptor]).to.deep.equal([
      vouchers.toLowerCase(),
      acceptorAddress.toLowerCase(),
    ])
    expect(JSON.stringify(one, (_, value) => (typeof value === 'bigint' ? String(value) : value))).not.to.match(
      /FI\d{16}/,
    )
  })
})

describe('Account numbers', () => {
  const ibans: [typed: string, read: string | null][] = [
    ['FI21 1234 5600 0007 85', 'FI2112345600000785'],
    ['fi2112345600000785', 'FI2112345600000785'],
    ['SE45 5000 0000 0583 9825 7466', 'SE4550000000058398257466'],
    ['FI2112345600000786', null],
    ['FI211234560000078', null],
    ['BR1500000000000010932840814P2', null],
    ['', null],
  ]
  for (const [typed, read] of ibans) {
    it(`${JSON.stringify(typed)} is ${read ?? 'none'}`, () => expect(readIban(typed)).to.equal(read))
  }

  const businessIds: [typed: string, read: string | null][] = [
    [' 0737546-2 ', '0737546-2'],
    ['0737546-3', null],
    ['07375462', null],
    ['', null],
  ]
  for (const [typed, read] of businessIds) {
    it(`${JSON.stringify(typed)} is ${read ?? 'no business id'}`, () => expect(readBusinessId(typed)).to.equal(read))
  }

  it('give each merchant a reference of its own that passes both checks', () => {
    const references = [1, 2, 10, 999, 2_000_000_000].map(bankReferenceOf)
    for (const reference of references)
      expect(FinnishBankUtils.isValidFinnishRefNumber(reference), reference).to.equal(true)
    expect(new Set(references).size).to.equal(references.length)
    for (const reference of references) expect(reference).to.match(/^RF\d{2}\d{4,21}$/)
  })
})
