import { expect } from 'chai'
import { ZeroAddress } from 'ethers'
import { townWithSheet } from './support/fixtures.ts'
import { cut, drawUp, newSheet } from './support/sheets.ts'
import { payGuarantee, spendOf } from './support/spends.ts'
import {
  as,
  BUDGET,
  DAILY_LIMIT,
  DAY,
  ethers,
  FLOAT,
  GUARANTEE,
  loadFixture,
  nextAt,
  now,
  openTown,
  PROGRAMME,
  potsOf,
} from './support/town.ts'

const NEW = 3
const NONE = 99

describe('Programme', () => {
  it('refuses what its caller has no role for', async () => {
    const { vouchers, admin, treasury, acceptor, stranger, issuer } = await loadFixture(openTown)
    const calls = [
      { role: ethers.ZeroHash, callers: [treasury, issuer, stranger], call: 'openProgramme', with: [NEW, issuer, 1n] },
      { role: ethers.ZeroHash, callers: [treasury, issuer, stranger], call: 'setIssuer', with: [PROGRAMME, stranger] },
      { role: ethers.ZeroHash, callers: [treasury, issuer, stranger], call: 'setDailyLimit', with: [PROGRAMME, 1n] },
      { role: await vouchers.TREASURY_ROLE(), callers: [admin, acceptor], call: 'fund', with: [PROGRAMME, 1n, 0n, 0n] },
      {
        role: await vouchers.TREASURY_ROLE(),
        callers: [admin, acceptor],
        call: 'defund',
        with: [PROGRAMME, 1n, 0n, 0n],
      },
      { role: await vouchers.ACCEPTOR_ROLE(), callers: [admin, treasury], call: 'reclaim', with: [PROGRAMME, 1n] },
      {
        role: await vouchers.ACCEPTOR_ROLE(),
        callers: [admin, treasury],
        call: 'restoreGuarantee',
        with: [PROGRAMME, 1n],
      },
    ]
    for (const { role, callers, call, with: values } of calls) {
      for (const caller of callers) {
        await expect(as(vouchers, caller).getFunction(call)(...values))
          .to.be.revertedWithCustomError(vouchers, 'AccessControlUnauthorizedAccount')
          .withArgs(caller, role)
      }
    }
  })

  it('refuses every act while it does not exist', async () => {
    const { vouchers, admin, treasury, acceptor, stranger } = await loadFixture(openTown)
    for (const call of [
      () => as(vouchers, admin).setIssuer(NONE, stranger),
      () => as(vouchers, admin).setDailyLimit(NONE, 1n),
      () => as(vouchers, treasury).fund(NONE, 1n, 0n, 0n),
      () => as(vouchers, treasury).defund(NONE, 1n, 0n, 0n),
      () => as(vouchers, acceptor).reclaim(NONE, 1n),
      () => as(vouchers, acceptor).restoreGuarantee(NONE, 1n),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(vouchers, 'UnknownProgramme').withArgs(NONE)
    }
  })

  it('refuses to move nothing', async () => {
    const { vouchers, treasury, acceptor } = await loadFixture(openTown)
    for (const call of [
      () => as(vouchers, treasury).fund(PROGRAMME, 0n, 0n, 0n),
      () => as(vouchers, treasury).defund(PROGRAMME, 0n, 0n, 0n),
      () => as(vouchers, acceptor).reclaim(PROGRAMME, 0n),
      () => as(vouchers, acceptor).restoreGuarantee(PROGRAMME, 0n),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(vouchers, 'CentsMissing')
    }
  })

  describe('opening', () => {
    it('refuses a number that is taken', async () => {
      const { vouchers, admin, stranger } = await loadFixture(openTown)
      await expect(as(vouchers, admin).openProgramme(PROGRAMME, stranger, 1n))
        .to.be.revertedWithCustomError(vouchers, 'ProgrammeExists')
        .withArgs(PROGRAMME)
    })

    it('names issuer and daily limit', async () => {
      const { vouchers, admin, stranger } = await loadFixture(openTown)
      await expect(as(vouchers, admin).openProgramme(NEW, stranger, 70n))
        .to.emit(vouchers, 'ProgrammeOpened')
        .withArgs(NEW, stranger, 70n)
      expect(await vouchers.issuerOf(NEW)).to.equal(stranger)
      const programme = await vouchers.programmeOf(NEW)
      expect(programme.isOpen).to.equal(true)
      expect(programme.dailyLimitCents).to.equal(70n)
    })
  })

  describe('issuer', () => {
    it('is replaced, and the former can cut nothing', async () => {
      const { vouchers, admin, issuer, stranger, ...rest } = await loadFixture(openTown)
      const town = { vouchers, admin, issuer, stranger, ...rest }
      await expect(as(vouchers, admin).setIssuer(PROGRAMME, stranger))
        .to.emit(vouchers, 'IssuerSet')
        .withArgs(PROGRAMME, stranger)
      const sheet = await drawUp(town)
      await expect(cut(town, sheet, 0n, issuer))
        .to.be.revertedWithCustomError(vouchers, 'NotTheIssuer')
        .withArgs(PROGRAMME, issuer)
      await expect(cut(town, sheet, 4_000n, stranger)).to.emit(vouchers, 'SheetCut')
    })

    it('is nobody once the programme is stopped', async () => {
      const town = await loadFixture(openTown)
      await as(town.vouchers, town.admin).setIssuer(PROGRAMME, ZeroAddress)
      await expect(newSheet(town))
        .to.be.revertedWithCustomError(town.vouchers, 'NotTheIssuer')
        .withArgs(PROGRAMME, town.issuer)
    })
  })

  describe('daily limit', () => {
    it('refuses one cent above it, over all sheets of the day', async () => {
      const town = await loadFixture(openTown)
      await newSheet(town, { caps: [DAILY_LIMIT - 100n] })
      await expect(newSheet(town, { caps: [101n] }))
        .to.be.revertedWithCustomError(town.vouchers, 'AboveDailyLimit')
        .withArgs(PROGRAMME, DAILY_LIMIT, DAILY_LIMIT + 1n)
      await newSheet(town, { caps: [100n] })
      expect((await town.vouchers.programmeOf(PROGRAMME)).grantedTodayCents).to.equal(DAILY_LIMIT)
    })

    it('starts afresh with the first second of the next day (UTC), not before', async () => {
      const town = await loadFixture(openTown)
      const midnight = ((await now()) / DAY + 2n) * DAY
      const sheets = [await drawUp(town, { caps: [DAILY_LIMIT] }), await drawUp(town), await drawUp(town)]
      await nextAt(midnight - 100n)
      await cut(town, sheets[0])
      await nextAt(midnight - 1n)
      await expect(cut(town, sheets[1])).to.be.revertedWithCustomError(town.vouchers, 'AboveDailyLimit')
      await nextAt(midnight)
      await cut(town, sheets[2])
      const programme = await town.vouchers.programmeOf(PROGRAMME)
      expect(programme.grantedOnDay).to.equal(midnight / DAY)
      expect(programme.grantedTodayCents).to.equal(4_000n)
    })

    it('does not hold back sheets of change, whatever it was lowered to', async () => {
      const town = await loadFixture(townWithSheet)
      const { vouchers, admin, acceptor, sheet } = town
      await as(vouchers, acceptor).release(sheet.id, 2_000n)
      await expect(as(vouchers, admin).setDailyLimit(PROGRAMME, 0n))
        .to.emit(vouchers, 'DailyLimitSet')
        .withArgs(PROGRAMME, 0n)
      await expect(newSheet(town, { caps: [2_000n], grantedCents: 1n })).to.be.revertedWithCustomError(
        vouchers,
        'AboveDailyLimit',
      )
      await newSheet(town, { caps: [2_000n], grantedCents: 0n })
      expect((await vouchers.programmeOf(PROGRAMME)).grantedTodayCents).to.equal(4_000n)
    })
  })

  describe('funding', () => {
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

  describe('defunding', () => {
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

  describe('reclaiming', () => {
    it('refuses one cent more than is outstanding', async () => {
      const { vouchers, acceptor, sheet } = await loadFixture(townWithSheet)
      await as(vouchers, acceptor).closeSheet(sheet.id)
      await expect(as(vouchers, acceptor).reclaim(PROGRAMME, 4_001n))
        .to.be.revertedWithCustomError(vouchers, 'OutstandingTooLow')
        .withArgs(PROGRAMME, 4_000n, 4_001n)
    })

    it('refuses what open sheets need, by one cent (INVARIANT 2)', async () => {
      const { vouchers, treasury, acceptor, sheet } = await loadFixture(townWithSheet)
      await as(vouchers, treasury).defund(PROGRAMME, 0n, FLOAT, 0n)
      await as(vouchers, acceptor).release(sheet.id, 1_000n)
      await expect(as(vouchers, acceptor).reclaim(PROGRAMME, 1_001n))
        .to.be.revertedWithCustomError(vouchers, 'LocksUncovered')
        .withArgs(PROGRAMME, 3_000n, 2_999n)
    })

    it('makes unspent value grantable again', async () => {
      const { town, vouchers, acceptor, sheet } = await loadFixture(townWithSheet)
      await as(vouchers, acceptor).closeSheet(sheet.id)
      await expect(as(vouchers, acceptor).reclaim(PROGRAMME, 4_000n))
        .to.emit(vouchers, 'Reclaimed')
        .withArgs(PROGRAMME, 4_000n)
      expect(await potsOf(town)).to.include({ available: BUDGET, outstanding: 0n })
    })
  })

  describe('restoring the guarantee', () => {
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
      await as(vouchers, acceptor).release(sheet.id, 1_000n)
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
})
