import { expect } from 'chai'
import { townWithClaim } from './support/fixtures.ts'
import { redeemNote } from './support/spends.ts'
import { as, BUDGET, CAFE, ethers, FLOAT, GROCER, GUARANTEE, loadFixture } from './support/town.ts'

const REF = ethers.id('payment 1')
const OTHER = ethers.id('payment 2')
const LINE = ethers.id('statement line 1')
const HELD = BUDGET + FLOAT + GUARANTEE
const [NONE, STARTED, CONFIRMED, RETURNED] = [0n, 1n, 2n, 3n]

async function townWithPayment() {
  const spent = await townWithClaim()
  await as(spent.vouchers, spent.finance).settle([{ ref: REF, merchant: GROCER, cents: 890n }])
  return spent
}

async function townWithPaid() {
  const spent = await townWithPayment()
  await as(spent.vouchers, spent.finance).confirm([REF])
  return spent
}

describe('Settlement', () => {
  it('refuses anybody but finance, the admin and the treasury too', async () => {
    const { vouchers, admin, treasury, acceptor, stranger } = await loadFixture(townWithPayment)
    const role = await vouchers.FINANCE_ROLE()
    for (const caller of [admin, treasury, acceptor, stranger]) {
      for (const call of [
        () => as(vouchers, caller).settle([{ ref: OTHER, merchant: GROCER, cents: 1n }]),
        () => as(vouchers, caller).confirm([REF]),
        () => as(vouchers, caller).returned(REF, LINE),
      ]) {
        await expect(call())
          .to.be.revertedWithCustomError(vouchers, 'AccessControlUnauthorizedAccount')
          .withArgs(caller, role)
      }
    }
  })

  describe('starting', () => {
    it('refuses a name that was used, wherever its payment stands (INVARIANT 9)', async () => {
      const { town, vouchers, finance, sheet, second } = await loadFixture(townWithPayment)
      await redeemNote(town, sheet, second)
      const again = () => as(vouchers, finance).settle([{ ref: REF, merchant: GROCER, cents: 1n }])
      await expect(again()).to.be.revertedWithCustomError(vouchers, 'PaymentExists').withArgs(REF)
      await as(vouchers, finance).confirm([REF])
      await expect(again()).to.be.revertedWithCustomError(vouchers, 'PaymentExists').withArgs(REF)
      await as(vouchers, finance).returned(REF, LINE)
      await expect(again()).to.be.revertedWithCustomError(vouchers, 'PaymentExists').withArgs(REF)
    })

    it('refuses one name for two payments of a call', async () => {
      const { vouchers, finance } = await loadFixture(townWithClaim)
      const payment = { ref: REF, merchant: GROCER, cents: 1n }
      await expect(as(vouchers, finance).settle([payment, payment]))
        .to.be.revertedWithCustomError(vouchers, 'PaymentExists')
        .withArgs(REF)
    })

    it('refuses nothing', async () => {
      const { vouchers, finance } = await loadFixture(townWithClaim)
      await expect(
        as(vouchers, finance).settle([{ ref: REF, merchant: GROCER, cents: 0n }]),
      ).to.be.revertedWithCustomError(vouchers, 'CentsMissing')
    })

    it('refuses a cent more than is owed (INVARIANT 9)', async () => {
      const { vouchers, finance } = await loadFixture(townWithClaim)
      await expect(as(vouchers, finance).settle([{ ref: REF, merchant: GROCER, cents: 891n }]))
        .to.be.revertedWithCustomError(vouchers, 'OwedTooLow')
        .withArgs(GROCER, 890n, 891n)
    })

    it('sets claims aside, for several merchants at once', async () => {
      const { town, token, vouchers, finance, sheet, second } = await loadFixture(townWithClaim)
      await redeemNote(town, sheet, second, { merchant: CAFE })
      const payments = [
        { ref: REF, merchant: GROCER, cents: 890n },
        { ref: OTHER, merchant: CAFE, cents: 400n },
      ]
      await expect(as(vouchers, finance).settle(payments))
        .to.emit(vouchers, 'SettlementStarted')
        .withArgs(REF, GROCER, 890n)
        .and.to.emit(vouchers, 'SettlementStarted')
        .withArgs(OTHER, CAFE, 400n)
      expect(await vouchers.owedCents(GROCER)).to.equal(0n)
      expect(await vouchers.owedCents(CAFE)).to.equal(600n)
      expect(await vouchers.settlingOf(OTHER)).to.deep.equal([400n, BigInt(CAFE), STARTED])
      expect(await token.balanceOf(vouchers)).to.equal(HELD)
    })
  })

  describe('confirming', () => {
    it('refuses what is not under way: never started, confirmed or returned', async () => {
      const { vouchers, finance } = await loadFixture(townWithPayment)
      const confirm = as(vouchers, finance).getFunction('confirm')
      await expect(confirm([OTHER]))
        .to.be.revertedWithCustomError(vouchers, 'SettlementIs')
        .withArgs(OTHER, NONE)
      await expect(confirm([REF, REF]))
        .to.be.revertedWithCustomError(vouchers, 'SettlementIs')
        .withArgs(REF, CONFIRMED)
      await as(vouchers, finance).returned(REF, LINE)
      await expect(confirm([REF]))
        .to.be.revertedWithCustomError(vouchers, 'SettlementIs')
        .withArgs(REF, RETURNED)
    })

    it('burns what was paid', async () => {
      const { token, vouchers, finance } = await loadFixture(townWithPayment)
      await expect(as(vouchers, finance).confirm([REF]))
        .to.emit(vouchers, 'SettlementConfirmed')
        .withArgs(REF)
        .and.to.emit(token, 'Burned')
        .withArgs(REF, 890n)
      expect(await token.balanceOf(vouchers)).to.equal(HELD - 890n)
      expect(await token.totalSupply()).to.equal(HELD - 890n)
      expect((await vouchers.settlingOf(REF)).state).to.equal(CONFIRMED)
    })
  })

  describe('coming back', () => {
    it('refuses what never left, and what came back', async () => {
      const { vouchers, finance } = await loadFixture(townWithPayment)
      const returned = as(vouchers, finance).getFunction('returned')
      await expect(returned(OTHER, LINE)).to.be.revertedWithCustomError(vouchers, 'SettlementIs').withArgs(OTHER, NONE)
      await returned(REF, LINE)
      await expect(returned(REF, ethers.id('statement line 2')))
        .to.be.revertedWithCustomError(vouchers, 'SettlementIs')
        .withArgs(REF, RETURNED)
    })

    it('owes again what was not confirmed, without minting', async () => {
      const { token, vouchers, finance } = await loadFixture(townWithPayment)
      await expect(as(vouchers, finance).returned(REF, LINE))
        .to.emit(vouchers, 'SettlementReturned')
        .withArgs(REF, LINE)
        .and.not.to.emit(token, 'ReturnMinted')
      expect(await vouchers.owedCents(GROCER)).to.equal(890n)
      expect(await token.totalSupply()).to.equal(HELD)
    })

    it('owes again what was confirmed, minted against the statement (INVARIANT 11)', async () => {
      const { token, vouchers, finance } = await loadFixture(townWithPaid)
      await expect(as(vouchers, finance).returned(REF, LINE))
        .to.emit(token, 'ReturnMinted')
        .withArgs(REF, LINE, 890n)
        .and.to.emit(vouchers, 'SettlementReturned')
        .withArgs(REF, LINE)
      expect(await vouchers.owedCents(GROCER)).to.equal(890n)
      expect(await token.balanceOf(vouchers)).to.equal(HELD)
    })

    it('refuses one line of the statement for two confirmed payments', async () => {
      const { town, token, vouchers, finance, sheet, second } = await loadFixture(townWithPaid)
      await redeemNote(town, sheet, second)
      await as(vouchers, finance).settle([{ ref: OTHER, merchant: GROCER, cents: 1_000n }])
      await as(vouchers, finance).confirm([OTHER])
      await as(vouchers, finance).returned(REF, LINE)
      await expect(as(vouchers, finance).returned(OTHER, LINE))
        .to.be.revertedWithCustomError(token, 'StatementEntryUsed')
        .withArgs(LINE)
    })

    it('is paid again under another name', async () => {
      const { token, vouchers, finance } = await loadFixture(townWithPaid)
      await as(vouchers, finance).returned(REF, LINE)
      await as(vouchers, finance).settle([{ ref: OTHER, merchant: GROCER, cents: 890n }])
      await as(vouchers, finance).confirm([OTHER])
      expect(await token.totalSupply()).to.equal(HELD - 890n)
    })
  })
})
