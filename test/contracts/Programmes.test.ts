import { expect } from 'chai'
import { ZeroAddress } from 'ethers'
import { townWithSheet } from './support/fixtures.ts'
import { cut, drawUp, newSheet } from './support/sheets.ts'
import {
  as,
  DAILY_LIMIT,
  DAY,
  ethers,
  loadFixture,
  nextAt,
  now,
  openTown,
  POOR_PROGRAMME,
  PROGRAMME,
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
      {
        role: await vouchers.ACCEPTOR_ROLE(),
        callers: [admin, treasury],
        call: 'reclaim',
        with: [[{ programme: PROGRAMME, cents: 1n }]],
      },
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
      () => as(vouchers, acceptor).reclaim([{ programme: NONE, cents: 1n }]),
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
      () => as(vouchers, acceptor).reclaim([{ programme: PROGRAMME, cents: 0n }]),
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
      const sheet = await drawUp()
      await expect(cut(town, sheet, issuer))
        .to.be.revertedWithCustomError(vouchers, 'NotTheIssuer')
        .withArgs(PROGRAMME, issuer)
      await expect(cut(town, sheet, stranger)).to.emit(vouchers, 'SheetCut')
    })

    it('cuts sheets of its own programme only', async () => {
      const town = await loadFixture(openTown)
      const { vouchers, admin, issuer, stranger } = town
      await as(vouchers, admin).setIssuer(POOR_PROGRAMME, stranger)
      await expect(cut(town, await drawUp(), stranger))
        .to.be.revertedWithCustomError(vouchers, 'NotTheIssuer')
        .withArgs(PROGRAMME, stranger)
      await expect(cut(town, await drawUp({ programme: POOR_PROGRAMME }), issuer))
        .to.be.revertedWithCustomError(vouchers, 'NotTheIssuer')
        .withArgs(POOR_PROGRAMME, issuer)
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
      const sheets = [await drawUp({ caps: [DAILY_LIMIT] }), await drawUp(), await drawUp()]
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
      await as(vouchers, acceptor).release([{ sheet: sheet.id, cents: 2_000n }])
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
})
