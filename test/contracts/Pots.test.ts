import { expect } from 'chai'
import { townWithSheet } from './support/fixtures.ts'
import { newSheet } from './support/sheets.ts'
import { payGuarantee, spendOf } from './support/spends.ts'
import { as, BUDGET, ethers, FLOAT, GUARANTEE, loadFixture, openTown, PROGRAMME, potsOf } from './support/town.ts'

describe('Funding a programme', () => {
  it('refuses pots that together are more than there is room for', async () => {
    const { vouchers, treasury } = await loadFixture(openTown)
    for (const call of ['fund', 'defund']) {
      await expect(as(vouchers, treasury).getFunction(call)(PROGRAMME, 2n ** 64n - 1n, 1n, 0n)).to.be.revertedWithPanic(
        0x11,
      )
    }
  })

  it('refuses what the treasury has not approved', async () => {
    const { token, vouchers, treasury } = await loadFixture(openTown)
    await as(token, treasury).mint(ethers.id('bank entry 2'), 10n)
    await expect(as(vouchers, treasury).fund(PROGRAMME, 10n, 0n, 0n)).to.be.revertedWithCustomError(
      token,
      'ERC20InsufficientAllowance',
    )
  })

  it('goes into each pot and no other', async () => {
    const town = await loadFixture(openTown)
    const { token, vouchers, treasury } = town
    await as(token, treasury).mint(ethers.id('bank entry 2'), 6n)
    await as(token, treasury).approve(vouchers, 6n)
    await expect(as(vouchers, treasury).fund(PROGRAMME, 1n, 2n, 3n))
      .to.emit(vouchers, 'Funded')
      .withArgs(PROGRAMME, 1n, 2n, 3n)
    expect(await potsOf(town)).to.deep.equal({
      available: BUDGET + 1n,
      outstanding: 0n,
      float: FLOAT + 2n,
      guarantee: GUARANTEE + 3n,
      guaranteePaid: 0n,
      locked: 0n,
    })
    expect(await token.balanceOf(vouchers)).to.equal(BUDGET + FLOAT + GUARANTEE + 6n)
  })
})

describe('Defunding a programme', () => {
  it('refuses one cent more than each pot has', async () => {
    const { vouchers, treasury } = await loadFixture(openTown)
    const defund = as(vouchers, treasury).getFunction('defund')
    await expect(defund(PROGRAMME, BUDGET + 1n, 0n, 0n))
      .to.be.revertedWithCustomError(vouchers, 'AvailableTooLow')
      .withArgs(PROGRAMME, BUDGET, BUDGET + 1n)
    await expect(defund(PROGRAMME, 0n, FLOAT + 1n, 0n))
      .to.be.revertedWithCustomError(vouchers, 'FloatTooLow')
      .withArgs(PROGRAMME, FLOAT, FLOAT + 1n)
    await expect(defund(PROGRAMME, 0n, 0n, GUARANTEE + 1n))
      .to.be.revertedWithCustomError(vouchers, 'GuaranteeTooLow')
      .withArgs(PROGRAMME, GUARANTEE, GUARANTEE + 1n)
  })

  it('refuses float that open sheets need, by one cent (INVARIANT 2)', async () => {
    const town = await loadFixture(openTown)
    const { vouchers, treasury } = town
    await newSheet(town, { committedCents: 4_000n, grantedCents: 1_000n })
    await expect(as(vouchers, treasury).defund(PROGRAMME, 0n, 2_001n, 0n))
      .to.be.revertedWithCustomError(vouchers, 'LocksUncovered')
      .withArgs(PROGRAMME, 4_000n, 3_999n)
    await as(vouchers, treasury).defund(PROGRAMME, 0n, 2_000n, 0n)
  })

  it('gives back everything that is free', async () => {
    const town = await loadFixture(openTown)
    const { token, vouchers, treasury } = town
    await expect(as(vouchers, treasury).defund(PROGRAMME, BUDGET, FLOAT, GUARANTEE))
      .to.emit(vouchers, 'Defunded')
      .withArgs(PROGRAMME, BUDGET, FLOAT, GUARANTEE)
    expect(await token.balanceOf(treasury)).to.equal(BUDGET + FLOAT + GUARANTEE)
    expect(await potsOf(town)).to.deep.equal({
      available: 0n,
      outstanding: 0n,
      float: 0n,
      guarantee: 0n,
      guaranteePaid: 0n,
      locked: 0n,
    })
  })
})

