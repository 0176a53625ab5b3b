import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { type Hex, recoverTypedDataAddress, toHex } from 'viem'
import { detailsOf, paymentTypedData, receiptTypedData } from '../../../protocol/receipt.ts'
import { deadlineAfter } from '../../../protocol/spend.ts'
import { pay, payAhead } from '../../../server/acceptances/acceptances.ts'
import { openCharge } from '../../../server/acceptances/charges.ts'
import { readTillPayment } from '../../../server/acceptances/payments.store.ts'
import { undoPayment } from '../../../server/acceptances/undo.ts'
import { fromHex } from '../../../server/db/bytes.ts'
import { readWallet } from '../../../server/vouchers/walletView.ts'
import { faultsInBooks } from '../../support/books.ts'
import { addProgramme, addShop, addTill, day, minute, openTown, type Shop, type Town } from '../../support/money.ts'
import { refusalOf } from '../../support/refusals.ts'
import { putOnSheet } from '../../support/sheets.ts'
import { addYouth, type HeldNote, type Youth } from '../../support/youth.ts'

describe('Acceptance', function () {
  this.timeout(60_000)
  let town: Town
  let shop: Shop
  let programme: number
  before(async () => {
    town = await openTown()
    shop = await addShop(town, { acceptsAhead: true })
    programme = await addProgramme(town)
  })
  after(() => town.close())
  afterEach(async () => expect(await faultsInBooks(town.deps)).to.deep.equal([]))

  async function holder(amountCents = 5000n, kind?: 'service'): Promise<{ youth: Youth; notes: HeldNote[] }> {
    const youth = await addYouth(town)
    await youth.grant(kind ? await addProgramme(town, { kind }) : programme, amountCents)
    return { youth, notes: await youth.notes() }
  }
  async function offered(youth: Youth, notes: HeldNote[], priceCents: bigint, at = shop, agreedCents = 10_000n) {
    const charge = await at.charge(priceCents)
    return { charge, offer: await youth.sign(at.merchantId, charge.nonce, notes, { agreedCents }) }
  }

  describe('refuses', () => {
    it('a second use of a note', async () => {
      const { youth, notes } = await holder()
      await pay(town.deps, shop.who, await offered(youth, [notes[0]!], 890n))
      const again = await offered(youth, [notes[0]!], 890n)
      expect(await refusalOf(pay(town.deps, shop.who, again))).to.equal('already_used')
    })

    it('the same spend with another price, till or shop', async () => {
      const { youth, notes } = await holder()
      const first = await offered(youth, [notes[0]!], 890n)
      await pay(town.deps, shop.who, first)
      const dearer = { ...first, charge: await shop.charge(900n, { nonce: first.charge.nonce }) }
      expect(await refusalOf(pay(town.deps, shop.who, dearer))).to.equal('already_used')
      const till = await addTill(town, shop.merchantId)
      const elsewhere = { ...first, charge: await till.charge(890n, { nonce: first.charge.nonce }) }
      expect(await refusalOf(pay(town.deps, till.who, elsewhere))).to.equal('already_used')
      const other = await addShop(town)
      const stolen = { ...first, charge: await other.charge(890n, { nonce: first.charge.nonce }) }
      expect(await refusalOf(pay(town.deps, other.who, stolen))).to.equal('not_here')
    })

    it('a second payment of one charge', async () => {
      const { youth, notes } = await holder()
      const first = await offered(youth, [notes[0]!], 500n)
      await pay(town.deps, youth.who, first)
      const offer = await youth.sign(shop.merchantId, first.charge.nonce, [notes[1]!])
      expect(await refusalOf(pay(town.deps, youth.who, { ...first, offer }))).to.equal('charge_not_open')
    })

    it('a signature that is not the holder’s, or is changed', async () => {
      const { youth, notes } = await holder()
      const good = await offered(youth, [notes[0]!], 890n)
      const wrong = await youth.sign(shop.merchantId, good.charge.nonce, [{ ...notes[0]!, holder: notes[1]!.holder }])
      const change = (note: object) => ({ ...good.offer, notes: [{ ...good.offer.notes[0]!, ...note }] })
      const high = `0x${good.offer.notes[0]!.signature.slice(2, 66)}${'f'.repeat(64)}1b` as Hex
      const offers = [wrong, change({ mostCents: 1999n }), change({ signature: high }), change({ signature: '0x00' })]
      offers.push({ ...good.offer, deadline: deadlineAfter(town.clock.now.getTime() + 31 * day, 0) })
      offers.push({ ...good.offer, opening: { ...good.offer.opening, signedAt: good.offer.opening.signedAt + 1 } })
      for (const offer of offers) {
        const word = await refusalOf(pay(town.deps, shop.who, { ...good, offer }))
        expect(word).to.equal('signature_not_valid')
      }
    })

    it('a charge that no till of the shop signed', async () => {
      const { youth, notes } = await holder()
      const { charge, offer } = await offered(youth, [notes[0]!], 890n)
      const forged = { charge: { ...charge, priceCents: 900n }, offer }
      expect(await refusalOf(pay(town.deps, youth.who, forged))).to.equal('signature_not_valid')
      const unknown = { charge: { ...charge, till: 999_999 }, offer }
      expect(await refusalOf(pay(town.deps, youth.who, unknown))).to.equal('not_here')
    })

    it('a note that does not exist, and another youth’s', async () => {
      const [one, two] = [await holder(), await holder()]
      const ghost = await offered(one.youth, [{ ...one.notes[0]!, id: toHex(randomBytes(16)) }], 890n)
      expect(await refusalOf(pay(town.deps, shop.who, ghost))).to.equal('unknown_note')
      const theirs = await offered(two.youth, [two.notes[0]!], 890n)
      expect(await refusalOf(pay(town.deps, one.youth.who, theirs))).to.equal('unknown_note')
    })

    it('more than the holder agreed to, whatever the notes are signed for', async () => {
      const { youth, notes } = await holder()
      const offer = await offered(youth, [notes[0]!], 890n, shop, 889n)
      expect(await refusalOf(pay(town.deps, shop.who, offer))).to.equal('not_enough')
    })

    it('too little', async () => {
      const { youth, notes } = await holder()
      expect(
        await refusalOf(pay(town.deps, shop.who, await offered(youth, [notes[4]!], notes[4]!.cents + 1n))),
      ).to.equal('not_enough')
    })

    it('a voucher that has ended, whether or not it has been booked', async () => {
      const { youth, notes } = await holder()
      town.clock.advance(30 * day + 1)
      expect(await refusalOf(pay(town.deps, shop.who, await offered(youth, [notes[0]!], 890n)))).to.equal('ended')
      expect((await readWallet(town.deps, youth.who)).vouchers[0]!.leftCents).to.equal(0n)
    })

    it('goods that the voucher or the shop is not for', async () => {
      const { youth, notes } = await holder()
      const bookshop = await addShop(town, { purposes: 64 })
      const at = await offered(youth, [notes[0]!], 890n, bookshop)
      expect(await refusalOf(pay(town.deps, bookshop.who, at))).to.equal('not_for_this')
    })

    it('a suspended shop and a stopped till', async () => {
      const { youth, notes } = await holder()
      const closing = await addShop(town)
      const at = await offered(youth, [notes[0]!], 890n, closing)
      const { db } = town.deps
      await db.updateTable('tills').set({ state: 'stopped' }).where('id', '=', closing.tillId).execute()
      expect(await refusalOf(pay(town.deps, youth.who, at))).to.equal('till_stopped')
      await db.updateTable('merchants').set({ state: 'suspended' }).where('id', '=', closing.merchantId).execute()
      expect(await refusalOf(pay(town.deps, youth.who, at))).to.equal('merchant_suspended')
    })

    it('an old charge, an old signature and a charge that has run out', async () => {
      const { youth, notes } = await holder()
      const old = await offered(youth, [notes[0]!], 890n)
      const open = await offered(youth, [notes[1]!], 500n)
      await openCharge(town.deps, shop.who, open.charge)
      town.clock.advance(5 * minute + 1)
      expect(await refusalOf(pay(town.deps, youth.who, open))).to.equal('charge_not_open')
      town.clock.advance(2 * minute)
      expect(await refusalOf(pay(town.deps, youth.who, old))).to.equal('too_old')
      town.clock.advance(8 * minute)
      expect(await refusalOf(pay(town.deps, shop.who, old))).to.equal('too_old')
    })

    it('a deadline that could pass before the post, and one that only this phone would sign', async () => {
      const { youth, notes } = await holder()
      const { now } = town.clock
      const monthsEnd = (months: number) =>
        BigInt(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1) / 1000 - 1)
      for (const [months, word] of [
        [1, 'too_late'],
        [6, 'bad_request'],
      ] as const) {
        const charge = await shop.charge(500n)
        const offer = await youth.sign(shop.merchantId, charge.nonce, [notes[0]!], { deadline: monthsEnd(months) })
        expect(await refusalOf(pay(town.deps, shop.who, { charge, offer }))).to.equal(word)
      }
    })

    it('more than the guarantee for notes that are on no final sheet', async () => {
      const youth = await addYouth(town)
      const small = await addProgramme(town, { guarantee_cents: 1000n })
      await youth.grant(small, 5000n)
      const notes = await youth.notes()
      await pay(town.deps, shop.who, await offered(youth, [notes[0]!], 600n))
      const over = await offered(youth, [notes[1]!], 401n)
      expect(await refusalOf(pay(town.deps, shop.who, over))).to.equal('guarantee_exhausted')
      await pay(town.deps, shop.who, await offered(youth, [notes[1]!], 400n))
    })
  })

  it('needs the guarantee until a note’s sheet is final, and not a moment longer', async () => {
    const youth = await addYouth(town)
    const small = await addProgramme(town, { guarantee_cents: 100n })
    await youth.grant(small, 5000n)
    const [first, second] = await youth.notes()
    await putOnSheet(town, first!.id, 'final')
    await putOnSheet(town, second!.id, 'queued')
    await pay(town.deps, shop.who, await offered(youth, [first!], 500n))
    const queued = await offered(youth, [second!], 101n)
    expect(await refusalOf(pay(town.deps, shop.who, queued))).to.equal('guarantee_exhausted')
    await pay(town.deps, shop.who, await offered(youth, [second!], 100n))
  })

  it('keeps change new only while its parent was on no sheet', async () => {
    const { youth, notes } = await holder()
    await putOnSheet(town, notes[0]!.id, 'queued')
    for (const [note, isNew] of [
      [notes[0]!, false],
      [notes[1]!, true],
    ] as const) {
      const { change } = await pay(town.deps, shop.who, await offered(youth, [note], 100n))
      const ids = change.map(({ noteId }) => fromHex(noteId))
      const rows = await town.deps.db.selectFrom('notes').select('is_new_value').where('id', 'in', ids).execute()
      expect(new Set(rows.map((row) => row.is_new_value))).to.deep.equal(new Set([isNew]))
    }
  })

  it('gives change as fresh notes, with a holder of the same phone', async () => {
    const { youth, notes } = await holder()
    const { receipt, change } = await pay(town.deps, youth.who, await offered(youth, [notes[0]!], 890n))
    expect(receipt.priceCents).to.equal(890n)
    expect(change.reduce((sum, note) => sum + note.cents, 890n)).to.equal(notes[0]!.cents)
    for (const note of change) expect(youth.account(note.holder!)).to.be.an('object')
    expect((await readWallet(town.deps, youth.who)).vouchers[0]!.leftCents).to.equal(4110n)
  })

  it('keeps the rest of a service for the programme', async () => {
    const { youth, notes } = await holder(1200n, 'service')
    const { change } = await pay(town.deps, shop.who, await offered(youth, notes, 890n))
    expect(change).to.deep.equal([])
    const { vouchers } = await readWallet(town.deps, youth.who)
    expect(vouchers[0]).to.include({ grantedCents: 1200n, leftCents: 0n })
  })

  it('takes up to three notes of several vouchers at once, each with a receipt of its own', async () => {
    const { youth, notes } = await holder()
    const [first, second, third] = notes
    const price = first!.cents + second!.cents + 100n
    const { receipt } = await pay(town.deps, shop.who, await offered(youth, [first!, second!, third!], price))
    const seen = await readTillPayment(town.deps.db, receipt.payment)
    expect(seen.notes.map((note) => note.amountCents)).to.deep.equal([first!.cents, second!.cents, 100n])
    expect(new Set(seen.notes.map((note) => note.details)).size).to.equal(3)
    expect(new Set(seen.notes.map((note) => note.commitment)).size).to.equal(3)
  })

  it('signs receipts that till and contract can check', async () => {
    const { youth, notes } = await holder()
    const { receipt, change } = await pay(town.deps, shop.who, await offered(youth, [notes[0]!], 890n))
    const { chainId, vouchers, acceptorAddress } = town.deps.chain
    const { signature, ...content } = receipt
    const payment = await recoverTypedDataAddress({ ...paymentTypedData(chainId, vouchers, content), signature })
    expect(payment.toLowerCase()).to.equal(acceptorAddress)
    const [note] = (await readTillPayment(town.deps.db, receipt.payment)).notes
    const signed = await recoverTypedDataAddress({
      ...receiptTypedData(chainId, vouchers, note!),
      signature: note!.signature,
    })
    expect(signed.toLowerCase()).to.equal(acceptorAddress)
    expect(note!.details).to.equal(detailsOf(content, note!.noteId, change))
  })

  it('answers the same for ever, whatever has happened since', async () => {
    const { youth, notes } = await holder()
    const closing = await addShop(town)
    const asked = await offered(youth, [notes[0]!], 890n, closing)
    const first = await pay(town.deps, youth.who, asked)
    await undoPayment(town.deps, closing.who, first.receipt.payment)
    const { db } = town.deps
    await db.updateTable('merchants').set({ state: 'suspended' }).where('id', '=', closing.merchantId).execute()
    await db.updateTable('tills').set({ state: 'stopped' }).where('id', '=', closing.tillId).execute()
    town.clock.advance(400 * day)
    expect(await pay(town.deps, youth.who, asked)).to.deep.equal(first)
    expect(await pay(town.deps, closing.who, asked)).to.deep.equal(first)
  })

  it('numbers the receipts of a till one after the other', async () => {
    const till = await addTill(town, shop.merchantId)
    const { youth, notes } = await holder()
    const numbers = []
    for (const note of notes) {
      numbers.push((await pay(town.deps, till.who, await offered(youth, [note], 100n, till))).receipt.receiptNumber)
    }
    expect(numbers).to.deep.equal([1, 2, 3, 4, 5])
  })

  it('lets change wait in the mailbox when the phone has no address left', async () => {
    const youth = await addYouth(town, 2)
    await youth.grant(programme, 1000n)
    const { change } = await pay(town.deps, shop.who, await offered(youth, (await youth.notes()).slice(0, 1), 100n))
    expect(change).to.have.length(1)
    expect(change[0]!.holder).to.equal(null)
    expect((await readWallet(town.deps, youth.who)).vouchers[0]!.leftCents).to.equal(900n)
  })

  it('pays ahead only at a till that takes it, and its nonce once', async () => {
    const { youth, notes } = await holder()
    const nonce = toHex(randomBytes(8))
    const offer = await youth.sign(shop.merchantId, nonce, [notes[0]!])
    const asked = { till: shop.tillId, priceCents: 500n, offer }
    const first = await payAhead(town.deps, youth.who, asked)
    expect(await payAhead(town.deps, youth.who, asked)).to.deep.equal(first)
    expect((await readTillPayment(town.deps.db, first.receipt.payment)).ahead).to.equal('waiting')
    const again = { ...asked, offer: await youth.sign(shop.merchantId, nonce, [notes[1]!]) }
    expect(await refusalOf(payAhead(town.deps, youth.who, again))).to.equal('charge_not_open')
    const other = await addTill(town, shop.merchantId)
    expect(await refusalOf(payAhead(town.deps, youth.who, { ...asked, till: other.tillId }))).to.equal('not_found')
    await town.deps.db.updateTable('tills').set({ accepts_ahead: false }).where('id', '=', shop.tillId).execute()
    expect(await payAhead(town.deps, youth.who, asked)).to.deep.equal(first)
  })
})
