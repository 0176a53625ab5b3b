import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import { townWithClaim } from './support/fixtures.ts'
import { type Note, newSheet, placeOf, type Sheet, shortId } from './support/sheets.ts'
import { payGuarantee, type Receipt, receiptOf, redeemNote, signReceipt, spendOf } from './support/spends.ts'
import {
  as,
  CAFE,
  ethers,
  fund,
  GROCER,
  GUARANTEE,
  loadFixture,
  POOR_PROGRAMME,
  PROGRAMME,
  potsOf,
  type Town,
} from './support/town.ts'

interface Wishes {
  id?: string
  receipt?: Partial<Receipt>
  place?: Partial<ReturnType<typeof placeOf>>
}

/** Asks for a refund of what was spent with 8.90 € unless the receipt says otherwise. */
async function refund(town: Town, sheet: Sheet, note: Note, cents: bigint, wishes: Wishes = {}, by = town.finance) {
  const item = await spendOf(town, sheet, note, { amountCents: 890n })
  const receipt = receiptOf(item, wishes.receipt)
  const place = { ...placeOf(sheet, note), ...wishes.place }
  const signature = await signReceipt(town, receipt)
  return as(town.vouchers, by).refund(wishes.id ?? shortId('refund'), place, receipt, signature, cents)
}

async function settleAll(town: Town, merchant: number, ref = 'payment 1') {
  const cents = await town.vouchers.owedCents(merchant)
  await as(town.vouchers, town.finance).settle([{ ref: ethers.id(ref), merchant, cents }])
}

