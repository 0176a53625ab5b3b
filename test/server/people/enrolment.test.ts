import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { Address } from 'viem'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import * as api from '../../../protocol/api/people.ts'
import { getWallet } from '../../../protocol/api/wallet.ts'
import type { Caller } from '../../support/caller.ts'
import { hour, minute, type TestServer, testServer } from '../../support/server.ts'

const lower = (account: PrivateKeyAccount) => account.address.toLowerCase() as Address
const newAccount = () => privateKeyToAccount(generatePrivateKey())

describe('Enrolment', function () {
  this.timeout(60_000)
  let town: TestServer
  let worker: Caller

  before(async () => {
    town = await testServer()
    worker = await town.as('worker')
  })
  after(() => town.close())

  async function newCode(): Promise<{ caseId: string; code: string; expiresAt: Date }> {
    const caseId = randomUUID()
    const body = { id: caseId, pseudonym: caseId, ageBand: '15_17', municipality: '240', language: 'fi' } as const
    await worker.call(api.openCase, { body })
    return { caseId, ...(await worker.call(api.issueCode, { params: { case: caseId }, body: {} })) }
  }

  async function enrol(code: string, account = newAccount(), stock: Address[] = []) {
    const phone = town.anyone()
    const signed = await phone.signed(account, town.deps.chain.chainId)
    const sent = await phone.ask(api.enrolWallet, { body: { ...signed, code, stock } })
    return { phone, account, sent, refusal: sent.json?.refusal as string | undefined }
  }

  it('refuses a code that was never given, in whatever form', async () => {
    for (const code of ['0000-0000-0000-0000', 'UUUUUUUUUUUUUUUU', 'not a code', '12345678']) {
      expect((await enrol(code)).refusal, code).to.equal('code_not_valid')
    }
  })

  it('refuses a second use of a code', async () => {
    const { code } = await newCode()
    expect((await enrol(code)).sent.status).to.equal(201)
    expect((await enrol(code)).refusal).to.equal('code_not_valid')
  })

  it('leaves no moment that would join the phone to who opened which case when', async () => {
    const { caseId, code } = await newCode()
    const first = await enrol(code)
    const newer = await worker.call(api.issueCode, { params: { case: caseId }, body: {} })
    const second = await enrol(newer.code)
    await second.phone.call(api.signOut, { body: { actor: 'wallet' } })
    expect(await first.phone.refusal(getWallet)).to.equal('not_signed_in')
    const sessions = await town.deps.db
      .selectFrom('sessions')
      .select(['created_at', 'expires_at', 'revoked_at'])
      .where('actor', '=', 'wallet')
      .execute()
    const moments = sessions.flatMap((session) => Object.values(session)).filter((moment) => moment !== null)
    expect(moments.length).to.be.greaterThan(5)
    expect(moments.filter((moment) => moment.getTime() % (24 * hour) !== 0)).to.deep.equal([])
  })

  it('lets only one of two phones that use a code at once have it', async () => {
    const { code } = await newCode()
    const both = await Promise.all([enrol(code), enrol(code)])
    expect(both.map(({ sent }) => sent.status).sort()).to.deep.equal([201, 403])
  })

  it('refuses the code before when a newer one was given', async () => {
    const { caseId, code } = await newCode()
    const { code: newer } = await worker.call(api.issueCode, { params: { case: caseId }, body: {} })
    expect((await enrol(code)).refusal).to.equal('code_not_valid')
    expect((await enrol(newer)).sent.status).to.equal(201)
  })

  it('ends a code at a full hour, between one and two hours on', async () => {
    const { code, expiresAt } = await newCode()
    const lasts = expiresAt.getTime() - town.deps.now().getTime()
    expect(expiresAt.getTime() % hour).to.equal(0)
    expect(lasts).to.be.within(hour, 2 * hour)
    town.clock.set(expiresAt)
    expect((await enrol(code)).refusal).to.equal('code_not_valid')
    worker = await town.as('worker')
  })

  it('leaves a code usable when the addresses were used before', async () => {
    const { code } = await newCode()
    const [used, fresh] = [lower(newAccount()), lower(newAccount())]
    expect((await enrol((await newCode()).code, newAccount(), [used])).sent.status).to.equal(201)
    expect((await enrol(code, newAccount(), [fresh, used])).refusal).to.equal('address_already_used')
    expect((await enrol(code, newAccount(), [fresh, fresh])).refusal).to.equal('address_already_used')
    expect((await enrol(code, newAccount(), [fresh])).sent.status).to.equal(201)
  })

  it('refuses a key that another wallet signs in with', async () => {
    const account = newAccount()
    await enrol((await newCode()).code, account)
    expect((await enrol((await newCode()).code, account)).refusal).to.equal('address_already_used')
  })

  it('reads a code as people type it', async () => {
    const { code } = await newCode()
    const typed = ` ${code.replaceAll('-', ' ').toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l')} `
    expect((await enrol(typed)).sent.status).to.equal(201)
  })

  it('makes a phone a wallet, with its stock in the order of its keys', async () => {
    const { caseId, code } = await newCode()
    const stock = [newAccount(), newAccount(), newAccount()].map(lower)
    const { phone, account, sent } = await enrol(code, newAccount(), stock)
    expect(sent.json).to.include({ actor: 'wallet', organisation: 'town', name: null, till: null })
    expect((await phone.call(getWallet)).stock).to.deep.equal({ left: 3, next: 3 })

    const { cases } = await worker.call(api.listCases)
    expect(cases.find(({ id }) => id === caseId)?.hasWallet).to.equal(true)
    const later = town.anyone()
    const body = await later.signed(account, town.deps.chain.chainId)
    expect(await later.call(api.signInWallet, { body })).to.include({ actor: 'wallet' })
  })

  it('ends an older phone at once: its session and its sign-in', async () => {
    const { caseId, code } = await newCode()
    const old = await enrol(code)
    const { code: again } = await worker.call(api.issueCode, { params: { case: caseId }, body: {} })
    expect((await old.phone.ask(getWallet)).status).to.equal(200)
    const fresh = await enrol(again)

    expect(await old.phone.refusal(getWallet)).to.equal('not_signed_in')
    const body = await old.phone.signed(old.account, town.deps.chain.chainId)
    expect(await old.phone.refusal(api.signInWallet, { body })).to.equal('not_known')
    expect((await fresh.phone.ask(getWallet)).status).to.equal(200)
  })

  it('leaves no row that joins a case to its mailbox', async () => {
    const { caseId, code } = await newCode()
    await enrol(code)
    const row = await town.deps.db.selectFrom('cases').selectAll().where('id', '=', caseId).executeTakeFirstOrThrow()
    const mailboxes = await town.deps.db.selectFrom('mailboxes').select('id').execute()
    const clear = JSON.stringify({ ...row, sealed: row.sealed.toString('latin1') })
    for (const { id } of mailboxes) expect(clear).not.to.include(id)
    expect(
      await town.deps.db.selectFrom('enrolment_codes').selectAll().where('expires_at', '<', town.deps.now()).execute(),
    ).to.be.empty
  })

  it('refuses a sign-in of a key that never enrolled', async () => {
    const phone = town.anyone()
    const body = await phone.signed(newAccount(), town.deps.chain.chainId)
    expect(await phone.refusal(api.signInWallet, { body })).to.equal('not_known')
  })

  describe('Sign-in with Ethereum', () => {
    const wrong: [what: string, more: Record<string, unknown>][] = [
      ['another domain', { domain: 'evil.example' }],
      ['another uri', { uri: 'https://evil.example' }],
      ['another chain', { chainId: 1 }],
      ['another statement', { statement: 'Give everything away.' }],
      ['no statement', { statement: undefined }],
      ['an end in the past', { expirationTime: new Date('2020-01-01T00:00:00Z') }],
      ['a beginning in the future', { notBefore: new Date('2036-01-01T00:00:00Z') }],
    ]
    for (const [what, more] of wrong) {
      it(`refuses ${what}`, async () => {
        const phone = town.anyone()
        const body = await phone.signed(newAccount(), town.deps.chain.chainId, more)
        expect(await phone.refusal(api.signInWallet, { body })).to.equal('signature_not_valid')
      })
    }

    it('refuses the signature of another key', async () => {
      const phone = town.anyone()
      const { message } = await phone.signed(newAccount(), town.deps.chain.chainId)
      const signature = await newAccount().signMessage({ message })
      expect(await phone.refusal(api.signInWallet, { body: { message, signature } })).to.equal('signature_not_valid')
    })

    it('refuses bytes that are no signature', async () => {
      const phone = town.anyone()
      const { message } = await phone.signed(newAccount(), town.deps.chain.chainId)
      for (const byte of ['00', 'ff']) {
        const signature = `0x${byte.repeat(65)}` as const
        const refusal = await phone.refusal(api.signInWallet, { body: { message, signature } })
        expect(refusal).to.be.oneOf(['signature_not_valid', 'nonce_not_valid'])
      }
    })

    it('refuses text that is no message', async () => {
      const body = { message: 'x'.repeat(60), signature: `0x${'11'.repeat(65)}` as const }
      expect(await town.anyone().refusal(api.signInWallet, { body })).to.equal('signature_not_valid')
    })

    it('uses a nonce up, whatever came out', async () => {
      const phone = town.anyone()
      const body = await phone.signed(newAccount(), town.deps.chain.chainId)
      expect(await phone.refusal(api.signInWallet, { body })).to.equal('not_known')
      expect(await phone.refusal(api.signInWallet, { body })).to.equal('nonce_not_valid')
    })

    it('refuses a nonce of its own making, and one that is five minutes old', async () => {
      const phone = town.anyone()
      const made = await phone.signed(newAccount(), town.deps.chain.chainId, { nonce: 'a1b2c3d4e5f6a7b8' })
      expect(await phone.refusal(api.signInWallet, { body: made })).to.equal('nonce_not_valid')
      const old = await phone.signed(newAccount(), town.deps.chain.chainId)
      town.clock.advance(5 * minute)
      expect(await phone.refusal(api.signInWallet, { body: old })).to.equal('nonce_not_valid')
    })

    it('lets a programme signer in with a key of their own', async () => {
      const account = newAccount()
      const { who } = await town.as('finance')
      const signer = { signer_address: Buffer.from(account.address.slice(2), 'hex') }
      await town.deps.db.updateTable('staff').set(signer).where('id', '=', who.staffId).execute()
      const desk = town.anyone()
      const body = await desk.signed(account, town.deps.chain.chainId)
      expect(await desk.call(api.signInSigner, { body })).to.deep.include({ actor: 'staff', roles: ['finance'] })
    })
  })
})
