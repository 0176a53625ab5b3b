import { expect } from 'chai'
import { townWithSheet } from './support/fixtures.ts'
import { newSheet } from './support/sheets.ts'
import { groupsOf, payGuarantee, redeem, redeemNote, skip, spendOf } from './support/spends.ts'
import { as, CAFE, CULTURE, DAY, GROCER, loadFixture, nextAt, now, PROGRAMME, potsOf } from './support/town.ts'

describe('Passed over', () => {
  it('a place that was used, in the same call and in a later one (INVARIANT 4)', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
    const item = await spendOf(town, sheet, first)
    await expect(redeem(town, groupsOf(sheet, [item, item])))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, first.index, skip('AlreadyUsed'))
    await expect(redeem(town, groupsOf(sheet, [item])))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, first.index, skip('AlreadyUsed'))
    expect(await vouchers.owedCents(GROCER)).to.equal(1_000n)
  })

  it('a closed sheet', async () => {
    const { town, vouchers, acceptor, sheet, first } = await loadFixture(townWithSheet)
    await as(vouchers, acceptor).closeSheet(sheet.id)
    await expect(redeemNote(town, sheet, first))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, first.index, skip('SheetClosed'))
    expect(await vouchers.isUsed(sheet.id, first.index)).to.equal(false)
  })

  it('a sheet from the second after it closes, not before', async () => {
    const { town, vouchers, sheet, first, second } = await loadFixture(townWithSheet)
    const deadline = sheet.terms.closesAt + DAY
    const inTime = groupsOf(sheet, [await spendOf(town, sheet, first, { deadline })])
    const late = groupsOf(sheet, [await spendOf(town, sheet, second, { deadline })])
    await nextAt(sheet.terms.closesAt)
    await expect(redeem(town, inTime)).to.emit(vouchers, 'Redeemed')
    await nextAt(sheet.terms.closesAt + 1n)
    await expect(redeem(town, late)).to.emit(vouchers, 'Skipped').withArgs(sheet.id, second.index, skip('SheetClosed'))
  })

  it('a spend from the second after its deadline, not before', async () => {
    const { town, vouchers, sheet, first, second } = await loadFixture(townWithSheet)
    const deadline = (await now()) + DAY
    const inTime = groupsOf(sheet, [await spendOf(town, sheet, first, { deadline })])
    const late = groupsOf(sheet, [await spendOf(town, sheet, second, { deadline })])
    await nextAt(deadline)
    await expect(redeem(town, inTime)).to.emit(vouchers, 'Redeemed')
    await nextAt(deadline + 1n)
    await expect(redeem(town, late))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, second.index, skip('DeadlinePassed'))
  })

  it('an unknown merchant', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
    await expect(redeemNote(town, sheet, first, { merchant: 99 }))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, first.index, skip('MerchantUnknown'))
    expect(await vouchers.owedCents(99)).to.equal(0n)
  })

  it('a merchant from the second of its suspension, not before, and no longer once reinstated', async () => {
    const { town, vouchers, registry, registrar, sheet, first, second } = await loadFixture(townWithSheet)
    const from = (await now()) + DAY
    const before = groupsOf(sheet, [await spendOf(town, sheet, first)])
    const after = groupsOf(sheet, [await spendOf(town, sheet, second)])
    await as(registry, registrar).suspend(GROCER, from)
    await nextAt(from - 1n)
    await expect(redeem(town, before)).to.emit(vouchers, 'Redeemed')
    await nextAt(from)
    await expect(redeem(town, after))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, second.index, skip('MerchantSuspended'))
    await as(registry, registrar).reinstate(GROCER)
    await expect(redeem(town, after)).to.emit(vouchers, 'Redeemed')
  })

  it('a purpose that the merchant does not sell; one in common is enough', async () => {
    const { town, vouchers } = await loadFixture(townWithSheet)
    const sheet = await newSheet(town, { purposes: CULTURE | 0b1000 })
    const [first, second] = sheet.notes
    await expect(redeemNote(town, sheet, first, { merchant: GROCER }))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, first.index, skip('PurposeNotAllowed'))
    await expect(redeemNote(town, sheet, second, { merchant: CAFE })).to.emit(vouchers, 'Redeemed')
  })

  it('what the sheet has not left, by one cent (INVARIANT 3)', async () => {
    const { town, vouchers } = await loadFixture(townWithSheet)
    const sheet = await newSheet(town, { committedCents: 1_999n })
    const [first, second, third] = sheet.notes
    const items = [
      await spendOf(town, sheet, first),
      await spendOf(town, sheet, second),
      await spendOf(town, sheet, third, { amountCents: 999n }),
    ]
    await expect(redeem(town, groupsOf(sheet, items)))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, second.index, skip('SheetExhausted'))
    expect(await vouchers.leftCents(sheet.id)).to.equal(0n)
    expect(await vouchers.owedCents(GROCER)).to.equal(1_999n)
  })

  it('what the programme has not outstanding: the float is never spent (INVARIANT 6)', async () => {
    const { town, vouchers, acceptor, sheet: other } = await loadFixture(townWithSheet)
    await as(vouchers, acceptor).closeSheet(other.id)
    await as(vouchers, acceptor).reclaim(PROGRAMME, 4_000n)
    const sheet = await newSheet(town, { caps: [2_000n, 2_000n], committedCents: 3_999n, grantedCents: 1_999n })
    const [first, second] = sheet.notes
    await expect(redeemNote(town, sheet, first))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, first.index, skip('ProgrammeExhausted'))
    await expect(redeemNote(town, sheet, second, { amountCents: 1_999n })).to.emit(vouchers, 'Redeemed')
    expect(await potsOf(town)).to.include({ outstanding: 0n, float: 5_000n, locked: 2_000n })
  })

  it('a note that the guarantee paid on another sheet (INVARIANT 7)', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
    const again = await newSheet(town, { notes: [{ ...first, index: 5 }] })
    await payGuarantee(town, sheet, await spendOf(town, sheet, first))
    await expect(redeemNote(town, again, again.notes[0]))
      .to.emit(vouchers, 'Skipped')
      .withArgs(again.id, 5, skip('Guaranteed'))
  })

  it('one item and posts the others', async () => {
    const { town, vouchers, sheet, first, second, third } = await loadFixture(townWithSheet)
    await redeemNote(town, sheet, second)
    const items = await Promise.all([first, second, third].map((note) => spendOf(town, sheet, note)))
    await redeem(town, groupsOf(sheet, items))
    expect(await vouchers.owedCents(GROCER)).to.equal(3_000n)
  })
})
