import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { type Hex, toHex } from 'viem'
import type { Refusal } from '../../../protocol/refusals.ts'
import { pay, payAhead } from '../../../server/acceptances/acceptances.ts'
import { reportAhead } from '../../../server/acceptances/ahead.ts'
import { cancelCharge } from '../../../server/acceptances/charges.ts'
import { refundPayment } from '../../../server/acceptances/refunds.ts'
import { giveUp, undoPayment } from '../../../server/acceptances/undo.ts'
import { fromHex } from '../../../server/db/bytes.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { addStock, giveHoldersToWaiting } from '../../../server/vouchers/addresses.ts'
import { expireDue, extendVoucher, revokeVoucher } from '../../../server/vouchers/vouchers.ts'
import { readWallet } from '../../../server/vouchers/walletView.ts'
import { faultsInBooks } from '../../support/books.ts'
import { id16, loseFor } from '../../support/counter.ts'
import { addProgramme, addShop, addTill, day, openTown, type Shop, type Town } from '../../support/money.ts'
import { refusalOf } from '../../support/refusals.ts'
import { addYouth, type HeldNote, type Youth } from '../../support/youth.ts'

/** On PGlite these run one after the other, in an order of its own; on PostgreSQL they truly meet. */
const rounds = 8

describe('At once', function () {
  this.timeout(120_000)
  let town: Town
  let shop: Shop
  let programme: number
  before(async () => {
    town = await openTown()
  })
  after(() => town.close())
  beforeEach(async () => {
    town.clock.now = new Date('2026-11-10T10:00:00Z')
    shop = await addShop(town, { acceptsAhead: true })
    programme = await addProgramme(town)
  })
  afterEach(async () => expect(await faultsInBooks(town.deps)).to.deep.equal([]))

  async function holder(amountCents = 5000n, stock = 60): Promise<Youth> {
    const youth = await addYouth(town, stock)
    await youth.grant(programme, amountCents)
    return youth
  }
  async function offered(youth: Youth, priceCents: bigint, notes?: HeldNote[], at = shop) {
    const charge = await at.charge(priceCents)
    const used = notes ?? (await youth.notes()).slice(0, 1)
    return { charge, offer: await youth.sign(at.merchantId, charge.nonce, used, { agreedCents: priceCents }) }
  }
  const leftCents = async (youth: Youth) =>
    (await readWallet(town.deps, youth.who)).vouchers.reduce((sum, voucher) => sum + voucher.leftCents, 0n)
  const countOf = (words: (Refusal | null)[], word: Refusal | null) => words.filter((one) => one === word).length

  it('100 times the same spend is one acceptance and 100 times the same receipt', async () => {
    const youth = await holder()
    const asked = await offered(youth, 890n)
    const callers = [youth.who, shop.who]
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, time) => pay(town.deps, callers[time % 2]!, asked)),
    )
    expect(new Set(answers.map(({ receipt }) => receipt.signature)).size).to.equal(1)
    for (const answer of answers) expect(answer).to.deep.equal(answers[0])
    expect(await leftCents(youth)).to.equal(4110n)
  })

  it('one note at 50 tills of many shops is taken by exactly one', async () => {
    const youth = await holder()
    const notes = (await youth.notes()).slice(0, 1)
    const shops = await Promise.all(Array.from({ length: 50 }, () => addShop(town)))
    const asked = await Promise.all(shops.map((at) => offered(youth, 890n, notes, at)))
    const words = await Promise.all(asked.map((one, place) => refusalOf(pay(town.deps, shops[place]!.who, one))))
    expect(countOf(words, null)).to.equal(1)
    expect(countOf(words, 'already_used')).to.equal(49)
  })

  it('many offers for one charge pay it once', async () => {
    const charge = await shop.charge(100n)
    const youths = await Promise.all(Array.from({ length: 20 }, () => holder(1000n, 10)))
    const words = await Promise.all(
      youths.map(async (youth) => {
        const notes = (await youth.notes()).slice(0, 1)
        const offer = await youth.sign(shop.merchantId, charge.nonce, notes, { agreedCents: 100n })
        return await refusalOf(pay(town.deps, youth.who, { charge, offer }))
      }),
    )
    expect(countOf(words, null)).to.equal(1)
    expect(countOf(words, 'charge_not_open')).to.equal(19)
  })

  it('payments of three notes that share notes never take a part', async () => {
    for (let round = 0; round < rounds; round++) {
      const youth = await holder(5000n, 40)
      const notes = await youth.notes()
      const picks = [
        [0, 1, 2],
        [2, 1, 3],
        [3, 0, 4],
        [4, 3, 2],
      ].map((places) => places.map((place) => notes[place]!))
      const tills = await Promise.all(picks.map(() => addTill(town, shop.merchantId)))
      const prices = picks.map((pick) => pick[0]!.cents + pick[1]!.cents + 1n)
      const asked = await Promise.all(picks.map((pick, place) => offered(youth, prices[place]!, pick, tills[place]!)))
      const words = await Promise.all(asked.map((one, place) => refusalOf(pay(town.deps, tills[place]!.who, one))))
      const taken = prices.reduce((sum, price, place) => (words[place] === null ? sum + price : sum), 0n)
      expect(countOf(words, null)).to.equal(1)
      expect(await leftCents(youth)).to.equal(5000n - taken)
    }
  })

  it('the guarantee of a programme is never passed', async () => {
    programme = await addProgramme(town, { guarantee_cents: 1000n })
    const youths = await Promise.all(Array.from({ length: 40 }, () => holder(1000n, 10)))
    const tills = await Promise.all(youths.map(() => addTill(town, shop.merchantId)))
    const asked = await Promise.all(youths.map((youth, place) => offered(youth, 100n, undefined, tills[place]!)))
    const words = await Promise.all(asked.map((one, place) => refusalOf(pay(town.deps, tills[place]!.who, one))))
    expect(countOf(words, null)).to.equal(10)
    expect(countOf(words, 'guarantee_exhausted')).to.equal(30)
  })

  it('50 undos of one payment give it back once', async () => {
    const youth = await holder()
    const { receipt } = await pay(town.deps, youth.who, await offered(youth, 890n))
    const undone = await Promise.all(
      Array.from({ length: 50 }, () => undoPayment(town.deps, shop.who, receipt.payment)),
    )
    for (const answer of undone) expect(answer).to.deep.equal(undone[0])
    expect(await leftCents(youth)).to.equal(5000n)
  })

  it('an undo and a payment from its change both stand', async () => {
    for (let round = 0; round < rounds; round++) {
      const youth = await holder(1000n, 40)
      const before = new Set((await youth.notes()).map((note) => note.id))
      const { receipt } = await pay(town.deps, youth.who, await offered(youth, 100n))
      const change = (await youth.notes()).filter((note) => !before.has(note.id))
      const next = await offered(youth, 50n, change.slice(0, 1))
      const [, spent] = await Promise.all([
        undoPayment(town.deps, shop.who, receipt.payment),
        refusalOf(pay(town.deps, youth.who, next)),
      ])
      expect(spent).to.equal(null)
      expect(await leftCents(youth)).to.equal(950n)
    }
  })

  it('one refund asked 50 times is given once, and many never pass the price', async () => {
    const youth = await holder()
    const [first, second] = [await offered(youth, 700n), await offered(youth, 700n, (await youth.notes()).slice(1, 2))]
    const payments: Hex[] = []
    for (const asked of [first, second]) payments.push((await pay(town.deps, youth.who, asked)).receipt.payment)
    town.clock.advance(day)
    const id = id16()
    await Promise.all(
      Array.from({ length: 50 }, () => refundPayment(town.deps, shop.who, payments[0]!, { id, cents: 300n })),
    )
    const words = await Promise.all(
      Array.from({ length: 50 }, () =>
        refusalOf(refundPayment(town.deps, shop.who, payments[1]!, { id: id16(), cents: 300n })),
      ),
    )
    expect(countOf(words, null)).to.equal(2)
    expect(countOf(words, 'refund_exceeds_payment')).to.equal(48)
    expect(await leftCents(youth)).to.equal(5000n - 1400n + 900n)
  })

  it('an undo and the evening post: one of them has the payment', async () => {
    for (let round = 0; round < rounds; round++) {
      const youth = await holder(1000n, 40)
      const { receipt } = await pay(town.deps, youth.who, await offered(youth, 100n))
      const [posted, word] = await Promise.all([
        post(receipt.payment),
        refusalOf(undoPayment(town.deps, shop.who, receipt.payment)),
      ])
      expect([posted, word]).to.deep.oneOf([
        [true, 'undo_window_closed'],
        [false, null],
      ])
    }
  })

  /** What the evening post does first: notes are held, then acceptances that are still accepted become posted. */
  function post(payment: Hex): Promise<boolean> {
    return inTransaction(town.deps.db, async (tx) => {
      const of = tx.selectFrom('acceptances').select('note_id').where('payment_id', '=', fromHex(payment))
      await tx.selectFrom('notes').select('id').where('id', 'in', of).orderBy('id').forUpdate().execute()
      const rows = await tx
        .updateTable('acceptances')
        .set({ state: 'posted' })
        .where('payment_id', '=', fromHex(payment))
        .where('state', '=', 'accepted')
        .returning('note_id')
        .execute()
      for (const { note_id } of rows) {
        await tx.updateTable('notes').set({ state: 'posted' }).where('id', '=', note_id).execute()
      }
      return rows.length > 0
    })
  }

  it('giving up and being accepted: one of them has it', async () => {
    for (let round = 0; round < rounds; round++) {
      const youth = await holder(1000n, 40)
      const asked = await offered(youth, 100n)
      const [{ state }, word] = await Promise.all([
        giveUp(town.deps, youth.who, asked.charge.nonce, asked.offer),
        refusalOf(pay(town.deps, shop.who, asked)),
      ])
      expect([state, word]).to.deep.oneOf([
        ['cancelled', 'charge_not_open'],
        ['paid', null],
      ])
      expect(await leftCents(youth)).to.equal(state === 'paid' ? 900n : 1000n)
    }
  })

  it('a till’s cancel and a phone’s payment leave nothing paid', async () => {
    for (let round = 0; round < rounds; round++) {
      const youth = await holder(1000n, 40)
      const asked = await offered(youth, 100n)
      const [{ state }, word] = await Promise.all([
        cancelCharge(town.deps, shop.who, asked.charge.nonce),
        refusalOf(pay(town.deps, youth.who, asked)),
      ])
      expect([state, word]).to.deep.oneOf([
        ['cancelled', 'charge_not_open'],
        ['undone', null],
      ])
      expect(await leftCents(youth)).to.equal(1000n)
    }
  })

  it('a lost phone and a payment from it: paid, or nothing is', async () => {
    for (let round = 0; round < rounds; round++) {
      const youth = await holder(1000n, 40)
      const asked = await offered(youth, 100n)
      const [, word] = await Promise.all([loseFor(town, youth), refusalOf(pay(town.deps, shop.who, asked))])
      expect(word).to.be.oneOf([null, 'already_used'])
      expect(await leftCents(youth)).to.equal(word === null ? 900n : 1000n)
      expect(await refusalOf(pay(town.deps, shop.who, await offeredAgain(asked)))).to.equal('already_used')
    }
  })

  /** The same signed notes under a charge of another nonce cannot be: here the till only asks once more, dearer. */
  async function offeredAgain(asked: Awaited<ReturnType<typeof offered>>) {
    return { ...asked, charge: await shop.charge(99n, { nonce: asked.charge.nonce }) }
  }

  it('revoking, extending, expiring and paying one voucher keep every cent', async () => {
    for (let round = 0; round < rounds; round++) {
      const youth = await addYouth(town, 40)
      const voucher = await youth.grant(programme, 2000n, 10)
      const asked = await offered(youth, 100n)
      const later = new Date(town.clock.now.getTime() + 20 * day)
      const run = (work: Parameters<typeof inTransaction<unknown>>[1]) => refusalOf(inTransaction(town.deps.db, work))
      await Promise.all([
        run((tx) => revokeVoucher(tx, town.deps, voucher)),
        run((tx) => extendVoucher(tx, town.deps, { voucherId: voucher, validUntil: later })),
        run((tx) => expireDue(tx, town.deps)),
        refusalOf(pay(town.deps, shop.who, asked)),
        loseFor(town, youth),
      ])
      expect(await youth.notes()).to.deep.equal([])
    }
  })

  it('reports of one receipt paid ahead as used and as unused: one of them stands', async () => {
    for (let round = 0; round < rounds; round++) {
      const youth = await holder(1000n, 40)
      const notes = (await youth.notes()).slice(0, 1)
      const offer = await youth.sign(shop.merchantId, toHex(randomBytes(8)), notes, { agreedCents: 100n })
      const asked = { till: shop.tillId, priceCents: 100n, offer }
      const { payment } = (await payAhead(town.deps, youth.who, asked)).receipt
      const [used, unused] = await Promise.all([
        reportAhead(town.deps, shop.who, { used: [payment], unused: [] }),
        reportAhead(town.deps, shop.who, { used: [], unused: [payment] }),
      ])
      expect(used.used.length + unused.unused.length).to.equal(1)
      expect(used.refused.length + unused.refused.length).to.equal(1)
      expect(await leftCents(youth)).to.equal(used.used.length === 1 ? 900n : 1000n)
    }
  })

  it('uploads of stock and change that waits give every note one holder', async () => {
    const youth = await holder(5000n, 0)
    const addresses = Array.from({ length: 8 }, () => toHex(randomBytes(20)))
    await Promise.all(
      Array.from({ length: 5 }, () =>
        inTransaction(town.deps.db, async (tx) => {
          await tx.selectFrom('mailboxes').select('id').where('id', '=', youth.mailboxId).forUpdate().execute()
          await addStock(tx, youth.walletId, 0, addresses)
          await giveHoldersToWaiting(tx, youth.mailboxId)
        }),
      ),
    )
    const holders = (await youth.notes()).map((note) => note.holder)
    expect(holders).to.not.include(null)
    expect(new Set(holders).size).to.equal(5)
  })
})
