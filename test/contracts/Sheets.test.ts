import { expect } from 'chai'
import { townWithSheet } from './support/fixtures.ts'
import { cut, drawUp, newSheet, signCut } from './support/sheets.ts'
import { redeemNote } from './support/spends.ts'
import {
  as,
  BUDGET,
  DAY,
  ethers,
  FLOAT,
  GRACE,
  loadFixture,
  nextAt,
  now,
  openTown,
  PROGRAMME,
  potsOf,
} from './support/town.ts'

const NOWHERE = ethers.id('no such sheet')

describe('Sheet', () => {
  describe('cutting', () => {
    it('refuses anybody but the issuer, the acceptor and the admin too', async () => {
      const town = await loadFixture(openTown)
      const sheet = await drawUp(town)
      for (const caller of [town.admin, town.acceptor, town.treasury, town.stranger]) {
        await expect(cut(town, sheet, 0n, caller))
          .to.be.revertedWithCustomError(town.vouchers, 'NotTheIssuer')
          .withArgs(PROGRAMME, caller)
      }
    })

    it('refuses a sheet that no acceptor signed: two keys, or spent notes could come back on a new sheet', async () => {
      const town = await loadFixture(openTown)
      const { vouchers, issuer, acceptor } = town
      const { tree, terms, salt, id } = await drawUp(town)
      const cutWith = async (signature: string) =>
        as(vouchers, issuer).cutSheet(PROGRAMME, tree.root, terms, 0n, salt, ethers.ZeroHash, signature)
      await expect(cutWith(await signCut(town, id, issuer)))
        .to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
        .withArgs(issuer)
      await expect(cutWith(await signCut(town, NOWHERE, acceptor))).to.be.revertedWithCustomError(
        vouchers,
        'NotTheAcceptor',
      )
    })

    it('refuses notes that are out of date in the second of the cut', async () => {
      const town = await loadFixture(openTown)
      const second = (await now()) + 100n
      const [late, inTime] = [
        await drawUp(town, { validUntil: second }),
        await drawUp(town, { validUntil: second + 2n }),
      ]
      await nextAt(second)
      await expect(cut(town, late))
        .to.be.revertedWithCustomError(town.vouchers, 'SheetOutOfDate')
        .withArgs(second, second)
      await nextAt(second + 1n)
      await cut(town, inTime)
    })

    it('refuses to close one second before the grace is over', async () => {
      const town = await loadFixture(openTown)
      const validUntil = (await now()) + DAY
      const closesAt = validUntil + GRACE
      await expect(newSheet(town, { validUntil, closesAt: closesAt - 1n }))
        .to.be.revertedWithCustomError(town.vouchers, 'ClosesTooEarly')
        .withArgs(closesAt - 1n, closesAt)
      await newSheet(town, { validUntil, closesAt })
    })

    it('refuses a sheet without purposes', async () => {
      const town = await loadFixture(openTown)
      await expect(newSheet(town, { purposes: 0 })).to.be.revertedWithCustomError(town.vouchers, 'PurposesMissing')
    })

    it('refuses a tree deeper than twenty', async () => {
      const town = await loadFixture(openTown)
      const { vouchers, issuer } = town
      const { tree, terms } = await drawUp(town)
      const cutDeep = async (depth: number) => {
        const deep = { ...terms, depth }
        const id = await vouchers.sheetIdOf(PROGRAMME, tree.root, deep, ethers.ZeroHash)
        const signature = await signCut(town, id, town.acceptor)
        return as(vouchers, issuer).cutSheet(
          PROGRAMME,
          tree.root,
          deep,
          0n,
          ethers.ZeroHash,
          ethers.ZeroHash,
          signature,
        )
      }
      await expect(cutDeep(21)).to.be.revertedWithCustomError(vouchers, 'TooDeep').withArgs(21, 20)
      await cutDeep(20)
    })

    it('refuses to grant a cent more than the sheet commits', async () => {
      const town = await loadFixture(openTown)
      await expect(newSheet(town, { grantedCents: 4_001n }))
        .to.be.revertedWithCustomError(town.vouchers, 'GrantedAboveCommitted')
        .withArgs(4_001n, 4_000n)
    })

    it('refuses the same sheet twice; another salt makes another sheet', async () => {
      const { town, vouchers, sheet } = await loadFixture(townWithSheet)
      await expect(cut(town, sheet)).to.be.revertedWithCustomError(vouchers, 'SheetExists').withArgs(sheet.id)
      const { validUntil, closesAt } = sheet.terms
      const again = await newSheet(town, { notes: sheet.notes, validUntil, closesAt })
      expect(again.id).not.to.equal(sheet.id)
    })

    it('refuses to grant a cent more than is available', async () => {
      const town = await loadFixture(openTown)
      await as(town.vouchers, town.treasury).defund(PROGRAMME, BUDGET - 3_999n, 0n, 0n)
      await expect(newSheet(town))
        .to.be.revertedWithCustomError(town.vouchers, 'AvailableTooLow')
        .withArgs(PROGRAMME, 3_999n, 4_000n)
    })

    it('refuses to commit a cent more than outstanding and float cover (INVARIANT 2)', async () => {
      const town = await loadFixture(openTown)
      await expect(newSheet(town, { committedCents: 4_000n + FLOAT + 1n, grantedCents: 4_000n }))
        .to.be.revertedWithCustomError(town.vouchers, 'LocksUncovered')
        .withArgs(PROGRAMME, 4_000n + FLOAT + 1n, 4_000n + FLOAT)
      await newSheet(town, { committedCents: 4_000n + FLOAT, grantedCents: 4_000n })
    })

    it('sets the money aside and tells what was cut', async () => {
      const town = await loadFixture(openTown)
      const sheet = await drawUp(town, { committedCents: 5_000n })
      const { root } = sheet.tree
      await expect(cut(town, sheet, 4_000n))
        .to.emit(town.vouchers, 'SheetCut')
        .withArgs(sheet.id, PROGRAMME, root, Object.values(sheet.terms), 4_000n, ethers.id('leaf file'))
      expect(await potsOf(town)).to.include({
        available: BUDGET - 4_000n,
        outstanding: 4_000n,
        float: FLOAT,
        locked: 5_000n,
      })
      const { validUntil, closesAt, purposes, depth } = sheet.terms
      const terms = [validUntil, closesAt, BigInt(purposes), BigInt(depth), 5_000n]
      expect(await town.vouchers.sheetOf(sheet.id)).to.deep.equal([root, terms, BigInt(PROGRAMME), 0n, 0n, false])
      expect(await town.vouchers.closesAt(sheet.id)).to.equal(closesAt)
      expect(await town.vouchers.leftCents(sheet.id)).to.equal(5_000n)
    })
  })

  it('refuses every act while it was not cut', async () => {
    const { vouchers, acceptor } = await loadFixture(openTown)
    const byAcceptor = as(vouchers, acceptor)
    for (const call of [
      () => byAcceptor.release(NOWHERE, 1n),
      () => byAcceptor.closeSheet(NOWHERE),
      () => byAcceptor.revoke(NOWHERE, [0]),
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
        () => as(vouchers, caller).release(sheet.id, 1n),
        () => as(vouchers, caller).revoke(sheet.id, [0]),
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
      await expect(as(vouchers, acceptor).release(sheet.id, 0n)).to.be.revertedWithCustomError(vouchers, 'CentsMissing')
    })

    it('refuses a cent more than is left (INVARIANT 3)', async () => {
      const { town, vouchers, acceptor, sheet, first } = await loadFixture(townWithSheet)
      await redeemNote(town, sheet, first)
      await expect(as(vouchers, acceptor).release(sheet.id, 3_001n))
        .to.be.revertedWithCustomError(vouchers, 'ReleasedAboveLeft')
        .withArgs(sheet.id, 3_000n, 3_001n)
    })

    it('unlocks without moving money', async () => {
      const { town, vouchers, acceptor, sheet } = await loadFixture(townWithSheet)
      const before = await potsOf(town)
      await expect(as(vouchers, acceptor).release(sheet.id, 4_000n))
        .to.emit(vouchers, 'Released')
        .withArgs(sheet.id, 4_000n)
      expect(await potsOf(town)).to.deep.equal({ ...before, locked: 0n })
      expect(await vouchers.leftCents(sheet.id)).to.equal(0n)
    })
  })

  describe('closing', () => {
    it('refuses anybody but the acceptor until it closes, and nobody a second later', async () => {
      const { vouchers, stranger, sheet } = await loadFixture(townWithSheet)
      const { closesAt } = sheet.terms
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
      await expect(as(vouchers, acceptor).release(sheet.id, 1n))
        .to.be.revertedWithCustomError(vouchers, 'ReleasedAboveLeft')
        .withArgs(sheet.id, 0n, 1n)
    })
  })

  describe('revoking', () => {
    it('refuses a place that is used, and with it the whole call', async () => {
      const { town, vouchers, acceptor, sheet, first } = await loadFixture(townWithSheet)
      await redeemNote(town, sheet, first)
      await expect(as(vouchers, acceptor).revoke(sheet.id, [1, first.index]))
        .to.be.revertedWithCustomError(vouchers, 'AlreadyUsed')
        .withArgs(sheet.id, first.index)
      await expect(as(vouchers, acceptor).revoke(sheet.id, [1, 1]))
        .to.be.revertedWithCustomError(vouchers, 'AlreadyUsed')
        .withArgs(sheet.id, 1)
    })

    it('refuses a place past the end', async () => {
      const { vouchers, acceptor, sheet } = await loadFixture(townWithSheet)
      await expect(as(vouchers, acceptor).revoke(sheet.id, [8]))
        .to.be.revertedWithCustomError(vouchers, 'IndexOutOfRange')
        .withArgs(sheet.id, 8)
      await as(vouchers, acceptor).revoke(sheet.id, [7])
    })

    it('uses places for good and moves no money', async () => {
      const { town, vouchers, acceptor, sheet, first, second } = await loadFixture(townWithSheet)
      const before = await potsOf(town)
      await expect(as(vouchers, acceptor).revoke(sheet.id, [first.index, second.index]))
        .to.emit(vouchers, 'Revoked')
        .withArgs(sheet.id, first.index)
        .and.to.emit(vouchers, 'Revoked')
        .withArgs(sheet.id, second.index)
      expect(await vouchers.isUsed(sheet.id, second.index)).to.equal(true)
      expect(await vouchers.isRevoked(sheet.id, second.index)).to.equal(true)
      await expect(redeemNote(town, sheet, first))
        .to.emit(vouchers, 'Skipped')
        .withArgs(sheet.id, first.index, 0)
      expect(await potsOf(town)).to.deep.equal(before)
    })
  })

  it('is read as nothing when there is none', async () => {
    const { vouchers } = await loadFixture(openTown)
    expect((await vouchers.sheetOf(NOWHERE)).root).to.equal(ethers.ZeroHash)
    expect(await vouchers.leftCents(NOWHERE)).to.equal(0n)
  })
})
