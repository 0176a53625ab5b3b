import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import { townWithSheet } from './support/fixtures.ts'
import { type Cut, compact, cut, cutTypes, domainOf, drawUp, newNote, newSheet, signCut } from './support/sheets.ts'
import { redeemNote } from './support/spends.ts'
import {
  as,
  BUDGET,
  CULTURE,
  DAY,
  ethers,
  FLOAT,
  GRACE,
  loadFixture,
  nextAt,
  now,
  openRichProgramme,
  openTown,
  POOR_PROGRAMME,
  PROGRAMME,
  potsOf,
} from './support/town.ts'

const RICH_PROGRAMME = 3
const MOST_CENTS = 2n ** 40n - 1n

async function richTown() {
  const town = await openTown()
  await openRichProgramme(town, RICH_PROGRAMME, 2n ** 42n)
  return town
}

describe('Cutting a sheet', () => {
  it('refuses anybody but the issuer, the acceptor and the admin too', async () => {
    const town = await loadFixture(openTown)
    const sheet = await drawUp()
    for (const caller of [town.admin, town.acceptor, town.treasury, town.stranger]) {
      await expect(cut(town, sheet, caller))
        .to.be.revertedWithCustomError(town.vouchers, 'NotTheIssuer')
        .withArgs(PROGRAMME, caller)
    }
  })

  it('refuses a sheet that no acceptor signed: two keys, or spent notes could come back on a new sheet', async () => {
    const town = await loadFixture(openTown)
    const { vouchers, issuer, stranger } = town
    const sheet = await drawUp()
    for (const signer of [issuer, stranger]) {
      await expect(as(vouchers, issuer).cutSheet(sheet.cut, await signCut(town, sheet.cut, signer)))
        .to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
        .withArgs(signer)
    }
    await expect(as(vouchers, issuer).cutSheet(sheet.cut, { r: ZeroHash, vs: ZeroHash })).to.be.revertedWithCustomError(
      vouchers,
      'ECDSAInvalidSignature',
    )
  })

  it('refuses a sheet of which the issuer changed anything that the acceptor signed', async () => {
    const town = await loadFixture(openTown)
    const { vouchers, issuer, acceptor } = town
    const { cut: signed } = await drawUp({ grantedCents: 3_000n })
    const signature = await signCut(town, signed, acceptor)
    const changes: Partial<Cut>[] = [
      { root: ethers.id('another root') },
      { programme: POOR_PROGRAMME },
      { validUntil: signed.validUntil - 1n },
      { closesAt: signed.closesAt + 1n },
      { purposes: CULTURE },
      { depth: 4 },
      { committedCents: 4_001n },
      { grantedCents: 3_001n },
      { dataHash: ethers.id('another file') },
    ]
    expect(changes.flatMap(Object.keys)).to.deep.equal(Object.keys(signed))
    for (const change of changes) {
      await expect(as(vouchers, issuer).cutSheet({ ...signed, ...change }, signature)).to.be.revertedWithCustomError(
        vouchers,
        'NotTheAcceptor',
      )
    }
    await as(vouchers, issuer).cutSheet(signed, signature)
  })

  it('refuses what was signed for another chain or another contract', async () => {
    const town = await loadFixture(openTown)
    const { vouchers, token, issuer, acceptor } = town
    const sheet = await drawUp()
    const domain = await domainOf(town)
    const content = ethers.keccak256(ethers.AbiCoder.defaultAbiCoder().encode(cutTypes, [Object.values(sheet.cut)]))
    for (const other of [
      { ...domain, chainId: domain.chainId + 1n },
      { ...domain, verifyingContract: await token.getAddress() },
    ]) {
      const types = { Cut: [{ name: 'content', type: 'bytes32' }] }
      const signature = compact(await acceptor.signTypedData(other, types, { content }))
      await expect(as(vouchers, issuer).cutSheet(sheet.cut, signature)).to.be.revertedWithCustomError(
        vouchers,
        'NotTheAcceptor',
      )
    }
  })

  it('refuses notes that are out of date in the second of the cut', async () => {
    const town = await loadFixture(openTown)
    const second = (await now()) + DAY
    const [late, inTime] = [await drawUp({ validUntil: second }), await drawUp({ validUntil: second + 2n })]
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
    await expect(newSheet(town, { depth: 21 }))
      .to.be.revertedWithCustomError(town.vouchers, 'TooDeep')
      .withArgs(21, 20)
    await newSheet(town, { depth: 20 })
  })

  it('refuses to grant a cent more than the sheet commits', async () => {
    const town = await loadFixture(openTown)
    await expect(newSheet(town, { grantedCents: 4_001n }))
      .to.be.revertedWithCustomError(town.vouchers, 'GrantedAboveCommitted')
      .withArgs(4_001n, 4_000n)
  })

  it('refuses a root that was cut before, with whatever terms and also once the sheet is closed', async () => {
    const { town, vouchers, acceptor, sheet } = await loadFixture(townWithSheet)
    const again = { ...sheet, cut: { ...sheet.cut, programme: POOR_PROGRAMME, dataHash: ethers.id('another file') } }
    for (const one of [sheet, again]) {
      await expect(cut(town, one)).to.be.revertedWithCustomError(vouchers, 'SheetExists').withArgs(sheet.id)
    }
    await as(vouchers, acceptor).closeSheet(sheet.id)
    await expect(cut(town, sheet)).to.be.revertedWithCustomError(vouchers, 'SheetExists').withArgs(sheet.id)
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

  it('refuses to commit more than forty bits hold, by one cent, and keeps the most that they hold', async () => {
    const town = await loadFixture(richTown)
    const wishes = { programme: RICH_PROGRAMME, notes: [newNote(0, MOST_CENTS)] }
    await expect(newSheet(town, { ...wishes, committedCents: MOST_CENTS + 1n }))
      .to.be.revertedWithCustomError(town.vouchers, 'SafeCastOverflowedUintDowncast')
      .withArgs(40, MOST_CENTS + 1n)
    const sheet = await newSheet(town, wishes)
    expect(await town.vouchers.leftCents(sheet.id)).to.equal(MOST_CENTS)
    await redeemNote(town, sheet, sheet.notes[0])
    expect(await town.vouchers.leftCents(sheet.id)).to.equal(0n)
    expect((await town.vouchers.sheetOf(sheet.id)).spentCents).to.equal(MOST_CENTS)
  })

  it('sets the money aside and tells what was cut', async () => {
    const town = await loadFixture(openTown)
    const { vouchers } = town
    const sheet = await drawUp({ committedCents: 5_000n, grantedCents: 4_000n })
    await expect(cut(town, sheet))
      .to.emit(vouchers, 'SheetCut')
      .withArgs(sheet.tree.root, PROGRAMME, Object.values(sheet.cut))
    expect(await potsOf(town)).to.include({
      available: BUDGET - 4_000n,
      outstanding: 4_000n,
      float: FLOAT,
      locked: 5_000n,
    })
    const { validUntil, closesAt, purposes, depth } = sheet.cut
    const kept = [validUntil, closesAt, 0n, 5_000n, 0n, BigInt(PROGRAMME), BigInt(purposes), BigInt(depth), false]
    expect(await vouchers.sheetOf(sheet.id)).to.deep.equal(kept)
    expect(await vouchers.closesAt(sheet.id)).to.equal(closesAt)
    expect(await vouchers.leftCents(sheet.id)).to.equal(5_000n)
  })

  it('grants nothing for a sheet of change and keeps to the second its latest possible end', async () => {
    const { town, vouchers, guardian, admin, acceptor, sheet: first } = await loadFixture(townWithSheet)
    await as(vouchers, acceptor).release([{ sheet: first.id, cents: 4_000n }])
    const before = await potsOf(town)
    const closesAt = 2n ** 40n - 1n
    const sheet = await newSheet(town, { grantedCents: 0n, closesAt })
    expect(await potsOf(town)).to.deep.equal({ ...before, locked: 4_000n })
    const start = (await now()) + DAY
    await nextAt(start)
    await as(vouchers, guardian).pause()
    await nextAt(start + DAY)
    await as(vouchers, admin).unpause()
    expect(await vouchers.closesAt(sheet.id)).to.equal(closesAt + DAY)
    await expect(redeemNote(town, sheet, sheet.notes[0])).to.emit(vouchers, 'Redeemed')
  })
})
