import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import { toHex } from 'viem'
import type { Endpoint } from '../../../protocol/api/endpoint.ts'
import * as grants from '../../../protocol/api/grants.ts'
import * as till from '../../../protocol/api/till.ts'
import * as wallet from '../../../protocol/api/wallet.ts'
import { awaitCharge } from '../../../server/acceptances/charges.ts'
import { openNews } from '../../../server/db/news.ts'
import { cookieOf, startSession } from '../../../server/http/sessions.ts'
import { faultsInBooks } from '../../support/books.ts'
import { Caller } from '../../support/caller.ts'
import { addProgramme, addShop, addTill, day, type Shop, type Town } from '../../support/money.ts'
import { type TestServer, testServer } from '../../support/server.ts'
import { addYouth, type Youth } from '../../support/youth.ts'

describe('Paying over HTTP', function () {
  this.timeout(120_000)
  let server: TestServer
  let town: Town
  let shop: Shop
  let youth: Youth
  let phone: Caller
  let counter: Caller
  before(async () => {
    server = await testServer()
    const clock = {
      get now() {
        return server.deps.now()
      },
      advance: server.clock.advance,
    }
    town = { deps: server.deps, clock, isPostgres: server.database.engine === 'postgres', close: server.close }
    shop = await addShop(town, { acceptsAhead: true })
    youth = await addYouth(town, 10)
    await youth.grant(await addProgramme(town), 2000n)
    phone = await signedIn('wallet', youth.walletId)
    counter = await signedIn('till', String(shop.tillId))
  })
  after(() => server.close())

  async function signedIn(actor: 'wallet' | 'till', actorId: string): Promise<Caller> {
    const { token } = await startSession(server.deps.db, server.deps.now(), { actor, actorId, organisation: 'town' })
    return new Caller(server.origin, { [cookieOf[actor]]: token })
  }

  async function offered(priceCents: bigint) {
    const charge = await shop.charge(priceCents)
    const notes = (await youth.notes()).slice(0, 1)
    const offer = await youth.sign(shop.merchantId, charge.nonce, notes, { agreedCents: priceCents })
    return { charge, offer }
  }

  it('shows a wallet what it holds and nothing of why', async () => {
    const seen = await phone.call(wallet.getWallet)
    expect(seen.vouchers).to.have.length(1)
    expect(Object.keys(seen.vouchers[0]!)).to.have.members(
      'id label purposes kind validUntil grantedCents leftCents notes'.split(' '),
    )
    expect(seen.stock.left + seen.vouchers[0]!.notes.length).to.equal(10)
    expect(seen.stock.next).to.equal(10)
  })

  it('takes stock once, in order', async () => {
    const addresses = [toHex(randomBytes(20)), toHex(randomBytes(20))]
    const first = await phone.call(wallet.uploadStock, { body: { from: 10, addresses } })
    expect(first.next).to.equal(12)
    expect(await phone.call(wallet.uploadStock, { body: { from: 10, addresses } })).to.deep.equal(first)
    expect(await phone.refusal(wallet.uploadStock, { body: { from: 20, addresses } })).to.equal('wrong_state')
    const moved = { from: 11, addresses }
    expect(await phone.refusal(wallet.uploadStock, { body: moved })).to.equal('address_already_used')
  })

  it('goes from an open charge to green on both sides, and back by an undo', async () => {
    const asked = await offered(300n)
    expect((await counter.call(till.openCharge, { body: asked.charge })).state).to.equal('open')
    const { receipt } = await phone.call(wallet.payFromWallet, { body: asked })
    const seen = await counter.call(till.getCharge, { params: { nonce: asked.charge.nonce } })
    expect(seen.state).to.equal('paid')
    expect(seen.payment?.receipt).to.deep.equal(receipt)
    expect((await counter.call(till.payAtTill, { body: asked })).receipt).to.deep.equal(receipt)
    const undone = await counter.call(till.undoPayment, { params: { payment: receipt.payment }, body: {} })
    expect(undone.state).to.equal('undone')
    const { payments, vouchers } = await phone.call(wallet.getWallet)
    expect(payments.map(({ state }) => state)).to.deep.equal(['undone'])
    expect(vouchers[0]!.leftCents).to.equal(2000n)
  })

  it('gives up, cancels, pays ahead, refunds and sums its day', async () => {
    const given = await offered(100n)
    const dropped = { nonce: given.charge.nonce, offer: given.offer }
    expect(await phone.call(wallet.giveUp, { body: dropped })).to.deep.equal({ state: 'cancelled' })
    expect(await counter.refusal(till.payAtTill, { body: given })).to.equal('charge_not_open')

    const cancelled = await offered(100n)
    await counter.call(till.cancelCharge, { params: { nonce: cancelled.charge.nonce }, body: {} })
    expect(await phone.refusal(wallet.payFromWallet, { body: cancelled })).to.equal('charge_not_open')

    const { offer } = await offered(200n)
    const ahead = await phone.call(wallet.payAhead, { body: { till: shop.tillId, priceCents: 200n, offer } })
    const { payment } = ahead.receipt
    expect((await counter.call(till.listAhead)).payments).to.have.length(1)
    const report = { used: [payment], unused: [] }
    expect((await counter.call(till.reportAhead, { body: report })).used).to.deep.equal([payment])
    server.clock.advance(day)
    const body = { id: toHex(randomBytes(16)), cents: 50n }
    expect((await counter.call(till.refundPayment, { params: { payment }, body })).refundedCents).to.equal(50n)
    const summed = await counter.call(till.getDay, { query: { day: '2026-11-10' } })
    expect(summed).to.include({ acceptedCents: 500n, undoneCents: 300n, refundedCents: 50n, totalCents: 150n })
    expect(await faultsInBooks(server.deps)).to.deep.equal([])
  })

  it('tells a till that waits when somebody has paid, and when the charge is cancelled', async () => {
    const wait = (nonce: string) => counter.call(till.getCharge, { params: { nonce }, query: { wait: 'yes' } })
    const asked = await offered(200n)
    const { nonce } = asked.charge
    await counter.call(till.openCharge, { body: asked.charge })
    const waits = wait(nonce)
    const { receipt } = await phone.call(wallet.payFromWallet, { body: asked })
    expect((await waits).payment?.receipt).to.deep.equal(receipt)
    expect((await wait(nonce)).state).to.equal('paid')
    await counter.call(till.undoPayment, { params: { payment: receipt.payment }, body: {} })

    const dropped = await shop.charge(100n)
    await counter.call(till.openCharge, { body: dropped })
    const ends = wait(dropped.nonce)
    await counter.call(till.cancelCharge, { params: { nonce: dropped.nonce }, body: {} })
    expect((await ends).state).to.equal('cancelled')
    const sister = await signedIn('till', String((await addTill(town, shop.merchantId)).tillId))
    expect(await sister.refusal(till.getCharge, { params: { nonce }, query: { wait: 'yes' } })).to.equal('not_found')
    expect(await sister.refusal(till.getCharge, { params: { nonce }, query: { wait: 'x' } })).to.equal('bad_request')
  })

  it('answers a till that waits as it is when the server ends', async () => {
    const charge = await shop.charge(100n)
    await counter.call(till.openCharge, { body: charge })
    const news = await openNews(server.database, server.deps.log)
    const waits = awaitCharge({ ...server.deps, news }, shop.who, charge.nonce, new EventEmitter())
    await news.close()
    expect((await waits).state).to.equal('open')
    await counter.call(till.cancelCharge, { params: { nonce: charge.nonce }, body: {} })
  })

  it('tells a till nothing of the youth, nor of another shop', async () => {
    const asked = await offered(100n)
    const sent = await counter.ask(till.payAtTill, { body: asked })
    expect(sent.status).to.equal(201)
    const { mailboxId, walletId } = youth
    for (const secret of [mailboxId, walletId, 'Food', 'label', 'change', 'holder', 'voucher']) {
      expect(sent.text).to.not.include(secret)
    }
    const other = await addShop(town)
    const elsewhere = await signedIn('till', String(other.tillId))
    const { payment } = sent.json.receipt
    expect(await elsewhere.refusal(till.undoPayment, { params: { payment }, body: {} })).to.equal('not_found')
    const refund = { params: { payment }, body: { id: toHex(randomBytes(16)), cents: 1n } }
    expect(await elsewhere.refusal(till.refundPayment, refund)).to.equal('not_found')
    const sister = await addTill(town, shop.merchantId)
    const { nonce } = asked.charge
    expect(
      await (await signedIn('till', String(sister.tillId))).refusal(till.getCharge, { params: { nonce } }),
    ).to.equal('not_found')
  })

  const everything: Record<string, Endpoint> = { ...pick(wallet), ...pick(till), ...pick(grants) }
  for (const [name, endpoint] of Object.entries(everything)) {
    it(`${name} answers only ${endpoint.actors.join(', ')}`, async () => {
      const callers: [actor: string, caller: Caller][] = [
        ['wallet', phone],
        ['till', counter],
        ['worker', await server.as('worker')],
        ['approver', await server.as('approver')],
        ['officer', await server.as('officer')],
        ['finance', await server.as('finance')],
        ['auditor', await server.as('auditor')],
        ['nobody', server.anyone()],
      ]
      const path = endpoint.path.replace(/:\w+/g, '00000000-0000-4000-8000-000000000000')
      for (const [actor, caller] of callers) {
        const isAllowed = endpoint.actors.some((one) => one === actor)
        const body = endpoint.method === 'post' ? { body: '{}', headers: { 'content-type': 'application/json' } } : {}
        const { status, json } = await caller.send(endpoint.method.toUpperCase(), path, body)
        if (isAllowed) expect([401, 403]).to.not.include(status)
        else expect(json.refusal).to.be.oneOf(['not_signed_in', 'not_allowed'])
        expect(status).to.be.lessThan(500)
      }
    })
  }
})

function pick(from: object): Record<string, Endpoint> {
  return Object.fromEntries(Object.entries(from).filter(([, one]) => typeof one === 'object' && one && 'actors' in one))
}
