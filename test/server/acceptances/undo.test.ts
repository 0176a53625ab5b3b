import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { type Hex, toHex } from 'viem'
import { pay, payAhead } from '../../../server/acceptances/acceptances.ts'
import { listAhead, reportAhead } from '../../../server/acceptances/ahead.ts'
import { cancelCharge, openCharge, readCharge } from '../../../server/acceptances/charges.ts'
import { readDay } from '../../../server/acceptances/day.ts'
import { readTillPayment } from '../../../server/acceptances/payments.store.ts'
import { refundPayment } from '../../../server/acceptances/refunds.ts'
import { giveUp, undoPayment } from '../../../server/acceptances/undo.ts'
import { fromHex } from '../../../server/db/bytes.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { expireDue, revokeVoucher } from '../../../server/vouchers/vouchers.ts'
import { readWallet } from '../../../server/vouchers/walletView.ts'
import { faultsInBooks } from '../../support/books.ts'
import { addProgramme, addShop, addTill, day, minute, openTown, type Shop, type Town } from '../../support/money.ts'
import { refusalOf } from '../../support/refusals.ts'
import { putOnSheet } from '../../support/sheets.ts'
import { addYouth, type Youth } from '../../support/youth.ts'

const id16 = () => toHex(randomBytes(16))

