import { expect } from 'chai'
import { type Hex, toHex } from 'viem'
import { pay } from '../../../server/acceptances/acceptances.ts'
import { readDay } from '../../../server/acceptances/day.ts'
import { refundPayment } from '../../../server/acceptances/refunds.ts'
import { undoPayment } from '../../../server/acceptances/undo.ts'
import { fromHex } from '../../../server/db/bytes.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { expireDue, revokeVoucher } from '../../../server/vouchers/vouchers.ts'
import { atCounter, id16 } from '../../support/counter.ts'
import { addProgramme, addShop, day } from '../../support/money.ts'
import { refusalOf } from '../../support/refusals.ts'
import { putOnSheet } from '../../support/sheets.ts'
import { addYouth } from '../../support/youth.ts'

describe('What was accepted', function () {
  this.timeout(60_000)
  const at = atCounter()

  describe('by an undo', () => {
    it('is refused to another shop', async () => {
      const { payment } = await at.bought(890n)
      const other = await addShop(at.town)
      expect(await refusalOf(undoPayment(at.town.deps, other.who, payment))).to.equal('not_found')
      expect(await refusalOf(undoPayment(at.town.deps, at.shop.who, id16()))).to.equal('not_found')
    })

    it('is refused after 04:00 the next day', async () => {
      const { payment } = await at.bought(890n)
      at.town.clock.advance(day)
      expect(await refusalOf(undoPayment(at.town.deps, at.shop.who, payment))).to.equal('undo_window_closed')
    })

    it('comes back whole, beside the change that stands, and once', async () => {
      const { payment } = await at.bought(890n)
      const before = await at.youth.notes()
      const undone = await undoPayment(at.town.deps, at.shop.who, payment)
      expect(undone.state).to.equal('undone')
      expect(await at.leftCents()).to.equal(5000n)
      const after = await at.youth.notes()
      expect(after.map((note) => note.id)).to.include.members(before.map((note) => note.id))
      expect(await undoPayment(at.town.deps, at.shop.who, payment)).to.deep.equal(undone)
      expect(await at.leftCents()).to.equal(5000n)
    })

    it('comes back with its rest, as one whole service, that ends and comes back again with the next one', async () => {
      const youth = await addYouth(at.town)
      const programme = await addProgramme(at.town, { kind: 'service' })
      await youth.grant(programme, 1200n)
      for (const cents of [120n, 1200n, 890n]) {
        const charge = await at.shop.charge(cents)
        const offer = await youth.sign(at.shop.merchantId, charge.nonce, await youth.notes())
        const { receipt } = await pay(at.town.deps, youth.who, { charge, offer })
        expect(await youth.notes()).to.deep.equal([])
        await undoPayment(at.town.deps, at.shop.who, receipt.payment)
        expect((await youth.notes()).map((note) => note.cents)).to.deep.equal([1200n])
      }
      const { db } = at.town.deps
      const counters = { left_cents: 1200n, spent_cents: 0n, expired_cents: 0n }
      expect(
        await db.selectFrom('programmes').selectAll().where('id', '=', programme).executeTakeFirstOrThrow(),
      ).to.include(counters)
    })

    it('comes back although its change has been spent', async () => {
      const before = await at.youth.notes()
      const first = await at.bought(890n)
      const change = (await at.youth.notes()).filter((note) => !before.some(({ id }) => id === note.id)).slice(0, 1)
      const spent = change[0]!.cents
      const charge = await at.shop.charge(spent)
      await pay(at.town.deps, at.youth.who, {
        charge,
        offer: await at.youth.sign(at.shop.merchantId, charge.nonce, change),
      })
      await undoPayment(at.town.deps, at.shop.who, first.payment)
      expect(await at.leftCents()).to.equal(5000n - spent)
    })

    it('asks the chain to block a note that has a leaf, and no other', async () => {
      const { db } = at.town.deps
      const [note] = await at.youth.notes()
      await putOnSheet(at.town, note!.id, 'final')
      const { payment } = await at.bought(note!.cents + 100n, 2)
      await undoPayment(at.town.deps, at.shop.who, payment)
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
      const small = await addProgramme(at.town, { guarantee_cents: 1000n })
      at.youth = await addYouth(at.town)
      await at.youth.grant(small, 5000n)
      const { payment } = await at.bought(1000n, 3)
      expect(await refusalOf(at.bought(1n))).to.equal('guarantee_exhausted')
      await undoPayment(at.town.deps, at.shop.who, payment)
      await at.bought(1000n, 3)
    })

    it('does not revive a revoked voucher: what comes back ends', async () => {
      const { payment } = await at.bought(890n)
      await inTransaction(at.town.deps.db, (tx) => revokeVoucher(tx, at.town.deps, at.voucher))
      at.town.clock.advance(1)
      await undoPayment(at.town.deps, at.shop.who, payment)
      expect(await at.leftCents()).to.equal(0n)
      expect(await at.youth.notes()).to.deep.equal([])
    })
  })

  describe('by a refund', () => {
    const refund = (payment: Hex, cents: bigint, id = id16()) =>
      refundPayment(at.town.deps, at.shop.who, payment, { id, cents })

    it('is refused while it can be undone, to another shop, and when it was undone', async () => {
      const { payment } = await at.bought(890n)
      expect(await refusalOf(refund(payment, 100n))).to.equal('wrong_state')
      const other = await addShop(at.town)
      expect(await refusalOf(refundPayment(at.town.deps, other.who, payment, { id: id16(), cents: 1n }))).to.equal(
        'not_found',
      )
      await undoPayment(at.town.deps, at.shop.who, payment)
      at.town.clock.advance(day)
      expect(await refusalOf(refund(payment, 100n))).to.equal('wrong_state')
    })

    it('is refused beyond the price, over all refunds together', async () => {
      const { payment } = await at.bought(890n)
      at.town.clock.advance(day)
      expect(await refusalOf(refund(payment, 891n))).to.equal('refund_exceeds_payment')
      await refund(payment, 500n)
      expect(await refusalOf(refund(payment, 391n))).to.equal('refund_exceeds_payment')
      expect((await refund(payment, 390n)).refundedCents).to.equal(890n)
      expect(await at.leftCents()).to.equal(5000n)
    })

    it('is given once for one request, and refused for the same request with another content', async () => {
      const { payment } = await at.bought(890n)
      const other = await at.bought(500n)
      at.town.clock.advance(day)
      const id = id16()
      const first = await refund(payment, 300n, id)
      expect(await refund(payment, 300n, id)).to.deep.equal(first)
      expect(await refusalOf(refund(payment, 301n, id))).to.equal('already_exists')
      expect(await refusalOf(refund(other.payment, 300n, id))).to.equal('already_exists')
    })

    it('goes over the notes of a payment, each with a random id of its own on chain', async () => {
      const [first, second] = await at.youth.notes()
      const { payment } = await at.bought(first!.cents + second!.cents + 100n, 3)
      at.town.clock.advance(day)
      const id = id16()
      await refund(payment, first!.cents + 50n, id)
      const rows = await at.town.deps.db
        .selectFrom('refunds')
        .selectAll()
        .where('request_id', '=', fromHex(id))
        .execute()
      expect(rows.map((row) => row.cents)).to.have.members([first!.cents, 50n])
      expect(rows.map((row) => toHex(row.id))).to.not.include(id)
      expect(await at.leftCents()).to.equal(5000n - second!.cents - 50n)
    })

    it('is no new value, and cannot be undone any more', async () => {
      const { payment } = await at.bought(890n)
      at.town.clock.advance(day)
      await refund(payment, 890n)
      const fresh = await at.town.deps.db
        .selectFrom('notes')
        .select('is_new_value')
        .where('origin', '=', 'refund')
        .execute()
      expect(fresh.every((note) => !note.is_new_value)).to.equal(true)
      expect(await refusalOf(undoPayment(at.town.deps, at.shop.who, payment))).to.equal('undo_window_closed')
    })

    it('to an ended voucher ends at the next reading', async () => {
      const { payment } = await at.bought(890n)
      at.town.clock.advance(40 * day)
      await refund(payment, 890n)
      await inTransaction(at.town.deps.db, (tx) => expireDue(tx, at.town.deps))
      expect(await at.youth.notes()).to.deep.equal([])
    })
  })

  it('is summed by the day in Finland', async () => {
    at.town.clock.now = new Date('2027-03-09T21:59:59Z')
    at.youth = await addYouth(at.town)
    await at.youth.grant(await addProgramme(at.town), 5000n, 60)
    const first = await at.bought(1000n)
    await undoPayment(at.town.deps, at.shop.who, first.payment)
    await at.bought(300n)
    at.town.clock.advance(1000)
    const second = await at.bought(500n)
    const { acceptedCents, undoneCents, totalCents, payments } = await readDay(at.town.deps, at.shop.who, '2027-03-09')
    expect({ acceptedCents, undoneCents, totalCents }).to.deep.equal({
      acceptedCents: 1300n,
      undoneCents: 1000n,
      totalCents: 300n,
    })
    expect(payments.map(({ receipt }) => receipt.receiptNumber)).to.deep.equal([1, 2])
    at.town.clock.advance(2 * day)
    await refundPayment(at.town.deps, at.shop.who, second.payment, { id: id16(), cents: 200n })
    expect(await readDay(at.town.deps, at.shop.who, '2027-03-10')).to.include({ refundedCents: 200n, totalCents: 300n })
  })
})
