import { expect } from 'chai'
import { townWithClaim, townWithSheet } from './support/fixtures.ts'
import { newSheet } from './support/sheets.ts'
import { redeemNote, redeemOne, skip, spendOf } from './support/spends.ts'
import {
  as,
  CAFE,
  CULTURE,
  DAY,
  deployTown,
  ethers,
  FOOD,
  furnish,
  GROCER,
  loadFixture,
  nextAt,
  now,
} from './support/town.ts'

const NEWCOMER = 9

/** Merchants were registered before the registry told Vouchers of anything. */
async function townWithLateFollower() {
  const town = await deployTown()
  await furnish(town)
  await town.registry.follow(town.vouchers)
  return { ...town, town, sheet: await newSheet(town) }
}

describe('Who follows the registry', () => {
  it('is named by nobody but the admin, not by the registrar', async () => {
    const { registry, vouchers, registrar, stranger } = await loadFixture(townWithSheet)
    for (const caller of [registrar, stranger]) {
      await expect(as(registry, caller).follow(vouchers))
        .to.be.revertedWithCustomError(registry, 'AccessControlUnauthorizedAccount')
        .withArgs(caller, ethers.ZeroHash)
    }
  })

  it('is told, and kept in the order of naming', async () => {
    const { token, registry, vouchers, admin } = await loadFixture(townWithSheet)
    const settings = [await vouchers.escapeAfterSeconds(), await vouchers.graceSeconds()]
    const next = await ethers.deployContract('Vouchers', [token, registry, admin, ...settings])
    await expect(registry.follow(next)).to.emit(registry, 'Followed').withArgs(next)
    expect(await registry.followers(0)).to.equal(vouchers)
    expect(await registry.followers(1)).to.equal(next)
    await expect(registry.followers(2)).to.revert(ethers)
  })

  it('hears of each change or the change is refused: nobody can be deaf', async () => {
    const { town, vouchers, registry, registrar, stranger, sheet, first } = await loadFixture(townWithSheet)
    await registry.follow(stranger)
    const byRegistrar = as(registry, registrar)
    for (const change of [
      () => byRegistrar.register(NEWCOMER, FOOD),
      () => byRegistrar.setPurposes(GROCER, CULTURE),
      () => byRegistrar.suspend(GROCER, 2n ** 40n - 1n),
      () => byRegistrar.reinstate(GROCER),
    ]) {
      await expect(change()).to.revert(ethers)
    }
    expect(await registry.acceptanceOf(GROCER)).to.deep.equal([BigInt(FOOD), 0n])
    expect(await registry.acceptanceOf(NEWCOMER)).to.deep.equal([0n, 0n])
    await expect(redeemNote(town, sheet, first)).to.emit(vouchers, 'Redeemed')
  })
})

describe('A change in the registry reaches Vouchers in its own transaction', () => {
  it('when a merchant is registered', async () => {
    const { town, vouchers, registry, registrar, sheet, first } = await loadFixture(townWithSheet)
    const item = await spendOf(town, sheet, first, { merchant: NEWCOMER })
    await expect(redeemOne(town, sheet, item))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, 0, skip('MerchantUnknown'))
    await as(registry, registrar).register(NEWCOMER, FOOD)
    await expect(redeemOne(town, sheet, item)).to.emit(vouchers, 'Redeemed')
  })

  it('when its purposes change, to others and back', async () => {
    const { town, vouchers, registry, registrar, sheet, first } = await loadFixture(townWithSheet)
    const item = await spendOf(town, sheet, first)
    await as(registry, registrar).setPurposes(GROCER, CULTURE)
    await expect(redeemOne(town, sheet, item))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, 0, skip('PurposeNotAllowed'))
    await as(registry, registrar).setPurposes(GROCER, 0b1000_0000 | FOOD)
    await expect(redeemOne(town, sheet, item)).to.emit(vouchers, 'Redeemed')
  })

  it('when it is suspended, in the same second, and when it is reinstated', async () => {
    const { town, vouchers, registry, registrar, sheet, first } = await loadFixture(townWithSheet)
    const item = await spendOf(town, sheet, first)
    const second = (await now()) + DAY
    await nextAt(second)
    await as(registry, registrar).suspend(GROCER, second)
    await nextAt(second)
    await expect(redeemOne(town, sheet, item))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, 0, skip('MerchantSuspended'))
    await as(registry, registrar).reinstate(GROCER)
    await expect(redeemOne(town, sheet, item)).to.emit(vouchers, 'Redeemed')
  })

  it('when its suspension is moved', async () => {
    const { town, vouchers, registry, registrar, sheet, first } = await loadFixture(townWithSheet)
    const start = (await now()) + DAY
    await as(registry, registrar).suspend(GROCER, start)
    await as(registry, registrar).suspend(GROCER, start + 100n)
    await nextAt(start + 99n)
    await expect(redeemNote(town, sheet, first)).to.emit(vouchers, 'Redeemed')
    await nextAt(start + 100n)
    await expect(redeemNote(town, sheet, sheet.notes[1])).to.emit(vouchers, 'Skipped')
  })

  it('and leaves alone what the merchant is owed', async () => {
    const { vouchers, registry, registrar } = await loadFixture(townWithClaim)
    await as(registry, registrar).setPurposes(GROCER, 255)
    await as(registry, registrar).suspend(GROCER, 2n ** 40n - 1n)
    await as(registry, registrar).reinstate(GROCER)
    expect(await vouchers.owedCents(GROCER)).to.equal(890n)
    expect(await vouchers.totalDebtCents(GROCER)).to.equal(0n)
  })
})

describe('Whoever has a merchant read anew', () => {
  it('can say nothing but what the registry says: known, suspended or unknown', async () => {
    const { town, vouchers, registry, registrar, stranger, sheet } = await loadFixture(townWithSheet)
    const from = (await now()) + DAY
    await as(registry, registrar).suspend(CAFE, from)
    await nextAt(from)
    for (const merchant of [GROCER, CAFE, NEWCOMER, 0, 2 ** 32 - 1]) await as(vouchers, stranger).syncMerchant(merchant)
    const [first, second, third] = sheet.notes
    await expect(redeemNote(town, sheet, first)).to.emit(vouchers, 'Redeemed')
    await expect(redeemNote(town, sheet, second, { merchant: CAFE }))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, 1, skip('MerchantSuspended'))
    await expect(redeemNote(town, sheet, third, { merchant: NEWCOMER }))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, 2, skip('MerchantUnknown'))
  })

  it('touches no claim', async () => {
    const { vouchers, stranger } = await loadFixture(townWithClaim)
    await as(vouchers, stranger).syncMerchant(GROCER)
    expect(await vouchers.owedCents(GROCER)).to.equal(890n)
  })

  it('makes known a merchant of before the registry was followed, which was unknown until then', async () => {
    const { town, vouchers, stranger, sheet } = await loadFixture(townWithLateFollower)
    const item = await spendOf(town, sheet, sheet.notes[0])
    await expect(redeemOne(town, sheet, item))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, 0, skip('MerchantUnknown'))
    await as(vouchers, stranger).syncMerchant(GROCER)
    await expect(redeemOne(town, sheet, item)).to.emit(vouchers, 'Redeemed')
  })

  it('is not needed after the next change: that makes it known, too', async () => {
    const { town, vouchers, registry, registrar, sheet } = await loadFixture(townWithLateFollower)
    await as(registry, registrar).reinstate(CAFE)
    await expect(redeemNote(town, sheet, sheet.notes[0], { merchant: CAFE })).to.emit(vouchers, 'Redeemed')
  })
})
