import { expect } from 'chai'
import { townWithSheet } from './support/fixtures.ts'
import { postings } from './support/postings.ts'
import { type Note, newNote, newSheet, type Sheet } from './support/sheets.ts'
import {
  type Group,
  groupOf,
  pack,
  receiptProofOf,
  redeem,
  signBatch,
  skip,
  spendOf,
  wordOf,
} from './support/spends.ts'
import { as, CAFE, ESCAPE_AFTER, FOOD, GROCER, loadFixture, openTown, potsOf, type Town, time } from './support/town.ts'

const notesAt = (places: number[], capCents = 100n) => places.map((place) => newNote(place, capCents))
const itemsOf = (town: Town, sheet: Sheet, notes: Note[] = sheet.notes) =>
  Promise.all(notes.map((note) => spendOf(town, sheet, note)))

describe('A tree', () => {
  it('of one place has no second one and needs no sibling', async () => {
    const town = await loadFixture(openTown)
    const { vouchers } = town
    const sheet = await newSheet(town, { notes: notesAt([0]), depth: 0 })
    const item = await spendOf(town, sheet, sheet.notes[0])
    const group = groupOf(sheet, [item])
    expect(group.siblings).to.deep.equal([])
    await expect(redeem(town, [groupOf(sheet, [{ ...item, index: 1 }])]))
      .to.be.revertedWithCustomError(vouchers, 'IndexOutOfRange')
      .withArgs(sheet.id, 1)
    await expect(redeem(town, [{ ...group, siblings: [sheet.id] }]))
      .to.be.revertedWithCustomError(vouchers, 'ProofLengthWrong')
      .withArgs(sheet.id, 0, 1)
    await expect(redeem(town, [group]))
      .to.emit(vouchers, 'Redeemed')
      .withArgs(sheet.id, [wordOf(item)])
  })

  for (const [way, post] of Object.entries(postings)) {
    it(`gives its first and its last place, ${way}, whether it is 0, 1, 8 or 20 deep`, async () => {
      const town = await loadFixture(openTown)
      for (const depth of [0, 1, 8, 20]) {
        const sheet = await newSheet(town, { notes: notesAt([...new Set([0, 2 ** depth - 1])]), depth })
        for (const item of await itemsOf(town, sheet)) await post(town, sheet, item)
        for (const { index } of sheet.notes) expect(await town.vouchers.isUsed(sheet.id, index)).to.equal(true)
      }
      expect(await town.vouchers.owedCents(GROCER)).to.equal(700n)
    })
  }

  it('twenty deep takes its first and last place, and two neighbours between, with one proof', async () => {
    const town = await loadFixture(openTown)
    const sheet = await newSheet(town, { notes: notesAt([0, 524_287, 524_288, 2 ** 20 - 1]), depth: 20 })
    const items = await itemsOf(town, sheet)
    const group = groupOf(sheet, items)
    for (const siblings of [group.siblings.slice(0, -1), [...group.siblings, sheet.id]]) {
      await expect(redeem(town, [{ ...group, siblings }]))
        .to.be.revertedWithCustomError(town.vouchers, 'ProofLengthWrong')
        .withArgs(sheet.id, group.siblings.length, siblings.length)
    }
    await expect(redeem(town, [group]))
      .to.emit(town.vouchers, 'Redeemed')
      .withArgs(sheet.id, items.map(wordOf))
  })

  it('full of notes needs no sibling when all are spent at once', async () => {
    const town = await loadFixture(openTown)
    const sheet = await newSheet(town, { notes: notesAt([0, 1, 2, 3, 4, 5, 6, 7]) })
    const group = groupOf(sheet, await itemsOf(town, sheet))
    expect(group.siblings).to.deep.equal([])
    await redeem(town, [group])
    expect(await town.vouchers.leftCents(sheet.id)).to.equal(0n)
    expect(await town.vouchers.owedCents(GROCER)).to.equal(800n)
  })

  it('is proved for every set of its places: each of the 255 of a tree of eight', async () => {
    const town = await loadFixture(openTown)
    const sheet = await newSheet(town, { notes: notesAt([0, 1, 2, 3, 4, 5, 6, 7]) })
    const items = await itemsOf(town, sheet)
    const { vouchers, acceptor } = town
    for (let set = 1; set < 256; set++) {
      const group = groupOf(
        sheet,
        items.filter((_, place) => set & (1 << place)),
      )
      await vouchers.redeem.staticCall(await signBatch(town, [group], acceptor), [group])
    }
  })
})

describe('Places beyond one word of bits', () => {
  const places = [0, 255, 256, 511]

  it('are each used by themselves, whatever of them was used before', async () => {
    const town = await loadFixture(openTown)
    const { vouchers } = town
    for (const before of [[], [0], [255], [256], [511], [0, 255], [256, 511], [255, 256]]) {
      const sheet = await newSheet(town, { notes: notesAt(places), depth: 9 })
      const items = await itemsOf(town, sheet)
      const earlier = items.filter(({ index }) => before.includes(index))
      if (earlier.length > 0) await redeem(town, [groupOf(sheet, earlier)])
      await expect(redeem(town, [groupOf(sheet, items)]))
        .to.emit(vouchers, 'Redeemed')
        .withArgs(
          sheet.id,
          items.map((item) => (before.includes(item.index) ? 0n : wordOf(item))),
        )
      for (const place of places) expect(await vouchers.isUsed(sheet.id, place)).to.equal(true)
      for (const place of [1, 254, 257, 510, 512]) expect(await vouchers.isUsed(sheet.id, place)).to.equal(false)
      expect(await vouchers.leftCents(sheet.id)).to.equal(0n)
    }
    expect(await vouchers.owedCents(GROCER)).to.equal(8n * 400n)
  })

  it('are used also where a word has but its first place', async () => {
    const town = await loadFixture(openTown)
    const { vouchers } = town
    const sheet = await newSheet(town, { notes: notesAt([0, 256, 512]), depth: 10 })
    const items = await itemsOf(town, sheet)
    await redeem(town, [groupOf(sheet, items)])
    for (const { index } of items) expect(await vouchers.isUsed(sheet.id, index)).to.equal(true)
    await redeem(town, [groupOf(sheet, items)])
    expect(await vouchers.owedCents(GROCER)).to.equal(300n)
  })
})

