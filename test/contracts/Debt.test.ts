import { expect } from 'chai'
import { townWithClaim } from './support/fixtures.ts'
import { refundAll, refundOf, settleAll } from './support/refunds.ts'
import { newSheet } from './support/sheets.ts'
import { redeemNote } from './support/spends.ts'
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
} from './support/town.ts'

describe('Merchant debt', () => {
  async function townWithDebt() {
    const spent = await townWithClaim()
    const { town, sheet, first, second } = spent
    await redeemNote(town, sheet, second, { merchant: CAFE, amountCents: 500n })
    await settleAll(town, GROCER)
    await refundAll(town, [await refundOf(town, sheet, first, 890n)])
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
    await refundAll(town, [await refundOf(town, sheet, first, 890n)])
    await refundAll(town, [await refundOf(town, other, other.notes[0], 500n)])
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
