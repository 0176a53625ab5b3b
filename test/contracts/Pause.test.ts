import { expect } from 'chai'
import { townWithClaim, townWithSheet } from './support/fixtures.ts'
import { refundAll, refundOf } from './support/refunds.ts'
import { cut, drawUp } from './support/sheets.ts'
import { groupOf, payGuarantee, redeem, redeemOne, redeemWithReceipts, spendOf } from './support/spends.ts'
import { as, DAY, ethers, GROCER, loadFixture, nextAt, now, PROGRAMME, time } from './support/town.ts'

async function pausedTown() {
  const spent = await townWithClaim()
  await as(spent.vouchers, spent.guardian).pause()
  return spent
}

describe('Pause', () => {
  it('is refused to anybody but the guardian, its end to anybody but the admin', async () => {
    const { vouchers, admin, guardian, stranger } = await loadFixture(pausedTown)
    for (const caller of [guardian, stranger]) {
      await expect(as(vouchers, caller).unpause())
        .to.be.revertedWithCustomError(vouchers, 'AccessControlUnauthorizedAccount')
        .withArgs(caller, ethers.ZeroHash)
    }
    await as(vouchers, admin).unpause()
    for (const caller of [admin, stranger]) {
      await expect(as(vouchers, caller).pause())
        .to.be.revertedWithCustomError(vouchers, 'AccessControlUnauthorizedAccount')
        .withArgs(caller, await vouchers.GUARDIAN_ROLE())
    }
  })

  it('is refused twice, and its end without it', async () => {
    const { vouchers, admin, guardian } = await loadFixture(pausedTown)
    await expect(as(vouchers, guardian).pause()).to.be.revertedWithCustomError(vouchers, 'EnforcedPause')
    await as(vouchers, admin).unpause()
    await expect(as(vouchers, admin).unpause()).to.be.revertedWithCustomError(vouchers, 'ExpectedPause')
  })

  it('stops cutting, posting, the guarantee and payments', async () => {
    const { town, vouchers, finance, sheet, second } = await loadFixture(pausedTown)
    const item = await spendOf(town, sheet, second)
    const drawnUp = await drawUp()
    for (const call of [
      () => cut(town, drawnUp),
      () => redeem(town, [groupOf(sheet, [item])]),
      () => redeemOne(town, sheet, item),
      () => redeemWithReceipts(town, sheet, [item]),
      () => payGuarantee(town, sheet, item),
      () => as(vouchers, finance).settle([{ ref: ethers.id('payment 1'), merchant: GROCER, cents: 1n }]),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(vouchers, 'EnforcedPause')
    }
  })

  it('stops nothing that only gives back or corrects', async () => {
    const { town, vouchers, acceptor, finance, treasury, admin, guardian, sheet, first, second } =
      await loadFixture(townWithClaim)
    const ref = ethers.id('payment 1')
    await as(vouchers, finance).settle([{ ref, merchant: GROCER, cents: 890n }])
    await as(vouchers, guardian).pause()
    await as(vouchers, finance).confirm([ref])
    await as(vouchers, finance).returned(ref, ethers.id('statement line 1'))
    await refundAll(town, [await refundOf(town, sheet, first, 1n)])
    await vouchers.netDebt(GROCER, PROGRAMME)
    await as(vouchers, acceptor).revoke([{ sheet: sheet.id, indexes: [second.index] }])
    await as(vouchers, acceptor).release([{ sheet: sheet.id, cents: 1_000n }])
    await as(vouchers, acceptor).closeSheet(sheet.id)
    await as(vouchers, acceptor).reclaim([{ programme: PROGRAMME, cents: 1_000n }])
    await as(vouchers, treasury).defund(PROGRAMME, 1_000n, 0n, 0n)
    await as(vouchers, admin).setIssuer(PROGRAMME, ethers.ZeroAddress)
  })

  it('is counted to the second, while it lasts and after (INVARIANT 10)', async () => {
    const { vouchers, admin, guardian } = await loadFixture(townWithSheet)
    const start = (await now()) + DAY
    expect(await vouchers.pausedSeconds()).to.equal(0n)
    await nextAt(start)
    await as(vouchers, guardian).pause()
    await time.increaseTo(start + 40n)
    expect(await vouchers.pausedSeconds()).to.equal(40n)
    await nextAt(start + 50n)
    await as(vouchers, admin).unpause()
    await time.increaseTo(start + 1_000n)
    expect(await vouchers.pausedSeconds()).to.equal(50n)
    await nextAt(start + 2_000n)
    await as(vouchers, guardian).pause()
    await nextAt(start + 2_007n)
    await as(vouchers, admin).unpause()
    expect(await vouchers.pausedSeconds()).to.equal(57n)
  })

  it('holds back who would close a sheet, for its length', async () => {
    const { vouchers, admin, guardian, stranger, sheet } = await loadFixture(townWithSheet)
    const { closesAt } = sheet.cut
    await nextAt(closesAt - 10n)
    await as(vouchers, guardian).pause()
    await nextAt(closesAt + DAY)
    await expect(as(vouchers, stranger).closeSheet(sheet.id)).to.be.revertedWithCustomError(vouchers, 'SheetStillOpen')
    await nextAt(closesAt + DAY + 1n)
    await as(vouchers, admin).unpause()
    await nextAt(closesAt + DAY + 11n)
    await expect(as(vouchers, stranger).closeSheet(sheet.id))
      .to.be.revertedWithCustomError(vouchers, 'SheetStillOpen')
      .withArgs(sheet.id, closesAt + DAY + 11n)
    await nextAt(closesAt + DAY + 12n)
    await expect(as(vouchers, stranger).closeSheet(sheet.id)).to.emit(vouchers, 'SheetClosed')
  })
})