describe('What was accepted', function () {
  this.timeout(60_000)
  let town: Town
  let shop: Shop
  let youth: Youth
  let voucher: string
  before(async () => {
    town = await openTown()
  })
  after(() => town.close())
  beforeEach(async () => {
    town.clock.now = new Date('2026-11-10T10:00:00Z')
    shop = await addShop(town, { acceptsAhead: true })
    youth = await addYouth(town)
    voucher = await youth.grant(await addProgramme(town), 5000n)
  })
  afterEach(async () => expect(await faultsInBooks(town.deps)).to.deep.equal([]))

  async function offered(priceCents: bigint, count = 1) {
    const charge = await shop.charge(priceCents)
    return { charge, offer: await youth.sign(shop.merchantId, charge.nonce, (await youth.notes()).slice(0, count)) }
  }
  const bought = async (priceCents: bigint, count = 1) =>
    (await pay(town.deps, youth.who, await offered(priceCents, count))).receipt
  const leftCents = async () => (await readWallet(town.deps, youth.who)).vouchers[0]!.leftCents

  describe('by an undo', () => {
    it('is refused to another shop', async () => {
      const { payment } = await bought(890n)
      const other = await addShop(town)
      expect(await refusalOf(undoPayment(town.deps, other.who, payment))).to.equal('not_found')
      expect(await refusalOf(undoPayment(town.deps, shop.who, id16()))).to.equal('not_found')
    })

    it('is refused after 04:00 the next day', async () => {
      const { payment } = await bought(890n)
      town.clock.advance(day)
      expect(await refusalOf(undoPayment(town.deps, shop.who, payment))).to.equal('undo_window_closed')
    })

    it('comes back whole, beside the change that stands, and once', async () => {
      const { payment } = await bought(890n)
      const before = await youth.notes()
      const undone = await undoPayment(town.deps, shop.who, payment)
      expect(undone.state).to.equal('undone')
      expect(await leftCents()).to.equal(5000n)
      const after = await youth.notes()
      expect(after.map((note) => note.id)).to.include.members(before.map((note) => note.id))
      expect(await undoPayment(town.deps, shop.who, payment)).to.deep.equal(undone)
      expect(await leftCents()).to.equal(5000n)
    })

    it('comes back although its change has been spent', async () => {
      const before = await youth.notes()
      const first = await bought(890n)
      const change = (await youth.notes()).filter((note) => !before.some(({ id }) => id === note.id)).slice(0, 1)
      const spent = change[0]!.cents
      const charge = await shop.charge(spent)
      await pay(town.deps, youth.who, { charge, offer: await youth.sign(shop.merchantId, charge.nonce, change) })
      await undoPayment(town.deps, shop.who, first.payment)
      expect(await leftCents()).to.equal(5000n - spent)
    })

    it('asks the chain to block a note that has a leaf, and no other', async () => {
      const { db } = town.deps
      const [note] = await youth.notes()
      await putOnSheet(town, note!.id, 'final')
      const { payment } = await bought(note!.cents + 100n, 2)
      await undoPayment(town.deps, shop.who, payment)
      const rows = await db
        .selectFrom('acceptances')
        .select(['note_id', 'revoke_state'])
        .where('payment_id', '=', fromHex(payment))
        .execute()
      const wanted = rows.map((row) => [toHex(row.note_id) === note!.id, row.revoke_state])
      expect(wanted).to.have.deep.members([
        [true, 'wanted'],
        [false, null],
      ])
    })

    it('frees the guarantee again', async () => {
      const small = await addProgramme(town, { guarantee_cents: 1000n })
      youth = await addYouth(town)
      await youth.grant(small, 5000n)
      const { payment } = await bought(1000n, 3)
      expect(await refusalOf(bought(1n))).to.equal('guarantee_exhausted')
      await undoPayment(town.deps, shop.who, payment)
      await bought(1000n, 3)
    })

    it('does not revive a revoked voucher: what comes back ends', async () => {
      const { payment } = await bought(890n)
      await inTransaction(town.deps.db, (tx) => revokeVoucher(tx, town.deps, voucher))
      town.clock.advance(1)
      await undoPayment(town.deps, shop.who, payment)
      expect(await leftCents()).to.equal(0n)
      expect(await youth.notes()).to.deep.equal([])
    })
  })

  describe('by a refund', () => {
    const refund = (payment: Hex, cents: bigint, id = id16()) =>
      refundPayment(town.deps, shop.who, payment, { id, cents })

    it('is refused while it can be undone, to another shop, and when it was undone', async () => {
      const { payment } = await bought(890n)
      expect(await refusalOf(refund(payment, 100n))).to.equal('wrong_state')
      const other = await addShop(town)
      expect(await refusalOf(refundPayment(town.deps, other.who, payment, { id: id16(), cents: 1n }))).to.equal(
        'not_found',
      )
      await undoPayment(town.deps, shop.who, payment)
      town.clock.advance(day)
      expect(await refusalOf(refund(payment, 100n))).to.equal('wrong_state')
    })

    it('is refused beyond the price, over all refunds together', async () => {
      const { payment } = await bought(890n)
      town.clock.advance(day)
      expect(await refusalOf(refund(payment, 891n))).to.equal('refund_exceeds_payment')
      await refund(payment, 500n)
      expect(await refusalOf(refund(payment, 391n))).to.equal('refund_exceeds_payment')
      expect((await refund(payment, 390n)).refundedCents).to.equal(890n)
      expect(await leftCents()).to.equal(5000n)
    })

    it('is given once for one request, and refused for the same request with another content', async () => {
      const { payment } = await bought(890n)
      const other = await bought(500n)
      town.clock.advance(day)
      const id = id16()
      const first = await refund(payment, 300n, id)
      expect(await refund(payment, 300n, id)).to.deep.equal(first)
      expect(await refusalOf(refund(payment, 301n, id))).to.equal('already_exists')
      expect(await refusalOf(refund(other.payment, 300n, id))).to.equal('already_exists')
    })

    it('goes over the notes of a payment, each with a random id of its own on chain', async () => {
      const [first, second] = await youth.notes()
      const { payment } = await bought(first!.cents + second!.cents + 100n, 3)
      town.clock.advance(day)
      const id = id16()
      await refund(payment, first!.cents + 50n, id)
      const rows = await town.deps.db.selectFrom('refunds').selectAll().where('request_id', '=', fromHex(id)).execute()
      expect(rows.map((row) => row.cents)).to.have.members([first!.cents, 50n])
      expect(rows.map((row) => toHex(row.id))).to.not.include(id)
      expect(await leftCents()).to.equal(5000n - second!.cents - 50n)
    })

    it('is no new value, and cannot be undone any more', async () => {
      const { payment } = await bought(890n)
      town.clock.advance(day)
      await refund(payment, 890n)
      const fresh = await town.deps.db
        .selectFrom('notes')
        .select('is_new_value')
        .where('origin', '=', 'refund')
        .execute()
      expect(fresh.every((note) => !note.is_new_value)).to.equal(true)
      expect(await refusalOf(undoPayment(town.deps, shop.who, payment))).to.equal('undo_window_closed')
    })

    it('to an ended voucher ends at the next reading', async () => {
      const { payment } = await bought(890n)
      town.clock.advance(40 * day)
      await refund(payment, 890n)
      await inTransaction(town.deps.db, (tx) => expireDue(tx, town.deps))
      expect(await youth.notes()).to.deep.equal([])
    })
  })

  describe('by a charge', () => {
    it('is opened once, only by its own till, and read by it alone', async () => {
      const charge = await shop.charge(890n)
      const other = await addTill(town, shop.merchantId)
      expect(await refusalOf(openCharge(town.deps, other.who, charge))).to.equal('signature_not_valid')
      const opened = await openCharge(town.deps, shop.who, charge)
      expect(opened.state).to.equal('open')
      town.clock.advance(minute)
      expect(await openCharge(town.deps, shop.who, charge)).to.deep.equal(opened)
      const dearer = await shop.charge(900n, { nonce: charge.nonce })
      expect(await refusalOf(openCharge(town.deps, shop.who, dearer))).to.equal('already_exists')
      expect(await refusalOf(readCharge(town.deps, other.who, charge.nonce))).to.equal('not_found')
      expect((await readCharge(town.deps, shop.who, charge.nonce)).payment).to.equal(null)
    })

    it('is dead once cancelled, even one that the server had not heard of', async () => {
      const unheard = await offered(890n)
      expect(await cancelCharge(town.deps, shop.who, unheard.charge.nonce)).to.deep.equal({ state: 'cancelled' })
      expect(await refusalOf(pay(town.deps, youth.who, unheard))).to.equal('charge_not_open')
      const heard = await offered(890n)
      await openCharge(town.deps, shop.who, heard.charge)
      await cancelCharge(town.deps, shop.who, heard.charge.nonce)
      expect(await refusalOf(pay(town.deps, shop.who, heard))).to.equal('charge_not_open')
      const other = await addTill(town, shop.merchantId)
      expect(await refusalOf(cancelCharge(town.deps, other.who, heard.charge.nonce))).to.equal('not_found')
    })

    it('undoes its acceptance when it is cancelled, within the window', async () => {
      const asked = await offered(890n)
      await pay(town.deps, youth.who, asked)
      expect(await cancelCharge(town.deps, shop.who, asked.charge.nonce)).to.deep.equal({ state: 'undone' })
      expect(await cancelCharge(town.deps, shop.who, asked.charge.nonce)).to.deep.equal({ state: 'undone' })
      expect(await leftCents()).to.equal(5000n)
      const late = await offered(500n)
      await pay(town.deps, youth.who, late)
      town.clock.advance(day)
      expect(await refusalOf(cancelCharge(town.deps, shop.who, late.charge.nonce))).to.equal('undo_window_closed')
      expect((await readCharge(town.deps, shop.who, late.charge.nonce)).state).to.equal('paid')
    })
  })

  describe('by giving up', () => {
    it('is refused without the holder’s signature, and for another youth', async () => {
      const { charge, offer } = await offered(890n)
      const changed = { ...offer, notes: offer.notes.map((note) => ({ ...note, mostCents: note.mostCents - 1n })) }
      expect(await refusalOf(giveUp(town.deps, youth.who, charge.nonce, changed))).to.equal('signature_not_valid')
      const stranger = await addYouth(town)
      expect(await refusalOf(giveUp(town.deps, stranger.who, charge.nonce, offer))).to.equal('unknown_note')
      expect(await refusalOf(giveUp(town.deps, youth.who, '0x0000000000000000', offer))).to.equal('bad_request')
    })

    it('kills what was signed and leaves the notes usable', async () => {
      const asked = await offered(890n)
      for (let times = 0; times < 2; times++) {
        const answer = await giveUp(town.deps, youth.who, asked.charge.nonce, asked.offer)
        expect(answer).to.deep.equal({ state: 'cancelled' })
      }
      expect(await refusalOf(pay(town.deps, shop.who, asked))).to.equal('charge_not_open')
      await bought(890n)
    })

    it('takes nothing from a shop that may have shown green', async () => {
      const asked = await offered(890n)
      const { receipt } = await pay(town.deps, youth.who, asked)
      expect(await giveUp(town.deps, youth.who, asked.charge.nonce, asked.offer)).to.deep.equal({ state: 'paid' })
      await undoPayment(town.deps, shop.who, receipt.payment)
      expect(await giveUp(town.deps, youth.who, asked.charge.nonce, asked.offer)).to.deep.equal({ state: 'undone' })
    })
  })

  describe('ahead', () => {
    async function ahead(priceCents: bigint): Promise<Hex> {
      const offer = await youth.sign(shop.merchantId, toHex(randomBytes(8)), (await youth.notes()).slice(0, 1))
      return (await payAhead(town.deps, youth.who, { till: shop.tillId, priceCents, offer })).receipt.payment
    }

    it('stands when it was used, comes back when it was not, also days later, and each is said once', async () => {
      const [used, unused] = [await ahead(300n), await ahead(200n)]
      expect(await listAhead(town.deps, shop.who)).to.have.length(2)
      town.clock.advance(3 * day)
      for (let times = 0; times < 2; times++) {
        const answer = await reportAhead(town.deps, shop.who, { used: [used], unused: [unused] })
        expect(answer).to.deep.equal({ used: [used], unused: [unused], refused: [] })
      }
      expect(await listAhead(town.deps, shop.who)).to.have.length(0)
      expect(await leftCents()).to.equal(4700n)
      const turned = await reportAhead(town.deps, shop.who, { used: [unused], unused: [used] })
      expect(turned).to.deep.equal({ used: [], unused: [], refused: [unused, used] })
    })

    it('comes back as a refund once it was posted', async () => {
      const payment = await ahead(200n)
      const { db } = town.deps
      await db.updateTable('acceptances').set({ state: 'posted' }).where('payment_id', '=', fromHex(payment)).execute()
      await db
        .updateTable('notes')
        .set({ state: 'posted' })
        .where('state', '=', 'accepted')
        .where('voucher_id', '=', voucher)
        .execute()
      await reportAhead(town.deps, shop.who, { used: [], unused: [payment] })
      expect(await leftCents()).to.equal(5000n)
      const { refunded_cents, state } = await db
        .selectFrom('payments')
        .selectAll()
        .where('id', '=', fromHex(payment))
        .executeTakeFirstOrThrow()
      expect({ refunded_cents, state }).to.deep.equal({ refunded_cents: 200n, state: 'accepted' })
    })

    it('comes back as a refund of the rest once a part was refunded', async () => {
      const payment = await ahead(300n)
      town.clock.advance(day)
      await refundPayment(town.deps, shop.who, payment, { id: id16(), cents: 100n })
      await reportAhead(town.deps, shop.who, { used: [], unused: [payment] })
      expect(await leftCents()).to.equal(5000n)
      expect((await readTillPayment(town.deps.db, payment)).refundedCents).to.equal(300n)
    })

    it('is refused to another till and for what was not paid ahead', async () => {
      const payment = await ahead(100n)
      const other = await addTill(town, shop.merchantId, true)
      const usual = (await bought(100n)).payment
      expect((await reportAhead(town.deps, other.who, { used: [payment], unused: [] })).refused).to.deep.equal([
        payment,
      ])
      expect((await reportAhead(town.deps, shop.who, { used: [usual], unused: [] })).refused).to.deep.equal([usual])
    })
  })

  it('is summed by the day in Finland', async () => {
    town.clock.now = new Date('2027-03-09T21:59:59Z')
    youth = await addYouth(town)
    await youth.grant(await addProgramme(town), 5000n, 60)
    const first = await bought(1000n)
    await undoPayment(town.deps, shop.who, first.payment)
    await bought(300n)
    town.clock.advance(1000)
    const second = await bought(500n)
    const { acceptedCents, undoneCents, totalCents, payments } = await readDay(town.deps, shop.who, '2027-03-09')
    expect({ acceptedCents, undoneCents, totalCents }).to.deep.equal({
      acceptedCents: 1300n,
      undoneCents: 1000n,
      totalCents: 300n,
    })
    expect(payments.map(({ receipt }) => receipt.receiptNumber)).to.deep.equal([1, 2])
    town.clock.advance(2 * day)
    await refundPayment(town.deps, shop.who, second.payment, { id: id16(), cents: 200n })
    expect(await readDay(town.deps, shop.who, '2027-03-10')).to.include({ refundedCents: 200n, totalCents: 300n })
  })
})