describe('Refund', () => {
  it('refuses anybody but finance', async () => {
    const { town, vouchers, admin, acceptor, stranger, sheet, first } = await loadFixture(townWithClaim)
    for (const caller of [admin, acceptor, stranger]) {
      await expect(refund(town, sheet, first, 1n, {}, caller))
        .to.be.revertedWithCustomError(vouchers, 'AccessControlUnauthorizedAccount')
        .withArgs(caller, await vouchers.FINANCE_ROLE())
    }
  })

  it('refuses a sheet that was never cut', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    await expect(refund(town, sheet, first, 1n, { place: { sheet: ZeroHash } }))
      .to.be.revertedWithCustomError(vouchers, 'UnknownSheet')
      .withArgs(ZeroHash)
  })

  it('refuses the same refund twice', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    await refund(town, sheet, first, 1n)
    await expect(refund(town, sheet, first, 1n))
      .to.be.revertedWithCustomError(vouchers, 'RefundExists')
      .withArgs(shortId('refund'))
  })

  it('refuses nothing', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    await expect(refund(town, sheet, first, 0n)).to.be.revertedWithCustomError(vouchers, 'CentsMissing')
  })

  it('refuses a place that was not paid: unused or revoked (INVARIANT 8)', async () => {
    const { town, vouchers, acceptor, sheet, second, third } = await loadFixture(townWithClaim)
    await as(vouchers, acceptor).revoke(sheet.id, [third.index])
    for (const note of [second, third]) {
      await expect(refund(town, sheet, note, 1n))
        .to.be.revertedWithCustomError(vouchers, 'NotPaid')
        .withArgs(sheet.id, note.index)
    }
  })

  it('refuses a receipt for another note than the one in that place', async () => {
    const { town, vouchers, sheet, first, second } = await loadFixture(townWithClaim)
    await expect(refund(town, sheet, first, 1n, { receipt: { noteId: second.noteId } }))
      .to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
      .withArgs(sheet.id)
    await expect(refund(town, sheet, first, 1n, { place: { capCents: 2_000n } })).to.be.revertedWithCustomError(
      vouchers,
      'LeavesNotOnSheet',
    )
  })

  it('refuses another holder, place or proof than the note’s', async () => {
    const { town, vouchers, sheet, first, second } = await loadFixture(townWithClaim)
    await redeemNote(town, sheet, second, { amountCents: 890n })
    const { siblings } = placeOf(sheet, first)
    for (const place of [{ holder: second.holder }, { index: second.index }, { siblings: siblings.toReversed() }]) {
      await expect(refund(town, sheet, first, 1n, { place }))
        .to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
        .withArgs(sheet.id)
    }
    for (const wrong of [siblings.slice(1), [...siblings, ZeroHash]]) {
      await expect(refund(town, sheet, first, 1n, { place: { siblings: wrong } }))
        .to.be.revertedWithCustomError(vouchers, 'ProofLengthWrong')
        .withArgs(sheet.id, 3, wrong.length)
    }
  })

  it('refuses a place past the end, as one that was never paid', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    for (const index of [8, 2 ** 24 - 1]) {
      await expect(refund(town, sheet, first, 1n, { place: { index } }))
        .to.be.revertedWithCustomError(vouchers, 'NotPaid')
        .withArgs(sheet.id, index)
    }
  })

  it('refuses a receipt that anybody but the acceptor signed', async () => {
    const { town, vouchers, finance, sheet, first } = await loadFixture(townWithClaim)
    const receipt = receiptOf(await spendOf(town, sheet, first, { amountCents: 890n }))
    const signature = await signReceipt(town, receipt, finance)
    await expect(as(vouchers, finance).refund(shortId('refund'), placeOf(sheet, first), receipt, signature, 1n))
      .to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
      .withArgs(finance)
  })

  it('refuses a receipt for more than the cap, even of the acceptor (INVARIANT 8)', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    await expect(refund(town, sheet, first, 1n, { receipt: { amountCents: 1_001n } }))
      .to.be.revertedWithCustomError(vouchers, 'ReceiptAboveCap')
      .withArgs(first.noteId, 1_000n, 1_001n)
    await refund(town, sheet, first, 1n, { receipt: { amountCents: 1_000n } })
  })

  it('refuses a cent more than the receipt, over all refunds of the note (INVARIANT 8)', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    await refund(town, sheet, first, 600n)
    await expect(refund(town, sheet, first, 291n, { id: shortId('second') }))
      .to.be.revertedWithCustomError(vouchers, 'RefundAboveReceipt')
      .withArgs(first.noteId, 890n, 891n)
    await refund(town, sheet, first, 290n, { id: shortId('second') })
    expect(await vouchers.refundedCents(first.noteId)).to.equal(890n)
  })

  it('refuses a debt that the guarantee cannot carry, by one cent', async () => {
    const { town, vouchers, treasury, sheet, first } = await loadFixture(townWithClaim)
    await settleAll(town, GROCER)
    await as(vouchers, treasury).defund(PROGRAMME, 0n, 0n, GUARANTEE - 889n)
    await expect(refund(town, sheet, first, 890n))
      .to.be.revertedWithCustomError(vouchers, 'GuaranteeTooLow')
      .withArgs(PROGRAMME, 889n, 890n)
    await refund(town, sheet, first, 889n)
  })

  it('takes it from what the merchant is owed', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    const before = await potsOf(town)
    await expect(refund(town, sheet, first, 890n))
      .to.emit(vouchers, 'Refunded')
      .withArgs(shortId('refund'), GROCER, 890n, 0n)
    expect(await potsOf(town)).to.deep.equal({ ...before, outstanding: before.outstanding + 890n })
    expect(await vouchers.owedCents(GROCER)).to.equal(0n)
    expect(await vouchers.totalDebtCents(GROCER)).to.equal(0n)
    expect(await vouchers.isRefunded(shortId('refund'))).to.equal(true)
    expect(await vouchers.isUsed(sheet.id, first.index)).to.equal(true)
  })

  it('books what is missing as the merchant’s debt to the guarantee', async () => {
    const { town, vouchers, finance, sheet, first } = await loadFixture(townWithClaim)
    await as(vouchers, finance).settle([{ ref: ethers.id('payment 1'), merchant: GROCER, cents: 600n }])
    const before = await potsOf(town)
    await expect(refund(town, sheet, first, 890n))
      .to.emit(vouchers, 'Refunded')
      .withArgs(shortId('refund'), GROCER, 890n, 600n)
    expect(await potsOf(town)).to.deep.equal({
      ...before,
      outstanding: before.outstanding + 890n,
      guarantee: GUARANTEE - 600n,
    })
    expect(await vouchers.owedCents(GROCER)).to.equal(0n)
    expect(await vouchers.debtCents(GROCER, PROGRAMME)).to.equal(600n)
    expect(await vouchers.totalDebtCents(GROCER)).to.equal(600n)
  })

  it('is possible for what the guarantee paid', async () => {
    const { town, vouchers, sheet, second } = await loadFixture(townWithClaim)
    await payGuarantee(town, sheet, await spendOf(town, sheet, second, { amountCents: 890n }))
    await expect(refund(town, sheet, second, 500n)).to.emit(vouchers, 'Refunded')
    expect(await vouchers.owedCents(GROCER)).to.equal(1_280n)
  })

  it('is possible on a closed sheet', async () => {
    const { town, vouchers, acceptor, sheet, first } = await loadFixture(townWithClaim)
    await as(vouchers, acceptor).closeSheet(sheet.id)
    await expect(refund(town, sheet, first, 890n)).to.emit(vouchers, 'Refunded')
  })
})

