import { expect } from 'chai'
import { townWithSheet } from './support/fixtures.ts'
import { postings, postNote } from './support/postings.ts'
import { drawUp, type Note, newNote, newSheet } from './support/sheets.ts'
import { groupOf, redeem, redeemNote, spendOf, wordOf } from './support/spends.ts'
import {
  as,
  CAFE,
  fund,
  GROCER,
  loadFixture,
  openRichProgramme,
  openTown,
  POOR_PROGRAMME,
  potsOf,
} from './support/town.ts'

const RICH_PROGRAMME = 3
const MOST_CENTS = 2n ** 40n - 1n

/** A note whose cap is the most that an item can say. */
async function townWithLargeNote() {
  const town = await openTown()
  await openRichProgramme(town, RICH_PROGRAMME, 2n ** 42n)
  const sheet = await newSheet(town, { programme: RICH_PROGRAMME, notes: [newNote(0, MOST_CENTS)] })
  return { town, vouchers: town.vouchers, sheet, note: sheet.notes[0] }
}

describe('Redemption', () => {
  for (const [way, post] of Object.entries(postings)) {
    describe(`${way}, is refused`, () => {
      it('when the sheet was never cut', async () => {
        const { town, vouchers, first } = await loadFixture(townWithSheet)
        const sheet = await drawUp({ notes: [first] })
        await expect(postNote(post, town, sheet, first))
          .to.be.revertedWithCustomError(vouchers, 'UnknownSheet')
          .withArgs(sheet.id)
      })

      it('when the amount is zero', async () => {
        const { town, vouchers, sheet, second } = await loadFixture(townWithSheet)
        for (const mostCents of [500n, 0n]) {
          await expect(postNote(post, town, sheet, second, { amountCents: 0n, mostCents }))
            .to.be.revertedWithCustomError(vouchers, 'AmountMissing')
            .withArgs(sheet.id, second.index)
        }
      })

      it('when it takes a cent more than was signed (INVARIANT 4)', async () => {
        const { town, vouchers, sheet, second } = await loadFixture(townWithSheet)
        await expect(postNote(post, town, sheet, second, { amountCents: 501n, mostCents: 500n }))
          .to.be.revertedWithCustomError(vouchers, 'AmountAboveSigned')
          .withArgs(sheet.id, second.index, 500n, 501n)
      })

      it('when a cent more was signed than the cap (INVARIANT 4)', async () => {
        const { town, vouchers, sheet, second } = await loadFixture(townWithSheet)
        await expect(postNote(post, town, sheet, second, { amountCents: 500n, mostCents: 1_001n }))
          .to.be.revertedWithCustomError(vouchers, 'SignedAboveCap')
          .withArgs(sheet.id, second.index, 1_000n, 1_001n)
      })

      it('at the greatest amounts that an item can say', async () => {
        const { town, vouchers, sheet, second } = await loadFixture(townWithSheet)
        await expect(postNote(post, town, sheet, second, { amountCents: MOST_CENTS, mostCents: MOST_CENTS - 1n }))
          .to.be.revertedWithCustomError(vouchers, 'AmountAboveSigned')
          .withArgs(sheet.id, second.index, MOST_CENTS - 1n, MOST_CENTS)
        await expect(postNote(post, town, sheet, second, { amountCents: MOST_CENTS }))
          .to.be.revertedWithCustomError(vouchers, 'SignedAboveCap')
          .withArgs(sheet.id, second.index, 1_000n, MOST_CENTS)
      })

      it('when the note has another cap or stands in another place', async () => {
        const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
        for (const forged of [
          { ...first, capCents: 1_001n },
          { ...first, capCents: MOST_CENTS },
          { ...first, index: 1 },
          { ...first, index: 7 },
        ]) {
          await expect(postNote(post, town, sheet, forged, { amountCents: 1_000n }))
            .to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
            .withArgs(sheet.id)
        }
      })

      it('when the place is past the end of the tree', async () => {
        const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
        for (const index of [8, 2 ** 24 - 1]) {
          await expect(postNote(post, town, sheet, { ...first, index }))
            .to.be.revertedWithCustomError(vouchers, 'IndexOutOfRange')
            .withArgs(sheet.id, index)
        }
      })
    })

    it(`${way}, takes the greatest cap to its last cent, and no cent that spills into the next field`, async () => {
      const { town, vouchers, sheet, note } = await loadFixture(townWithLargeNote)
      await postNote(post, town, sheet, note)
      expect(await vouchers.owedCents(GROCER)).to.equal(MOST_CENTS)
      expect(await vouchers.owedCents(CAFE)).to.equal(0n)
    })
  }

  it('moves the amount from outstanding to the merchant, unlocks it and uses the place', async () => {
    const { town, vouchers, sheet, third } = await loadFixture(townWithSheet)
    const before = await potsOf(town)
    const item = await spendOf(town, sheet, third, { amountCents: 890n, mostCents: 1_000n })
    await expect(redeem(town, [groupOf(sheet, [item])]))
      .to.emit(vouchers, 'Redeemed')
      .withArgs(sheet.id, [(2n << 96n) | (7n << 64n) | 890n])
    const after = await potsOf(town)
    expect(after).to.deep.equal({ ...before, outstanding: before.outstanding - 890n, locked: before.locked - 890n })
    expect(await vouchers.owedCents(GROCER)).to.equal(890n)
    expect((await vouchers.sheetOf(sheet.id)).spentCents).to.equal(890n)
    expect(await vouchers.leftCents(sheet.id)).to.equal(3_110n)
    expect(await vouchers.isUsed(sheet.id, third.index)).to.equal(true)
    expect(await vouchers.isRevoked(sheet.id, third.index)).to.equal(false)
    expect(await vouchers.isUsed(sheet.id, 0)).to.equal(false)
  })

  it('takes one cent', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
    await redeemNote(town, sheet, first, { amountCents: 1n })
    expect(await vouchers.owedCents(GROCER)).to.equal(1n)
  })

  it('posts for several sheets, merchants and programmes in one call, carried by anybody', async () => {
    const { town, vouchers, stranger, sheet, first, second } = await loadFixture(townWithSheet)
    await fund(town, POOR_PROGRAMME, 5_000n)
    const other = await newSheet(town, { programme: POOR_PROGRAMME, caps: [500n] })
    const items = [
      await spendOf(town, sheet, first),
      await spendOf(town, sheet, second, { merchant: CAFE, amountCents: 300n }),
    ]
    const elsewhere = await spendOf(town, other, other.notes[0])
    await expect(redeem(town, [groupOf(sheet, items), groupOf(other, [elsewhere])], stranger))
      .to.emit(vouchers, 'Redeemed')
      .withArgs(sheet.id, items.map(wordOf))
      .and.to.emit(vouchers, 'Redeemed')
      .withArgs(other.id, [wordOf(elsewhere)])
    expect(await vouchers.owedCents(GROCER)).to.equal(1_500n)
    expect(await vouchers.owedCents(CAFE)).to.equal(300n)
    expect(await potsOf(town, POOR_PROGRAMME)).to.include({ outstanding: 0n, locked: 0n, available: 4_500n })
  })

  it('of no item at all changes nothing', async () => {
    const { town, vouchers } = await loadFixture(townWithSheet)
    const before = await potsOf(town)
    await expect(redeem(town, [])).not.to.emit(vouchers, 'Redeemed')
    await as(vouchers, town.stranger).redeemWithReceipts([], [])
    expect(await potsOf(town)).to.deep.equal(before)
  })

  describe('of one note id and one holder', () => {
    it('counts in two places of a sheet only because the acceptor signed both', async () => {
      const { town, vouchers } = await loadFixture(townWithSheet)
      const note = newNote(0, 1_000n)
      const twin: Note = { ...note, index: 1 }
      const sheet = await newSheet(town, { notes: [note, twin] })
      const items = [await spendOf(town, sheet, note), await spendOf(town, sheet, twin)]
      expect(items[0].signature).to.deep.equal(items[1].signature)
      await redeem(town, [groupOf(sheet, items)])
      expect(await vouchers.owedCents(GROCER)).to.equal(2_000n)
    })

    it('counts on two sheets only because the acceptor signed both, each use by itself', async () => {
      const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
      const again = await newSheet(town, { notes: [first] })
      await redeemNote(town, sheet, first, { amountCents: 600n })
      expect(await vouchers.isUsed(again.id, first.index)).to.equal(false)
      await redeemNote(town, again, first, { amountCents: 700n })
      expect(await vouchers.owedCents(GROCER)).to.equal(1_300n)
    })

    it('cannot be posted with one sheet’s proof on another', async () => {
      const { town, vouchers, sheet, first, second } = await loadFixture(townWithSheet)
      const other = await newSheet(town, {
        notes: [
          { ...first, index: 1 },
          { ...second, index: 0 },
        ],
      })
      const group = groupOf(sheet, [await spendOf(town, sheet, first)])
      await expect(redeem(town, [{ ...group, sheet: other.id }]))
        .to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
        .withArgs(other.id)
    })

    it('lets one holder spend another note of its own', async () => {
      const { town, vouchers } = await loadFixture(townWithSheet)
      const note = newNote(0, 1_000n)
      const sheet = await newSheet(town, {
        notes: [note, { ...newNote(1, 1_000n), holder: note.holder, wallet: note.wallet }],
      })
      const items = await Promise.all(sheet.notes.map((one) => spendOf(town, sheet, one)))
      await redeem(town, [groupOf(sheet, items)])
      expect(await vouchers.owedCents(GROCER)).to.equal(2_000n)
    })
  })
})
