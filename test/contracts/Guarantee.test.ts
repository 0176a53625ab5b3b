import { expect } from 'chai'
import { townWithSheet } from './support/fixtures.ts'
import { postings } from './support/postings.ts'
import { drawUp, newSheet } from './support/sheets.ts'
import {
  pack,
  payGuarantee,
  receiptOf,
  receiptProofOf,
  redeemNote,
  redeemOne,
  redeemWithReceipts,
  signReceipt,
  skip,
  spendOf,
} from './support/spends.ts'
import {
  as,
  CAFE,
  CULTURE,
  DAY,
  FLOAT,
  GROCER,
  GUARANTEE,
  loadFixture,
  now,
  PROGRAMME,
  potsOf,
  time,
} from './support/town.ts'

describe('Guarantee', () => {
  it('refuses anybody but finance, the acceptor and the admin too', async () => {
    const { town, vouchers, admin, acceptor, issuer, stranger, sheet, first } = await loadFixture(townWithSheet)
    const item = await spendOf(town, sheet, first)
    for (const caller of [admin, acceptor, issuer, stranger]) {
      await expect(payGuarantee(town, sheet, item, caller))
        .to.be.revertedWithCustomError(vouchers, 'AccessControlUnauthorizedAccount')
        .withArgs(caller, await vouchers.FINANCE_ROLE())
    }
  })

  it('refuses a sheet that was never cut', async () => {
    const { town, vouchers, first } = await loadFixture(townWithSheet)
    const sheet = await drawUp({ notes: [first] })
    await expect(payGuarantee(town, sheet, await spendOf(town, sheet, first)))
      .to.be.revertedWithCustomError(vouchers, 'UnknownSheet')
      .withArgs(sheet.id)
  })

  it('refuses a spend for another merchant, also with that merchant’s receipt', async () => {
    const { town, vouchers, finance, sheet, first } = await loadFixture(townWithSheet)
    const item = await spendOf(town, sheet, first)
    const siblings = sheet.tree.siblingsOf([first.index])
    const receipt = await receiptProofOf(town, item, { merchant: CAFE })
    await expect(as(vouchers, finance).payGuarantee(sheet.id, CAFE, pack(item, [GROCER]), siblings, receipt))
      .to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
      .withArgs(sheet.id)
  })

  it('refuses a proof of another length', async () => {
    const { town, vouchers, finance, sheet, first } = await loadFixture(townWithSheet)
    const item = await spendOf(town, sheet, first)
    const siblings = sheet.tree.siblingsOf([first.index])
    const receipt = await receiptProofOf(town, item)
    for (const wrong of [[], siblings.slice(1), [...siblings, siblings[0]]]) {
      await expect(as(vouchers, finance).payGuarantee(sheet.id, GROCER, pack(item, [GROCER]), wrong, receipt))
        .to.be.revertedWithCustomError(vouchers, 'ProofLengthWrong')
        .withArgs(sheet.id, 3, wrong.length)
    }
  })

  it('refuses what the holder did not sign (INVARIANT 5)', async () => {
    const { town, vouchers, finance, sheet, first } = await loadFixture(townWithSheet)
    await expect(payGuarantee(town, sheet, await spendOf(town, sheet, first, { signer: finance })))
      .to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
      .withArgs(sheet.id)
  })

  it('refuses what the acceptor did not sign (INVARIANT 5)', async () => {
    const { town, vouchers, finance, sheet, first } = await loadFixture(townWithSheet)
    const item = await spendOf(town, sheet, first)
    const siblings = sheet.tree.siblingsOf([first.index])
    const receipt = await receiptProofOf(town, item, {}, finance)
    await expect(as(vouchers, finance).payGuarantee(sheet.id, GROCER, pack(item, [GROCER]), siblings, receipt))
      .to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
      .withArgs(finance)
  })

  it('refuses a receipt for another note, merchant, amount, commitment or details', async () => {
    const { town, vouchers, finance, sheet, first, second } = await loadFixture(townWithSheet)
    const item = await spendOf(town, sheet, first)
    const siblings = sheet.tree.siblingsOf([first.index])
    const { details } = receiptOf(item)
    for (const changes of [
      { noteId: second.noteId },
      { merchant: CAFE },
      { amountCents: item.amountCents - 1n },
      { commitment: `0x${'ab'.repeat(16)}` },
      { details: `0x${'ab'.repeat(32)}` },
    ]) {
      const receipt = { details, acceptor: await signReceipt(town, receiptOf(item, changes)) }
      await expect(
        as(vouchers, finance).payGuarantee(sheet.id, GROCER, pack(item, [GROCER]), siblings, receipt),
      ).to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
    }
  })

  it('refuses a merchant that was never registered', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
    await expect(payGuarantee(town, sheet, await spendOf(town, sheet, first, { merchant: 99 })))
      .to.be.revertedWithCustomError(vouchers, 'MerchantUnknown')
      .withArgs(99)
  })

  it('refuses a place that was redeemed (INVARIANT 7)', async () => {
    const { town, vouchers, sheet, first, second } = await loadFixture(townWithSheet)
    await redeemNote(town, sheet, first)
    await redeemOne(town, sheet, await spendOf(town, sheet, second))
    for (const note of [first, second]) {
      await expect(payGuarantee(town, sheet, await spendOf(town, sheet, note)))
        .to.be.revertedWithCustomError(vouchers, 'AlreadyUsed')
        .withArgs(sheet.id, note.index)
      expect(await vouchers.isGuaranteed(note.noteId)).to.equal(false)
    }
  })

  it('refuses a place that was revoked', async () => {
    const { town, vouchers, acceptor, sheet, first } = await loadFixture(townWithSheet)
    await as(vouchers, acceptor).revoke([{ sheet: sheet.id, indexes: [first.index] }])
    await expect(payGuarantee(town, sheet, await spendOf(town, sheet, first)))
      .to.be.revertedWithCustomError(vouchers, 'AlreadyUsed')
      .withArgs(sheet.id, first.index)
  })

  it('refuses a note twice, also on another sheet (INVARIANT 7)', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
    const item = await spendOf(town, sheet, first)
    const again = await newSheet(town, { notes: [first] })
    await payGuarantee(town, sheet, item)
    await expect(payGuarantee(town, sheet, item))
      .to.be.revertedWithCustomError(vouchers, 'AlreadyUsed')
      .withArgs(sheet.id, first.index)
    await expect(payGuarantee(town, again, await spendOf(town, again, first)))
      .to.be.revertedWithCustomError(vouchers, 'AlreadyGuaranteed')
      .withArgs(first.noteId)
  })

  it('pays a note that was redeemed on another sheet only because the acceptor signed both sheets', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
    const again = await newSheet(town, { notes: [first] })
    await redeemNote(town, sheet, first)
    await payGuarantee(town, again, await spendOf(town, again, first))
    expect(await vouchers.owedCents(GROCER)).to.equal(2_000n)
  })

  it('refuses a cent more than it holds', async () => {
    const { town, vouchers, treasury, sheet, first } = await loadFixture(townWithSheet)
    await as(vouchers, treasury).defund(PROGRAMME, 0n, 0n, GUARANTEE - 999n)
    await expect(payGuarantee(town, sheet, await spendOf(town, sheet, first)))
      .to.be.revertedWithCustomError(vouchers, 'GuaranteeTooLow')
      .withArgs(PROGRAMME, 999n, 1_000n)
    await payGuarantee(town, sheet, await spendOf(town, sheet, first, { amountCents: 999n }))
  })

  it('pays the merchant from its own pot and uses the place', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
    const before = await potsOf(town)
    await expect(payGuarantee(town, sheet, await spendOf(town, sheet, first, { amountCents: 890n })))
      .to.emit(vouchers, 'GuaranteePaid')
      .withArgs(sheet.id, GROCER, first.index, 890n)
    expect(await potsOf(town)).to.deep.equal({ ...before, guarantee: GUARANTEE - 890n, guaranteePaid: 890n })
    expect(await vouchers.owedCents(GROCER)).to.equal(890n)
    expect(await vouchers.isUsed(sheet.id, first.index)).to.equal(true)
    expect(await vouchers.isGuaranteed(first.noteId)).to.equal(true)
    expect((await vouchers.programmeOf(PROGRAMME)).hasPaidGuarantee).to.equal(true)
    expect(await vouchers.leftCents(sheet.id)).to.equal(4_000n)
  })

  it('keeps its place from being redeemed, by the acceptor and in the escape (INVARIANT 7)', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
    const item = await spendOf(town, sheet, first)
    await payGuarantee(town, sheet, item)
    for (const post of [postings['in a batch'], redeemOne]) {
      await expect(post(town, sheet, item))
        .to.emit(vouchers, 'Skipped')
        .withArgs(sheet.id, first.index, skip('AlreadyUsed'))
    }
    await time.increaseTo(await vouchers.escapeOpensAt(sheet.id))
    await expect(redeemWithReceipts(town, sheet, [item]))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, first.index, skip('AlreadyUsed'))
    expect(await vouchers.owedCents(GROCER)).to.equal(1_000n)
  })

  it('pays where sheet, deadline, purpose, suspension or an empty pot would have it passed over', async () => {
    const { town, vouchers, registry, registrar, acceptor } = await loadFixture(townWithSheet)
    const sheet = await newSheet(town, { committedCents: FLOAT, grantedCents: 0n, purposes: CULTURE })
    const [first, second] = sheet.notes
    const deadline = (await now()) - DAY
    await as(registry, registrar).suspend(GROCER, (await now()) + DAY)
    await time.increase(2n * DAY)
    await payGuarantee(town, sheet, await spendOf(town, sheet, first, { deadline }))
    await as(vouchers, acceptor).closeSheet(sheet.id)
    await payGuarantee(town, sheet, await spendOf(town, sheet, second, { deadline }))
    expect(await vouchers.owedCents(GROCER)).to.equal(2_000n)
  })
})