describe('A call of several groups', () => {
  it('may name a sheet twice: each place counts once, and what is left is counted on', async () => {
    const { town, vouchers } = await loadFixture(townWithSheet)
    const sheet = await newSheet(town, { committedCents: 2_500n })
    const [first, second, third] = await itemsOf(town, sheet)
    await expect(redeem(town, [groupOf(sheet, [first, second]), groupOf(sheet, [second, third])]))
      .to.emit(vouchers, 'Redeemed')
      .withArgs(sheet.id, [wordOf(first), wordOf(second)])
      .and.to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, second.index, skip('AlreadyUsed'))
      .and.to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, third.index, skip('SheetExhausted'))
    expect(await vouchers.leftCents(sheet.id)).to.equal(500n)
    expect(await vouchers.owedCents(GROCER)).to.equal(2_000n)
  })

  it('counts on what the programme has outstanding, over its sheets', async () => {
    const { town, vouchers, acceptor, sheet: former } = await loadFixture(townWithSheet)
    await as(vouchers, acceptor).closeSheet(former.id)
    await as(vouchers, acceptor).reclaim([{ programme: 1, cents: 4_000n }])
    const one = await newSheet(town, { caps: [1_000n], grantedCents: 1_000n })
    const other = await newSheet(town, { caps: [1_000n], grantedCents: 500n })
    const groups: Group[] = []
    for (const sheet of [one, other]) groups.push(groupOf(sheet, await itemsOf(town, sheet)))
    await expect(redeem(town, groups)).to.emit(vouchers, 'Skipped').withArgs(other.id, 0, skip('ProgrammeExhausted'))
    expect(await potsOf(town)).to.include({ outstanding: 500n, locked: 1_000n })
  })

  it('adds up what one merchant is owed, over groups in any order', async () => {
    const { town, vouchers, sheet } = await loadFixture(townWithSheet)
    const other = await newSheet(town)
    const groups: Group[] = []
    for (const [on, place, merchant] of [
      [other, 3, CAFE],
      [sheet, 2, GROCER],
      [other, 0, GROCER],
      [sheet, 1, CAFE],
      [sheet, 0, GROCER],
    ] as const) {
      groups.push(groupOf(on, [await spendOf(town, on, on.notes[place], { merchant })]))
    }
    await redeem(town, groups)
    expect(await vouchers.owedCents(GROCER)).to.equal(3_000n)
    expect(await vouchers.owedCents(CAFE)).to.equal(2_000n)
  })
})

describe('The limits of a call', () => {
  async function townWithLargeSheet() {
    const town = await openTown()
    const sheet = await newSheet(town, { caps: Array.from({ length: 500 }, () => 90n), depth: 9 })
    const other = await newSheet(town, { caps: [90n] })
    const [all, more] = [groupOf(sheet, await itemsOf(town, sheet)), groupOf(other, await itemsOf(town, other))]
    return { town, sheet, other, all, more }
  }

  it('are 500 items, over all groups: refuses 501 and takes 500', async () => {
    const { town, sheet, all, more } = await loadFixture(townWithLargeSheet)
    await expect(redeem(town, [all, more]))
      .to.be.revertedWithCustomError(town.vouchers, 'TooManyItems')
      .withArgs(501, 500)
    await redeem(town, [all])
    expect(await town.vouchers.owedCents(GROCER)).to.equal(45_000n)
    expect(await town.vouchers.leftCents(sheet.id)).to.equal(0n)
  })

  it('are 500 items in the escape, too', async () => {
    const { town, sheet, other, all, more } = await loadFixture(townWithLargeSheet)
    const receipts: object[][] = []
    for (const one of [sheet, other]) {
      const items = await itemsOf(town, one)
      receipts.push(await Promise.all(items.map((item) => receiptProofOf(town, item))))
    }
    await time.increaseTo(other.cut.validUntil + ESCAPE_AFTER)
    await expect(town.vouchers.redeemWithReceipts([all, more], receipts))
      .to.be.revertedWithCustomError(town.vouchers, 'TooManyItems')
      .withArgs(501, 500)
    await town.vouchers.redeemWithReceipts([all], receipts.slice(0, 1))
    expect(await town.vouchers.leftCents(sheet.id)).to.equal(0n)
  })

  it('are 256 merchants that a group can use: the last position is as good as the first', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
    const merchant = 2 ** 32 - 1
    await as(town.registry, town.registrar).register(merchant, FOOD)
    const merchants = [...Array.from({ length: 255 }, (_, i) => i), merchant]
    const item = await spendOf(town, sheet, first, { merchant })
    const group = { ...groupOf(sheet, [item]), merchants, items: [pack(item, merchants)] }
    await expect(redeem(town, [group]))
      .to.emit(vouchers, 'Redeemed')
      .withArgs(sheet.id, [wordOf(item)])
    expect(await vouchers.owedCents(merchant)).to.equal(1_000n)
  })
})
