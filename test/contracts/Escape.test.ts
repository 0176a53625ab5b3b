import { expect } from 'chai'
import { townWithSheet } from './support/fixtures.ts'
import { newSheet } from './support/sheets.ts'
import {
  groupsOf,
  receiptOf,
  receiptProofOf,
  redeem,
  redeemWithReceipts,
  signReceipt,
  skip,
  spendOf,
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
  await time.increaseTo(spent.sheet.terms.validUntil + ESCAPE_AFTER)
  return spent
}

describe('Escape', () => {
  it('refuses everybody until the second it opens', async () => {
    const { town, vouchers, acceptor, admin, stranger, sheet, first } = await loadFixture(townWithSheet)
    const opensAt = sheet.terms.validUntil + ESCAPE_AFTER
    const groups = groupsOf(sheet, [await spendOf(town, sheet, first)])
    expect(await vouchers.escapeOpensAt(sheet.id)).to.equal(opensAt)
    for (const [i, caller] of [stranger, admin, acceptor].entries()) {
      await nextAt(opensAt - 3n + BigInt(i))
      await expect(redeemWithReceipts(town, groups, caller))
        .to.be.revertedWithCustomError(vouchers, 'EscapeNotOpen')
        .withArgs(sheet.id, opensAt)
    }
    await nextAt(opensAt)
    await expect(redeemWithReceipts(town, groups, stranger)).to.emit(vouchers, 'Redeemed')
  })

  it('refuses if the escape of any of its sheets is not open', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townInEscape)

    const young = await newSheet(town)
    const groups = [
      ...groupsOf(sheet, [await spendOf(town, sheet, first)]),
      ...groupsOf(young, [await spendOf(town, young, young.notes[0])]),
    ]
    await expect(redeemWithReceipts(town, groups))
      .to.be.revertedWithCustomError(vouchers, 'EscapeNotOpen')
      .withArgs(young.id, young.terms.validUntil + ESCAPE_AFTER)
  })

  it('refuses a sheet that was never cut', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townInEscape)
    const id = `0x${'00'.repeat(32)}`
    const groups = [{ sheet: id, merchant: GROCER, items: [await spendOf(town, sheet, first)] }]
    await expect(redeemWithReceipts(town, groups)).to.be.revertedWithCustomError(vouchers, 'UnknownSheet').withArgs(id)
  })

  it('refuses an item without its receipt, and a receipt without its item', async () => {
    const { town, vouchers, stranger, sheet, first, second } = await loadFixture(townInEscape)
    const items = [await spendOf(town, sheet, first), await spendOf(town, sheet, second)]
    const proof = await receiptProofOf(town, items[0])
    const call = as(vouchers, stranger).getFunction('redeemWithReceipts')
    const groups = groupsOf(sheet, items)
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
        vouchers.redeemWithReceipts(groupsOf(sheet, [item]), [[await receiptProofOf(town, item, {}, signer)]]),
      )
        .to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
        .withArgs(signer)
    }
  })

  it('refuses a receipt of an acceptor that lost its role', async () => {
    const { town, vouchers, acceptor, sheet, first } = await loadFixture(townInEscape)
    await vouchers.revokeRole(await vouchers.ACCEPTOR_ROLE(), acceptor)
    await expect(redeemWithReceipts(town, groupsOf(sheet, [await spendOf(town, sheet, first)])))
      .to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
      .withArgs(acceptor)
  })

  it('refuses a receipt for another note, merchant, amount, commitment or details', async () => {
    const { town, vouchers, sheet, first, second } = await loadFixture(townInEscape)
    const item = await spendOf(town, sheet, first)
    const groups = groupsOf(sheet, [item])
    for (const changes of [
      { noteId: second.noteId },
      { merchant: CAFE },
      { amountCents: item.amountCents - 1n },
      { commitment: `0x${'ab'.repeat(16)}` },
      { details: `0x${'ab'.repeat(32)}` },
    ]) {
      const { details } = receiptOf(item)
      const signature = await signReceipt(town, receiptOf(item, changes))
      await expect(vouchers.redeemWithReceipts(groups, [[{ details, signature }]])).to.be.revertedWithCustomError(
        vouchers,
        'NotTheAcceptor',
      )
    }
  })

  it('refuses a spend that the holder did not sign, whatever the receipt says (INVARIANT 5)', async () => {
    const { town, vouchers, acceptor, sheet, first } = await loadFixture(townInEscape)
    const item = await spendOf(town, sheet, first, { signer: acceptor })
    await expect(redeemWithReceipts(town, groupsOf(sheet, [item])))
      .to.be.revertedWithCustomError(vouchers, 'LeafNotOnSheet')
      .withArgs(sheet.id, first.index, acceptor)
  })

  it('refuses more than two hundred items', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townInEscape)
    const item = await spendOf(town, sheet, first)
    const proof = await receiptProofOf(town, item)
    const items = Array.from({ length: 201 }, () => item)
    await expect(vouchers.redeemWithReceipts(groupsOf(sheet, items), [items.map(() => proof)]))
      .to.be.revertedWithCustomError(vouchers, 'TooManyItems')
      .withArgs(201, 200)
  })

  it('lets anybody post what was accepted, also when its deadline is over', async () => {
    const { town, vouchers, stranger, sheet, first, second } = await loadFixture(townInEscape)
    const deadline = (await now()) - 30n * DAY
    const items = [
      await spendOf(town, sheet, first, { amountCents: 890n, mostCents: 1_000n, deadline }),
      await spendOf(town, sheet, second, { merchant: CAFE, deadline }),
    ]
    await expect(redeemWithReceipts(town, groupsOf(sheet, items), stranger))
      .to.emit(vouchers, 'Redeemed')
      .withArgs(sheet.id, GROCER, first.index, 890n)
      .and.to.emit(vouchers, 'Redeemed')
      .withArgs(sheet.id, CAFE, second.index, 1_000n)
    expect(await potsOf(town)).to.include({ outstanding: 2_110n, locked: 2_110n })
    expect(await vouchers.owedCents(CAFE)).to.equal(1_000n)
  })

  it('passes over what the acceptor has posted or revoked (INVARIANT 4)', async () => {
    const { town, vouchers, acceptor, sheet, first, second } = await loadFixture(townInEscape)
    const items = [await spendOf(town, sheet, first), await spendOf(town, sheet, second)]
    await redeem(town, groupsOf(sheet, [items[0]]))
    await as(vouchers, acceptor).revoke(sheet.id, [second.index])
    await expect(redeemWithReceipts(town, groupsOf(sheet, items)))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, first.index, skip('AlreadyUsed'))
      .and.to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, second.index, skip('AlreadyUsed'))
    expect(await vouchers.owedCents(GROCER)).to.equal(1_000n)
  })

  it('ends with the second in which the sheet closes', async () => {
    const { town, vouchers, sheet, first, second } = await loadFixture(townInEscape)
    const [inTime, late] = [await spendOf(town, sheet, first), await spendOf(town, sheet, second)]
    await nextAt(sheet.terms.closesAt)
    await expect(redeemWithReceipts(town, groupsOf(sheet, [inTime]))).to.emit(vouchers, 'Redeemed')
    await nextAt(sheet.terms.closesAt + 1n)
    await expect(redeemWithReceipts(town, groupsOf(sheet, [late])))
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
