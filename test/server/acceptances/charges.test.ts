import { expect } from 'chai'
import { pay } from '../../../server/acceptances/acceptances.ts'
import { cancelCharge, openCharge, readCharge } from '../../../server/acceptances/charges.ts'
import { giveUp, undoPayment } from '../../../server/acceptances/undo.ts'
import { atCounter } from '../../support/counter.ts'
import { addTill, day, minute } from '../../support/money.ts'
import { refusalOf } from '../../support/refusals.ts'
import { addYouth } from '../../support/youth.ts'

describe('A charge', function () {
  this.timeout(60_000)
  const at = atCounter()

  describe('of a till', () => {
    it('is opened once, only by its own till, and read by it alone', async () => {
      const charge = await at.shop.charge(890n)
      const other = await addTill(at.town, at.shop.merchantId)
      expect(await refusalOf(openCharge(at.town.deps, other.who, charge))).to.equal('signature_not_valid')
      const opened = await openCharge(at.town.deps, at.shop.who, charge)
      expect(opened.state).to.equal('open')
      at.town.clock.advance(minute)
      expect(await openCharge(at.town.deps, at.shop.who, charge)).to.deep.equal(opened)
      const dearer = await at.shop.charge(900n, { nonce: charge.nonce })
      expect(await refusalOf(openCharge(at.town.deps, at.shop.who, dearer))).to.equal('already_exists')
      expect(await refusalOf(readCharge(at.town.deps, other.who, charge.nonce))).to.equal('not_found')
      expect((await readCharge(at.town.deps, at.shop.who, charge.nonce)).payment).to.equal(null)
    })

    it('is dead once cancelled, even one that the server had not heard of', async () => {
      const unheard = await at.offered(890n)
      expect(await cancelCharge(at.town.deps, at.shop.who, unheard.charge.nonce)).to.deep.equal({ state: 'cancelled' })
      expect(await refusalOf(pay(at.town.deps, at.youth.who, unheard))).to.equal('charge_not_open')
      const heard = await at.offered(890n)
      await openCharge(at.town.deps, at.shop.who, heard.charge)
      await cancelCharge(at.town.deps, at.shop.who, heard.charge.nonce)
      expect(await refusalOf(pay(at.town.deps, at.shop.who, heard))).to.equal('charge_not_open')
      const other = await addTill(at.town, at.shop.merchantId)
      expect(await refusalOf(cancelCharge(at.town.deps, other.who, heard.charge.nonce))).to.equal('not_found')
    })

    it('undoes its acceptance when it is cancelled, within the window', async () => {
      const asked = await at.offered(890n)
      await pay(at.town.deps, at.youth.who, asked)
      expect(await cancelCharge(at.town.deps, at.shop.who, asked.charge.nonce)).to.deep.equal({ state: 'undone' })
      expect(await cancelCharge(at.town.deps, at.shop.who, asked.charge.nonce)).to.deep.equal({ state: 'undone' })
      expect(await at.leftCents()).to.equal(5000n)
      const late = await at.offered(500n)
      await pay(at.town.deps, at.youth.who, late)
      at.town.clock.advance(day)
      expect(await refusalOf(cancelCharge(at.town.deps, at.shop.who, late.charge.nonce))).to.equal('undo_window_closed')
      expect((await readCharge(at.town.deps, at.shop.who, late.charge.nonce)).state).to.equal('paid')
    })
  })

  it('is logged as cancelled when it changes, and not when that is repeated', async () => {
    const { deps } = at.town
    const logged = async () => {
      const rows = deps.db.selectFrom('access_log').select('id').where('action', '=', 'cancelled charge')
      return (await rows.execute()).length
    }
    const [open, paid] = [await at.offered(500n), await at.offered(700n)]
    await openCharge(deps, at.shop.who, open.charge)
    await pay(deps, at.youth.who, paid)
    const before = await logged()
    for (const { charge } of [open, paid, open, paid, open, paid]) await cancelCharge(deps, at.shop.who, charge.nonce)
    expect((await logged()) - before).to.equal(2)
  })

  describe('that a phone gives up', () => {
    it('is refused without the holder’s signature, and for another youth', async () => {
      const { charge, offer } = await at.offered(890n)
      const changed = { ...offer, notes: offer.notes.map((note) => ({ ...note, mostCents: note.mostCents - 1n })) }
      expect(await refusalOf(giveUp(at.town.deps, at.youth.who, charge.nonce, changed))).to.equal('signature_not_valid')
      const stranger = await addYouth(at.town)
      expect(await refusalOf(giveUp(at.town.deps, stranger.who, charge.nonce, offer))).to.equal('unknown_note')
      expect(await refusalOf(giveUp(at.town.deps, at.youth.who, '0x0000000000000000', offer))).to.equal('bad_request')
    })

    it('kills what was signed and leaves the notes usable', async () => {
      const asked = await at.offered(890n)
      for (let times = 0; times < 2; times++) {
        const answer = await giveUp(at.town.deps, at.youth.who, asked.charge.nonce, asked.offer)
        expect(answer).to.deep.equal({ state: 'cancelled' })
      }
      expect(await refusalOf(pay(at.town.deps, at.shop.who, asked))).to.equal('charge_not_open')
      await at.bought(890n)
    })

    it('takes nothing from a shop that may have shown green', async () => {
      const asked = await at.offered(890n)
      const { receipt } = await pay(at.town.deps, at.youth.who, asked)
      expect(await giveUp(at.town.deps, at.youth.who, asked.charge.nonce, asked.offer)).to.deep.equal({ state: 'paid' })
      await undoPayment(at.town.deps, at.shop.who, receipt.payment)
      expect(await giveUp(at.town.deps, at.youth.who, asked.charge.nonce, asked.offer)).to.deep.equal({
        state: 'undone',
      })
    })
  })
})
