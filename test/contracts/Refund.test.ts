import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import { townWithClaim } from './support/fixtures.ts'
import { type Refund, type RefundWishes, refundAll, refundOf, settleAll } from './support/refunds.ts'
import { type Note, placeOf, type Sheet, shortId } from './support/sheets.ts'
import { payGuarantee, redeemNote, spendOf } from './support/spends.ts'
import { as, ethers, GROCER, GUARANTEE, loadFixture, PROGRAMME, potsOf, type Town } from './support/town.ts'

async function refund(
  town: Town,
  sheet: Sheet,
  note: Note,
  cents: bigint,
  wishes: RefundWishes = {},
  by = town.finance,
) {
  return refundAll(town, [await refundOf(town, sheet, note, cents, wishes)], by)
}

/** 8.90 € in two parts. */
async function inOrder(town: Town, sheet: Sheet, note: Note): Promise<[Refund, Refund]> {
  const next = await refundOf(town, sheet, note, 590n, { before: 300n, id: shortId('next') })
  return [await refundOf(town, sheet, note, 300n), next]
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

  it('refuses the same refund twice, under whatever name', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    await refund(town, sheet, first, 1n)
    for (const id of ['refund', 'another name']) {
      await expect(refund(town, sheet, first, 1n, { id: shortId(id) }))
        .to.be.revertedWithCustomError(vouchers, 'RefundedBefore')
        .withArgs(first.noteId, 1n, 0n)
    }
  })

  it('refuses one that names more or less than was refunded of the note before, by a cent (INVARIANT 8)', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    await expect(refund(town, sheet, first, 1n, { before: 1n }))
      .to.be.revertedWithCustomError(vouchers, 'RefundedBefore')
      .withArgs(first.noteId, 0n, 1n)
    await refund(town, sheet, first, 300n)
    for (const before of [0n, 299n, 301n, 2n ** 64n - 1n]) {
      await expect(refund(town, sheet, first, 1n, { before }))
        .to.be.revertedWithCustomError(vouchers, 'RefundedBefore')
        .withArgs(first.noteId, 300n, before)
    }
    await refund(town, sheet, first, 1n, { before: 300n })
    expect(await vouchers.refundedCents(first.noteId)).to.equal(301n)
  })

  it('refuses nothing', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    await expect(refund(town, sheet, first, 0n)).to.be.revertedWithCustomError(vouchers, 'CentsMissing')
  })

  it('refuses a place that was not paid: unused or revoked (INVARIANT 8)', async () => {
    const { town, vouchers, acceptor, sheet, second, third } = await loadFixture(townWithClaim)
    await as(vouchers, acceptor).revoke([{ sheet: sheet.id, indexes: [third.index] }])
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
    await expect(refund(town, sheet, first, 1n, { signer: finance }))
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
    await expect(refund(town, sheet, first, 291n, { before: 600n }))
      .to.be.revertedWithCustomError(vouchers, 'RefundAboveReceipt')
      .withArgs(first.noteId, 890n, 891n)
    await refund(town, sheet, first, 290n, { before: 600n })
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
    expect(await vouchers.refundedCents(first.noteId)).to.equal(890n)
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

  it('books a single missing cent, too', async () => {
    const { town, vouchers, finance, sheet, first } = await loadFixture(townWithClaim)
    await as(vouchers, finance).settle([{ ref: ethers.id('payment 1'), merchant: GROCER, cents: 889n }])
    await refund(town, sheet, first, 2n)
    expect((await potsOf(town)).guarantee).to.equal(GUARANTEE - 1n)
    expect(await vouchers.debtCents(GROCER, PROGRAMME)).to.equal(1n)
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

describe('Refunds of one note in one call', () => {
  it('are refused when it is the same twice (INVARIANT 8)', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    const once = await refundOf(town, sheet, first, 300n)
    await expect(refundAll(town, [once, once]))
      .to.be.revertedWithCustomError(vouchers, 'RefundedBefore')
      .withArgs(first.noteId, 300n, 0n)
    expect(await vouchers.refundedCents(first.noteId)).to.equal(0n)
  })

  it('are refused in another order than they name', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    const [one, next] = await inOrder(town, sheet, first)
    await expect(refundAll(town, [next, one]))
      .to.be.revertedWithCustomError(vouchers, 'RefundedBefore')
      .withArgs(first.noteId, 0n, 300n)
  })

  it('are refused again, all of them or the last, after they were made', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    const [one, next] = await inOrder(town, sheet, first)
    await refundAll(town, [one, next])
    await expect(refundAll(town, [one, next]))
      .to.be.revertedWithCustomError(vouchers, 'RefundedBefore')
      .withArgs(first.noteId, 890n, 0n)
    await expect(refundAll(town, [next]))
      .to.be.revertedWithCustomError(vouchers, 'RefundedBefore')
      .withArgs(first.noteId, 890n, 300n)
  })

  it('are refused a cent above the receipt, all together (INVARIANT 8)', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    const [one, next] = await inOrder(town, sheet, first)
    await expect(refundAll(town, [one, { ...next, cents: 591n }]))
      .to.be.revertedWithCustomError(vouchers, 'RefundAboveReceipt')
      .withArgs(first.noteId, 890n, 891n)
  })

  it('take from the claim what it has, and book the rest as debt', async () => {
    const { town, vouchers, finance, sheet, first } = await loadFixture(townWithClaim)
    await as(vouchers, finance).settle([{ ref: ethers.id('payment 1'), merchant: GROCER, cents: 490n }])
    await expect(refundAll(town, await inOrder(town, sheet, first)))
      .to.emit(vouchers, 'Refunded')
      .withArgs(shortId('refund'), GROCER, 300n, 0n)
      .and.to.emit(vouchers, 'Refunded')
      .withArgs(shortId('next'), GROCER, 590n, 490n)
    expect(await vouchers.debtCents(GROCER, PROGRAMME)).to.equal(490n)
    expect((await potsOf(town)).guarantee).to.equal(GUARANTEE - 490n)
  })

  it('are refused when the guarantee carries the first and not the second, by a cent', async () => {
    const { town, vouchers, treasury, sheet, first } = await loadFixture(townWithClaim)
    await settleAll(town, GROCER)
    await as(vouchers, treasury).defund(PROGRAMME, 0n, 0n, GUARANTEE - 889n)
    await expect(refundAll(town, await inOrder(town, sheet, first)))
      .to.be.revertedWithCustomError(vouchers, 'GuaranteeTooLow')
      .withArgs(PROGRAMME, 589n, 590n)
    expect(await vouchers.totalDebtCents(GROCER)).to.equal(0n)
  })
})
