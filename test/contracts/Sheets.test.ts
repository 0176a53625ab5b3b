import { expect } from 'chai'
import { townWithSheet } from './support/fixtures.ts'
import { newSheet } from './support/sheets.ts'
import { redeemNote, skip } from './support/spends.ts'
import { as, ethers, loadFixture, nextAt, openTown, potsOf } from './support/town.ts'

const NOWHERE = ethers.id('no such sheet')

describe('Sheet', () => {
  it('refuses every act while it was not cut', async () => {
    const { vouchers, acceptor } = await loadFixture(openTown)
    const byAcceptor = as(vouchers, acceptor)
    for (const call of [
      () => byAcceptor.release([{ sheet: NOWHERE, cents: 1n }]),
      () => byAcceptor.closeSheet(NOWHERE),
      () => byAcceptor.revoke([{ sheet: NOWHERE, indexes: [0] }]),
      () => vouchers.closesAt(NOWHERE),
      () => vouchers.escapeOpensAt(NOWHERE),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(vouchers, 'UnknownSheet').withArgs(NOWHERE)
    }
  })

  it('refuses to be released or revoked from by anybody but the acceptor', async () => {
    const { vouchers, admin, issuer, finance, stranger, sheet } = await loadFixture(townWithSheet)
    const role = await vouchers.ACCEPTOR_ROLE()
    for (const caller of [admin, issuer, finance, stranger]) {
      for (const call of [
        () => as(vouchers, caller).release([{ sheet: sheet.id, cents: 1n }]),
        () => as(vouchers, caller).revoke([{ sheet: sheet.id, indexes: [0] }]),
      ]) {
        await expect(call())
          .to.be.revertedWithCustomError(vouchers, 'AccessControlUnauthorizedAccount')
          .withArgs(caller, role)
      }
    }
  })

  describe('releasing', () => {
    it('refuses nothing', async () => {
      const { vouchers, acceptor, sheet } = await loadFixture(townWithSheet)
      await expect(as(vouchers, acceptor).release([{ sheet: sheet.id, cents: 0n }])).to.be.revertedWithCustomError(
        vouchers,
        'CentsMissing',
      )
    })

    it('refuses a cent more than is left (INVARIANT 3)', async () => {
      const { town, vouchers, acceptor, sheet, first } = await loadFixture(townWithSheet)
      await redeemNote(town, sheet, first)
      await expect(as(vouchers, acceptor).release([{ sheet: sheet.id, cents: 3_001n }]))
        .to.be.revertedWithCustomError(vouchers, 'ReleasedAboveLeft')
        .withArgs(sheet.id, 3_000n, 3_001n)
    })

    it('refuses a cent more than is left, of a sheet that comes twice in one call (INVARIANT 3)', async () => {
      const { vouchers, acceptor, sheet } = await loadFixture(townWithSheet)
      const releases = (last: bigint) => [3_000n, last].map((cents) => ({ sheet: sheet.id, cents }))
      await expect(as(vouchers, acceptor).release(releases(1_001n)))
        .to.be.revertedWithCustomError(vouchers, 'ReleasedAboveLeft')
        .withArgs(sheet.id, 1_000n, 1_001n)
      await as(vouchers, acceptor).release(releases(1_000n))
    })

    it('unlocks without moving money', async () => {
      const { town, vouchers, acceptor, sheet } = await loadFixture(townWithSheet)
      const before = await potsOf(town)
      await expect(as(vouchers, acceptor).release([{ sheet: sheet.id, cents: 4_000n }]))
        .to.emit(vouchers, 'Released')
        .withArgs(sheet.id, 4_000n)
      expect(await potsOf(town)).to.deep.equal({ ...before, locked: 0n })
      expect(await vouchers.leftCents(sheet.id)).to.equal(0n)
    })
  })

  describe('closing', () => {
    it('refuses anybody but the acceptor until it closes, and nobody a second later', async () => {
      const { vouchers, stranger, sheet } = await loadFixture(townWithSheet)
      const { closesAt } = sheet.cut
      await nextAt(closesAt)
      await expect(as(vouchers, stranger).closeSheet(sheet.id))
        .to.be.revertedWithCustomError(vouchers, 'SheetStillOpen')
        .withArgs(sheet.id, closesAt)
      await nextAt(closesAt + 1n)
      await expect(as(vouchers, stranger).closeSheet(sheet.id)).to.emit(vouchers, 'SheetClosed')
    })

    it('refuses to close twice', async () => {
      const { vouchers, acceptor, sheet } = await loadFixture(townWithSheet)
      await as(vouchers, acceptor).closeSheet(sheet.id)
      await expect(as(vouchers, acceptor).closeSheet(sheet.id))
        .to.be.revertedWithCustomError(vouchers, 'SheetAlreadyClosed')
        .withArgs(sheet.id)
    })

    it('unlocks what is left, after which nothing is', async () => {
      const { town, vouchers, acceptor, sheet, first } = await loadFixture(townWithSheet)
      await redeemNote(town, sheet, first, { amountCents: 890n })
      await expect(as(vouchers, acceptor).closeSheet(sheet.id))
        .to.emit(vouchers, 'SheetClosed')
        .withArgs(sheet.id, 3_110n)
      expect(await potsOf(town)).to.include({ outstanding: 3_110n, locked: 0n })
      expect(await vouchers.leftCents(sheet.id)).to.equal(0n)
      expect((await vouchers.sheetOf(sheet.id)).isClosed).to.equal(true)
      await expect(as(vouchers, acceptor).release([{ sheet: sheet.id, cents: 1n }]))
        .to.be.revertedWithCustomError(vouchers, 'ReleasedAboveLeft')
        .withArgs(sheet.id, 0n, 1n)
    })
  })

  describe('revoking', () => {
    it('refuses a place that is used, and with it the whole call', async () => {
      const { town, vouchers, acceptor, sheet, first } = await loadFixture(townWithSheet)
      await redeemNote(town, sheet, first)
      await expect(as(vouchers, acceptor).revoke([{ sheet: sheet.id, indexes: [1, first.index] }]))
        .to.be.revertedWithCustomError(vouchers, 'AlreadyUsed')
        .withArgs(sheet.id, first.index)
    })

    it('refuses a place that comes twice in one call, next to each other or apart', async () => {
      const { town, vouchers, acceptor, sheet } = await loadFixture(townWithSheet)
      const other = await newSheet(town)
      const once = { sheet: sheet.id, indexes: [1] }
      const between = { sheet: other.id, indexes: [2] }
      for (const revocations of [
        [{ sheet: sheet.id, indexes: [1, 1] }],
        [once, between, { sheet: sheet.id, indexes: [0, 1] }],
      ]) {
        await expect(as(vouchers, acceptor).revoke(revocations))
          .to.be.revertedWithCustomError(vouchers, 'AlreadyUsed')
          .withArgs(sheet.id, 1)
      }
      expect(await vouchers.isUsed(other.id, 2)).to.equal(false)
    })

    it('refuses a sheet that was never cut, without places, too', async () => {
      const { vouchers, acceptor, sheet } = await loadFixture(townWithSheet)
      for (const indexes of [[], [0]]) {
        const revocations = [
          { sheet: sheet.id, indexes: [1] },
          { sheet: NOWHERE, indexes },
        ]
        await expect(as(vouchers, acceptor).revoke(revocations))
          .to.be.revertedWithCustomError(vouchers, 'UnknownSheet')
          .withArgs(NOWHERE)
      }
    })

    it('is held to the depth of each sheet of the call', async () => {
      const { town, vouchers, acceptor, sheet } = await loadFixture(townWithSheet)
      const deep = await newSheet(town, { caps: [1_000n], depth: 9 })
      const ends = { sheet: deep.id, indexes: [0, 255, 256, 511] }
      await expect(as(vouchers, acceptor).revoke([ends, { sheet: sheet.id, indexes: [8] }]))
        .to.be.revertedWithCustomError(vouchers, 'IndexOutOfRange')
        .withArgs(sheet.id, 8)
      await as(vouchers, acceptor).revoke([{ sheet: sheet.id, indexes: [7] }, ends])
      for (const index of ends.indexes) expect(await vouchers.isRevoked(deep.id, index)).to.equal(true)
    })

    it('leaves the same places of other sheets alone', async () => {
      const { town, vouchers, acceptor, sheet } = await loadFixture(townWithSheet)
      const other = await newSheet(town)
      const revocations = [
        { sheet: sheet.id, indexes: [2] },
        { sheet: other.id, indexes: [1] },
      ]
      await as(vouchers, acceptor).revoke(revocations)
      expect(await vouchers.isUsed(sheet.id, 1)).to.equal(false)
      expect(await vouchers.isUsed(other.id, 2)).to.equal(false)
    })

    it('refuses a place past the end', async () => {
      const { vouchers, acceptor, sheet } = await loadFixture(townWithSheet)
      await expect(as(vouchers, acceptor).revoke([{ sheet: sheet.id, indexes: [8] }]))
        .to.be.revertedWithCustomError(vouchers, 'IndexOutOfRange')
        .withArgs(sheet.id, 8)
      await as(vouchers, acceptor).revoke([{ sheet: sheet.id, indexes: [7] }])
    })

    it('uses places for good and moves no money', async () => {
      const { town, vouchers, acceptor, sheet, first, second } = await loadFixture(townWithSheet)
      const before = await potsOf(town)
      await expect(as(vouchers, acceptor).revoke([{ sheet: sheet.id, indexes: [first.index, second.index] }]))
        .to.emit(vouchers, 'Revoked')
        .withArgs(sheet.id, first.index)
        .and.to.emit(vouchers, 'Revoked')
        .withArgs(sheet.id, second.index)
      expect(await vouchers.isUsed(sheet.id, second.index)).to.equal(true)
      expect(await vouchers.isRevoked(sheet.id, second.index)).to.equal(true)
      await expect(redeemNote(town, sheet, first))
        .to.emit(vouchers, 'Skipped')
        .withArgs(sheet.id, first.index, skip('AlreadyUsed'))
      expect(await potsOf(town)).to.deep.equal(before)
    })
  })

  it('is read as nothing when there is none', async () => {
    const { vouchers } = await loadFixture(openTown)
    expect(Object.values(await vouchers.sheetOf(NOWHERE)).every((value) => !value)).to.equal(true)
    expect(await vouchers.leftCents(NOWHERE)).to.equal(0n)
  })
})