describe('Merchant debt', () => {
  async function townWithDebt() {
    const spent = await townWithClaim()
    const { town, sheet, first, second } = spent
    await redeemNote(town, sheet, second, { merchant: CAFE, amountCents: 500n })
    await settleAll(town, GROCER)
    await refund(town, sheet, first, 890n)
    return spent
  }

  it('refuses a payment to the merchant before it is netted', async () => {
    const { town, vouchers, finance, sheet, third } = await loadFixture(townWithDebt)
    await redeemNote(town, sheet, third)
    await expect(as(vouchers, finance).settle([{ ref: ethers.id('payment 2'), merchant: GROCER, cents: 1n }]))
      .to.be.revertedWithCustomError(vouchers, 'DebtFirst')
      .withArgs(GROCER, 890n)
    await as(vouchers, finance).settle([{ ref: ethers.id('payment 2'), merchant: CAFE, cents: 500n }])
  })

  it('is not netted while nothing is owed, nor for another programme', async () => {
    const { town, vouchers, sheet, third } = await loadFixture(townWithDebt)
    await expect(vouchers.netDebt(GROCER, PROGRAMME)).not.to.emit(vouchers, 'DebtNetted')
    await redeemNote(town, sheet, third)
    await expect(vouchers.netDebt(GROCER, 2)).not.to.emit(vouchers, 'DebtNetted')
    await expect(vouchers.netDebt(CAFE, PROGRAMME)).not.to.emit(vouchers, 'DebtNetted')
    expect(await vouchers.totalDebtCents(GROCER)).to.equal(890n)
  })

  it('is netted by anybody, as far as the claim goes', async () => {
    const { town, vouchers, stranger, sheet, third } = await loadFixture(townWithDebt)
    await redeemNote(town, sheet, third, { amountCents: 300n })
    await expect(as(vouchers, stranger).netDebt(GROCER, PROGRAMME))
      .to.emit(vouchers, 'DebtNetted')
      .withArgs(GROCER, PROGRAMME, 300n)
    expect(await vouchers.owedCents(GROCER)).to.equal(0n)
    expect(await vouchers.debtCents(GROCER, PROGRAMME)).to.equal(590n)
    expect(await vouchers.totalDebtCents(GROCER)).to.equal(590n)
    expect((await potsOf(town)).guarantee).to.equal(GUARANTEE - 590n)
  })

  it('is netted no further than it goes, after which the rest is paid', async () => {
    const { town, vouchers, finance, sheet, third } = await loadFixture(townWithDebt)
    await redeemNote(town, sheet, third)
    await vouchers.netDebt(GROCER, PROGRAMME)
    expect(await vouchers.owedCents(GROCER)).to.equal(110n)
    expect(await vouchers.totalDebtCents(GROCER)).to.equal(0n)
    expect((await potsOf(town)).guarantee).to.equal(GUARANTEE)
    await as(vouchers, finance).settle([{ ref: ethers.id('payment 2'), merchant: GROCER, cents: 110n }])
  })

  it('is kept for each programme by itself, and all of it comes before a payment', async () => {
    const { town, vouchers, finance, sheet, first, second, third } = await loadFixture(townWithClaim)
    await fund(town, POOR_PROGRAMME, 5_000n, 0n, 2_000n)
    const other = await newSheet(town, { programme: POOR_PROGRAMME, caps: [1_000n] })
    await redeemNote(town, other, other.notes[0], { amountCents: 890n })
    await settleAll(town, GROCER)
    await refund(town, sheet, first, 890n)
    await refund(town, other, other.notes[0], 500n, { id: shortId('second') })
    expect(await vouchers.totalDebtCents(GROCER)).to.equal(1_390n)
    await redeemNote(town, sheet, second)
    await redeemNote(town, sheet, third)
    await vouchers.netDebt(GROCER, PROGRAMME)
    expect(await vouchers.debtCents(GROCER, PROGRAMME)).to.equal(0n)
    expect(await vouchers.debtCents(GROCER, POOR_PROGRAMME)).to.equal(500n)
    const payment = { ref: ethers.id('payment 2'), merchant: GROCER, cents: 610n }
    await expect(as(vouchers, finance).settle([payment]))
      .to.be.revertedWithCustomError(vouchers, 'DebtFirst')
      .withArgs(GROCER, 500n)
    await vouchers.netDebt(GROCER, POOR_PROGRAMME)
    expect((await potsOf(town)).guarantee).to.equal(GUARANTEE)
    expect((await potsOf(town, POOR_PROGRAMME)).guarantee).to.equal(2_000n)
    await as(vouchers, finance).settle([payment])
    expect(await vouchers.owedCents(GROCER)).to.equal(0n)
  })
})
