import { expect } from 'chai'
import { newSheet, type Sheet } from './support/sheets.ts'
import { groupsOf, redeem, spendOf } from './support/spends.ts'
import { CAFE, GROCER, loadFixture, openTown, type Town } from './support/town.ts'

const CENTS = 100n

/** A sheet of 250 notes in a tree of 512 places, as full as the evening post makes them. */
async function townWithLargeSheet() {
  const town = await openTown()
  const sheet = await newSheet(town, { caps: Array.from({ length: 250 }, () => CENTS), depth: 9 })
  return { town, sheet }
}

async function gasOfRedeeming(town: Town, sheet: Sheet, from: number, count: number, merchants: number[]) {
  const notes = sheet.notes.slice(from, from + count)
  const items = await Promise.all(
    notes.map((note, i) => spendOf(town, sheet, note, { merchant: merchants[i % merchants.length] ?? GROCER })),
  )
  const receipt = await (await redeem(town, groupsOf(sheet, items))).wait()
  return Number(receipt.gasUsed) / count
}

// Coverage adds its own gas to every statement.
const unlessCovered = process.env.CONTRACT_COVERAGE === 'true' ? describe.skip : describe

unlessCovered('Gas of one redemption', () => {
  const most = [
    { name: 'a hundred at one merchant', count: 100, merchants: [GROCER], gas: 28_500 },
    { name: 'a hundred at two merchants', count: 100, merchants: [GROCER, CAFE], gas: 28_500 },
    { name: 'one alone', count: 1, merchants: [GROCER], gas: 165_000 },
  ]
  for (const { name, count, merchants, gas } of most) {
    it(`stays below ${gas}: ${name}`, async () => {
      const { town, sheet } = await loadFixture(townWithLargeSheet)
      const first = await gasOfRedeeming(town, sheet, 0, count, merchants)
      const again = await gasOfRedeeming(town, sheet, count, count, merchants)
      console.log(`        ${Math.round(first)} the first time, ${Math.round(again)} again`)
      expect(Math.max(first, again)).to.be.below(gas)
    })
  }

  it('takes two hundred items in a block of thirty million', async () => {
    const { town, sheet } = await loadFixture(townWithLargeSheet)
    expect((await gasOfRedeeming(town, sheet, 0, 200, [GROCER])) * 200).to.be.below(30_000_000)
  })
})