describe('Reclaiming what was granted', () => {
  it('refuses one cent more than is outstanding', async () => {
    const { vouchers, acceptor, sheet } = await loadFixture(townWithSheet)
    await as(vouchers, acceptor).closeSheet(sheet.id)
    await expect(as(vouchers, acceptor).reclaim([{ programme: PROGRAMME, cents: 4_001n }]))
      .to.be.revertedWithCustomError(vouchers, 'OutstandingTooLow')
      .withArgs(PROGRAMME, 4_000n, 4_001n)
  })

  it('refuses what open sheets need, by one cent (INVARIANT 2)', async () => {
    const { vouchers, treasury, acceptor, sheet } = await loadFixture(townWithSheet)
    await as(vouchers, treasury).defund(PROGRAMME, 0n, FLOAT, 0n)
    await as(vouchers, acceptor).release([{ sheet: sheet.id, cents: 1_000n }])
    await expect(as(vouchers, acceptor).reclaim([{ programme: PROGRAMME, cents: 1_001n }]))
      .to.be.revertedWithCustomError(vouchers, 'LocksUncovered')
      .withArgs(PROGRAMME, 3_000n, 2_999n)
  })

  it('refuses a cent of what open sheets need, of a programme that comes twice in one call (INVARIANT 2)', async () => {
    const { town, vouchers, treasury, acceptor, sheet } = await loadFixture(townWithSheet)
    await as(vouchers, treasury).defund(PROGRAMME, 0n, FLOAT, 0n)
    await as(vouchers, acceptor).release([{ sheet: sheet.id, cents: 1_000n }])
    const reclaims = (last: bigint) => [600n, last].map((cents) => ({ programme: PROGRAMME, cents }))
    const before = await potsOf(town)
    await expect(as(vouchers, acceptor).reclaim(reclaims(401n)))
      .to.be.revertedWithCustomError(vouchers, 'LocksUncovered')
      .withArgs(PROGRAMME, 3_000n, 2_999n)
    expect(await potsOf(town)).to.deep.equal(before)
    await as(vouchers, acceptor).reclaim(reclaims(400n))
  })

  it('makes unspent value grantable again', async () => {
    const { town, vouchers, acceptor, sheet } = await loadFixture(townWithSheet)
    await as(vouchers, acceptor).closeSheet(sheet.id)
    await expect(as(vouchers, acceptor).reclaim([{ programme: PROGRAMME, cents: 4_000n }]))
      .to.emit(vouchers, 'Reclaimed')
      .withArgs(PROGRAMME, 4_000n)
    expect(await potsOf(town)).to.include({ available: BUDGET, outstanding: 0n })
  })
})

describe('Restoring the guarantee', () => {
  it('refuses one cent more than it paid (INVARIANT 7)', async () => {
    const { town, vouchers, acceptor, sheet, first } = await loadFixture(townWithSheet)
    await payGuarantee(town, sheet, await spendOf(town, sheet, first))
    await expect(as(vouchers, acceptor).restoreGuarantee(PROGRAMME, 1_001n))
      .to.be.revertedWithCustomError(vouchers, 'RestoredAbovePaid')
      .withArgs(PROGRAMME, 1_000n, 1_001n)
  })

  it('refuses what open sheets need (INVARIANT 2)', async () => {
    const { town, vouchers, acceptor, treasury, sheet, first } = await loadFixture(townWithSheet)
    await payGuarantee(town, sheet, await spendOf(town, sheet, first))
    await as(vouchers, treasury).defund(PROGRAMME, 0n, FLOAT, 0n)
    await expect(as(vouchers, acceptor).restoreGuarantee(PROGRAMME, 1n))
      .to.be.revertedWithCustomError(vouchers, 'LocksUncovered')
      .withArgs(PROGRAMME, 4_000n, 3_999n)
  })

  it('takes it from outstanding, once', async () => {
    const { town, vouchers, acceptor, sheet, first } = await loadFixture(townWithSheet)
    await payGuarantee(town, sheet, await spendOf(town, sheet, first))
    await as(vouchers, acceptor).release([{ sheet: sheet.id, cents: 1_000n }])
    await expect(as(vouchers, acceptor).restoreGuarantee(PROGRAMME, 400n))
      .to.emit(vouchers, 'GuaranteeRestored')
      .withArgs(PROGRAMME, 400n)
    await as(vouchers, acceptor).restoreGuarantee(PROGRAMME, 600n)
    expect(await potsOf(town)).to.include({ guarantee: GUARANTEE, guaranteePaid: 0n, outstanding: 3_000n })
    await expect(as(vouchers, acceptor).restoreGuarantee(PROGRAMME, 1n))
      .to.be.revertedWithCustomError(vouchers, 'RestoredAbovePaid')
      .withArgs(PROGRAMME, 0n, 1n)
  })
})
