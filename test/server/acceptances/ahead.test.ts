import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { type Hex, toHex } from 'viem'
import { payAhead } from '../../../server/acceptances/acceptances.ts'
import { listAhead, reportAhead } from '../../../server/acceptances/ahead.ts'
import { readTillPayment } from '../../../server/acceptances/payments.store.ts'
import { refundPayment } from '../../../server/acceptances/refunds.ts'
import { undoPayment } from '../../../server/acceptances/undo.ts'
import { fromHex } from '../../../server/db/bytes.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { replaceNotes } from '../../../server/vouchers/vouchers.ts'
import { readWallet } from '../../../server/vouchers/walletView.ts'
import { atCounter, id16 } from '../../support/counter.ts'
import { addTill, day } from '../../support/money.ts'
import { refusalOf } from '../../support/refusals.ts'
import { addYouth } from '../../support/youth.ts'

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

    it('is refused, and holds up no other, where the refund it needs would have the id of an earlier one', async () => {
      const [payment, other] = [await ahead(300n), await ahead(200n)]
      at.town.clock.advance(day)
      await refundPayment(at.town.deps, at.shop.who, payment, { id: payment, cents: 100n })
      const answer = await reportAhead(at.town.deps, at.shop.who, { used: [], unused: [payment, other] })
      expect(answer).to.deep.equal({ used: [], unused: [other], refused: [payment] })
      expect(await at.leftCents()).to.equal(4800n)
      expect((await readTillPayment(at.town.deps.db, payment)).ahead).to.equal('waiting')
    })

    it('is still shown by a new phone of the same youth, until its till has spoken; what was paid at a till is not', async () => {
      const { deps } = at.town
      const [usual, payment] = [(await at.bought(100n)).payment, await ahead(300n)]
      const seen = async (who = at.youth.who) =>
        (await readWallet(deps, who)).payments.map(({ receipt }) => receipt.payment)
      expect(await seen()).to.have.members([usual, payment])
      const fresh = await addYouth(at.town, 60, at.youth.mailboxId)
      await inTransaction(deps.db, (tx) => replaceNotes(tx, deps, fresh.mailboxId))
      expect(await seen(fresh.who)).to.deep.equal([payment])
      await reportAhead(deps, at.shop.who, { used: [payment], unused: [] })
      expect(await seen(fresh.who)).to.deep.equal([])

      at.youth = fresh
      const own = (await at.bought(200n)).payment
      expect(await seen(fresh.who)).to.deep.equal([own])
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
