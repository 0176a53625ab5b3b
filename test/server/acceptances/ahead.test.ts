import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { type Hex, toHex } from 'viem'
import { payAhead } from '../../../server/acceptances/acceptances.ts'
import { listAhead, reportAhead } from '../../../server/acceptances/ahead.ts'
import { readTillPayment } from '../../../server/acceptances/payments.store.ts'
import { refundPayment } from '../../../server/acceptances/refunds.ts'
import { undoPayment } from '../../../server/acceptances/undo.ts'
import { fromHex } from '../../../server/db/bytes.ts'
import { atCounter, id16 } from '../../support/counter.ts'
import { addTill, day } from '../../support/money.ts'
import { refusalOf } from '../../support/refusals.ts'

describe('What was paid', function () {
  this.timeout(60_000)
  const at = atCounter()

  describe('ahead', () => {
    async function ahead(priceCents: bigint): Promise<Hex> {
      const offer = await at.youth.sign(at.shop.merchantId, toHex(randomBytes(8)), (await at.youth.notes()).slice(0, 1))
      return (await payAhead(at.town.deps, at.youth.who, { till: at.shop.tillId, priceCents, offer })).receipt.payment
    }

    it('stands when it was used, comes back when it was not, also days later, and each is said once', async () => {
      const [used, unused] = [await ahead(300n), await ahead(200n)]
      expect(await listAhead(at.town.deps, at.shop.who)).to.have.length(2)
      at.town.clock.advance(3 * day)
      for (let times = 0; times < 2; times++) {
        const answer = await reportAhead(at.town.deps, at.shop.who, { used: [used], unused: [unused] })
        expect(answer).to.deep.equal({ used: [used], unused: [unused], refused: [] })
      }
      expect(await listAhead(at.town.deps, at.shop.who)).to.have.length(0)
      expect(await at.leftCents()).to.equal(4700n)
      const turned = await reportAhead(at.town.deps, at.shop.who, { used: [unused], unused: [used] })
      expect(turned).to.deep.equal({ used: [], unused: [], refused: [unused, used] })
    })

    it('comes back as a refund once it was posted', async () => {
      const payment = await ahead(200n)
      const { db } = at.town.deps
      await db.updateTable('acceptances').set({ state: 'posted' }).where('payment_id', '=', fromHex(payment)).execute()
      await db
        .updateTable('notes')
        .set({ state: 'posted' })
        .where('state', '=', 'accepted')
        .where('voucher_id', '=', at.voucher)
        .execute()
      await reportAhead(at.town.deps, at.shop.who, { used: [], unused: [payment] })
      expect(await at.leftCents()).to.equal(5000n)
      const { refunded_cents, state } = await db
        .selectFrom('payments')
        .selectAll()
        .where('id', '=', fromHex(payment))
        .executeTakeFirstOrThrow()
      expect({ refunded_cents, state }).to.deep.equal({ refunded_cents: 200n, state: 'accepted' })
    })

    it('comes back as a refund of the rest once a part was refunded', async () => {
      const payment = await ahead(300n)
      at.town.clock.advance(day)
      await refundPayment(at.town.deps, at.shop.who, payment, { id: id16(), cents: 100n })
      await reportAhead(at.town.deps, at.shop.who, { used: [], unused: [payment] })
      expect(await at.leftCents()).to.equal(5000n)
      expect((await readTillPayment(at.town.deps.db, payment)).refundedCents).to.equal(300n)
    })

    it('is given back by its own till alone while that may still take the receipt without a network', async () => {
      const payment = await ahead(300n)
      const other = await addTill(at.town, at.shop.merchantId, true)
      const undo = () => refusalOf(undoPayment(at.town.deps, other.who, payment))
      const refund = () => refusalOf(refundPayment(at.town.deps, other.who, payment, { id: id16(), cents: 100n }))
      expect(await undo()).to.equal('wrong_state')
      at.town.clock.advance(day)
      expect(await refund()).to.equal('wrong_state')
      expect(await at.leftCents()).to.equal(4700n)

      await reportAhead(at.town.deps, at.shop.who, { used: [payment], unused: [] })
      expect(await refund()).to.equal(null)
      expect(await at.leftCents()).to.equal(4800n)
    })

    it('is refused to another till and for what was not paid ahead', async () => {
      const payment = await ahead(100n)
      const other = await addTill(at.town, at.shop.merchantId, true)
      const usual = (await at.bought(100n)).payment
      expect((await reportAhead(at.town.deps, other.who, { used: [payment], unused: [] })).refused).to.deep.equal([
        payment,
      ])
      expect((await reportAhead(at.town.deps, at.shop.who, { used: [usual], unused: [] })).refused).to.deep.equal([
        usual,
      ])
    })
  })
})
