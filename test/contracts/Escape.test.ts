import { expect } from 'chai'
import { townWithSheet } from './support/fixtures.ts'
import { newSheet } from './support/sheets.ts'
import {
  groupOf,
  receiptOf,
  receiptProofOf,
  redeem,
  redeemWithReceipts,
  signBatch,
  signReceipt,
  skip,
  spendOf,
  wordOf,
} from './support/spends.ts'
import {
  as,
  CAFE,
  DAY,
  ESCAPE_AFTER,
  ethers,
  GRACE,
  GROCER,
  loadFixture,
  nextAt,
  now,
  potsOf,
  time,
} from './support/town.ts'

/** The escape has just opened. */
async function townInEscape() {
  const spent = await townWithSheet()
  await time.increaseTo(spent.sheet.cut.validUntil + ESCAPE_AFTER)
  return spent
}

describe('Escape', () => {
  it('refuses everybody until the second it opens', async () => {
    const { town, vouchers, acceptor, admin, stranger, sheet, first } = await loadFixture(townWithSheet)
    const opensAt = sheet.cut.validUntil + ESCAPE_AFTER
    const items = [await spendOf(town, sheet, first)]
    expect(await vouchers.escapeOpensAt(sheet.id)).to.equal(opensAt)
    for (const [i, caller] of [stranger, admin, acceptor].entries()) {
      await nextAt(opensAt - 3n + BigInt(i))
      await expect(redeemWithReceipts(town, sheet, items, caller))
        .to.be.revertedWithCustomError(vouchers, 'EscapeNotOpen')
        .withArgs(sheet.id, opensAt)
    }
    await nextAt(opensAt)
    await expect(redeemWithReceipts(town, sheet, items, stranger)).to.emit(vouchers, 'Redeemed')
  })

  it('refuses if the escape of any of its sheets is not open', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townInEscape)
    const young = await newSheet(town)
    const [old, fresh] = [await spendOf(town, sheet, first), await spendOf(town, young, young.notes[0])]
    const receipts = [[await receiptProofOf(town, old)], [await receiptProofOf(town, fresh)]]
    await expect(vouchers.redeemWithReceipts([groupOf(sheet, [old]), groupOf(young, [fresh])], receipts))
      .to.be.revertedWithCustomError(vouchers, 'EscapeNotOpen')
      .withArgs(young.id, young.cut.validUntil + ESCAPE_AFTER)
    expect(await vouchers.owedCents(GROCER)).to.equal(0n)
  })

  it('refuses a sheet that was never cut', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townInEscape)
    const uncut = { ...sheet, id: ethers.ZeroHash }
    await expect(redeemWithReceipts(town, uncut, [await spendOf(town, sheet, first)]))
      .to.be.revertedWithCustomError(vouchers, 'UnknownSheet')
      .withArgs(uncut.id)
  })

  it('refuses an item without its receipt, and a receipt without its item', async () => {
    const { town, vouchers, stranger, sheet, first, second } = await loadFixture(townInEscape)
    const items = [await spendOf(town, sheet, first), await spendOf(town, sheet, second)]
    const proof = await receiptProofOf(town, items[0])
    const call = as(vouchers, stranger).getFunction('redeemWithReceipts')
    const groups = [groupOf(sheet, items)]
    await expect(call(groups, [])).to.be.revertedWithCustomError(vouchers, 'ReceiptCountWrong').withArgs(1, 0)
    await expect(call(groups, [[proof, proof], []]))
      .to.be.revertedWithCustomError(vouchers, 'ReceiptCountWrong')
      .withArgs(1, 2)
    await expect(call(groups, [[proof]]))
      .to.be.revertedWithCustomError(vouchers, 'ReceiptCountWrong')
      .withArgs(2, 1)
    await expect(call(groups, [[proof, proof, proof]]))
      .to.be.revertedWithCustomError(vouchers, 'ReceiptCountWrong')
      .withArgs(2, 3)
  })

  it('refuses a receipt that anybody but an acceptor signed', async () => {
    const { town, vouchers, issuer, finance, stranger, sheet, first } = await loadFixture(townInEscape)
    const item = await spendOf(town, sheet, first)
    for (const signer of [issuer, finance, stranger, first.wallet]) {
      await expect(
        vouchers.redeemWithReceipts([groupOf(sheet, [item])], [[await receiptProofOf(town, item, {}, signer)]]),
      )
        .to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
        .withArgs(signer)
    }
  })

  it('refuses a receipt of an acceptor that lost its role', async () => {
    const { town, vouchers, acceptor, sheet, first } = await loadFixture(townInEscape)
    await vouchers.revokeRole(await vouchers.ACCEPTOR_ROLE(), acceptor)
    await expect(redeemWithReceipts(town, sheet, [await spendOf(town, sheet, first)]))
      .to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
      .withArgs(acceptor)
  })

  it('refuses a receipt for another note, merchant, amount, commitment or details', async () => {
    const { town, vouchers, sheet, first, second } = await loadFixture(townInEscape)
    const item = await spendOf(town, sheet, first)
    const groups = [groupOf(sheet, [item])]
    for (const changes of [
      { noteId: second.noteId },
      { merchant: CAFE },
      { amountCents: item.amountCents - 1n },
      { commitment: `0x${'ab'.repeat(16)}` },
      { details: `0x${'ab'.repeat(32)}` },
    ]) {
      const { details } = receiptOf(item)
      const acceptor = await signReceipt(town, receiptOf(item, changes))
      await expect(vouchers.redeemWithReceipts(groups, [[{ details, acceptor }]])).to.be.revertedWithCustomError(
        vouchers,
        'NotTheAcceptor',
      )
    }
  })

  it('refuses a spend that the holder did not sign, whatever the receipt says (INVARIANT 5)', async () => {
    const { town, vouchers, acceptor, sheet, first } = await loadFixture(townInEscape)
    const item = await spendOf(town, sheet, first, { signer: acceptor })
    await expect(redeemWithReceipts(town, sheet, [item]))
      .to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
      .withArgs(sheet.id)
  })

  it('refuses two receipts in each other’s places', async () => {
    const { town, vouchers, sheet, first, second } = await loadFixture(townInEscape)
    const items = [await spendOf(town, sheet, first), await spendOf(town, sheet, second)]
    const [one, other] = await Promise.all(items.map((item) => receiptProofOf(town, item)))
    const groups = [groupOf(sheet, items)]
    await expect(vouchers.redeemWithReceipts(groups, [[other, one]])).to.be.revertedWithCustomError(
      vouchers,
      'NotTheAcceptor',
    )
    await vouchers.redeemWithReceipts(groups, [[one, other]])
  })

  it('refuses a signature that is no receipt’s: none, a batch’s, the holder’s', async () => {
    const { town, vouchers, acceptor, sheet, first } = await loadFixture(townInEscape)
    const item = await spendOf(town, sheet, first)
    const groups = [groupOf(sheet, [item])]
    const { details } = receiptOf(item)
    const none = { r: ethers.ZeroHash, vs: ethers.ZeroHash }
    await expect(vouchers.redeemWithReceipts(groups, [[{ details, acceptor: none }]])).to.be.revertedWithCustomError(
      vouchers,
      'ECDSAInvalidSignature',
    )
    for (const signature of [await signBatch(town, groups, acceptor), item.signature]) {
      await expect(
        vouchers.redeemWithReceipts(groups, [[{ details, acceptor: signature }]]),
      ).to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
    }
  })

  it('lets anybody post what was accepted, also when its deadline is over', async () => {
    const { town, vouchers, stranger, sheet, first, second } = await loadFixture(townInEscape)
    const deadline = (await now()) - 30n * DAY
    const items = [
      await spendOf(town, sheet, first, { amountCents: 890n, mostCents: 1_000n, deadline }),
      await spendOf(town, sheet, second, { merchant: CAFE, deadline }),
    ]
    await expect(redeemWithReceipts(town, sheet, items, stranger))
      .to.emit(vouchers, 'Redeemed')
      .withArgs(sheet.id, items.map(wordOf))
    expect(await potsOf(town)).to.include({ outstanding: 2_110n, locked: 2_110n })
    expect(await vouchers.owedCents(CAFE)).to.equal(1_000n)
  })

  it('passes over what the acceptor has posted or revoked (INVARIANT 4)', async () => {
    const { town, vouchers, acceptor, sheet, first, second } = await loadFixture(townInEscape)
    const items = [await spendOf(town, sheet, first), await spendOf(town, sheet, second)]
    await redeem(town, [groupOf(sheet, [items[0]])])
    await as(vouchers, acceptor).revoke([{ sheet: sheet.id, indexes: [second.index] }])
    await expect(redeemWithReceipts(town, sheet, items))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, first.index, skip('AlreadyUsed'))
      .and.to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, second.index, skip('AlreadyUsed'))
    expect(await vouchers.owedCents(GROCER)).to.equal(1_000n)
  })

  it('ends with the second in which the sheet closes', async () => {
    const { town, vouchers, sheet, first, second } = await loadFixture(townInEscape)
    const [inTime, late] = [await spendOf(town, sheet, first), await spendOf(town, sheet, second)]
    await nextAt(sheet.cut.closesAt)
    await expect(redeemWithReceipts(town, sheet, [inTime])).to.emit(vouchers, 'Redeemed')
    await nextAt(sheet.cut.closesAt + 1n)
    await expect(redeemWithReceipts(town, sheet, [late]))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, second.index, skip('SheetClosed'))
  })

  it('cannot be deployed with an escape that opens after the grace', async () => {
    const { vouchers, token, registry, admin } = await loadFixture(townWithSheet)
    await expect(ethers.deployContract('Vouchers', [token, registry, admin, GRACE, GRACE]))
      .to.be.revertedWithCustomError(vouchers, 'EscapeOutsideGrace')
      .withArgs(GRACE, GRACE)
    await ethers.deployContract('Vouchers', [token, registry, admin, GRACE - 1n, GRACE])
  })
})
