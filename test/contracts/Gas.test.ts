import { expect } from 'chai'
import { id } from 'ethers'
import { newSheet, type Sheet } from './support/sheets.ts'
import { groupOf, redeem, spendOf } from './support/spends.ts'
import { as, FOOD, loadFixture, openTown, type Town } from './support/town.ts'

const CENTS = 100n
const MERCHANTS = Array.from({ length: 10 }, (_, i) => 100 + i)

/** A sheet of 500 notes in a tree of 512 places, and ten shops. */
async function townWithLargeSheet() {
  const town = await openTown()
  for (const merchant of MERCHANTS) await as(town.registry, town.registrar).register(merchant, FOOD)
  const sheet = await newSheet(town, { caps: Array.from({ length: 500 }, () => CENTS), depth: 9 })
  return { town, sheet }
}

async function gasOfRedeeming(town: Town, sheet: Sheet, places: number[], merchants: number[], isOne = false) {
  const items = await Promise.all(
    places.map((place, i) => spendOf(town, sheet, sheet.notes[place], { merchant: merchants[i % merchants.length] })),
  )
  const [
    {
      merchants: [merchant],
      items: [item],
      siblings,
    },
  ] = [groupOf(sheet, items)]
  const sent = isOne
    ? await as(town.vouchers, town.acceptor).redeemOne(sheet.id, merchant, item, siblings)
    : await redeem(town, [groupOf(sheet, items)])
  const receipt = await sent.wait()
  return Number(receipt.gasUsed) / places.length
}

// Coverage adds its own gas to every statement.
const unlessCovered = process.env.CONTRACT_COVERAGE === 'true' ? describe.skip : describe

unlessCovered('Gas of one redemption', () => {
  // Scattered as a draw would scatter them, and the same in each run.
  const places = Array.from({ length: 500 }, (_, i) => i).sort((one, other) => (id(`${one}`) < id(`${other}`) ? -1 : 1))
  const most = [
    { name: 'a hundred at ten merchants', places: places.slice(100, 200), merchants: MERCHANTS, gas: 10_500 },
    {
      name: 'a hundred at one merchant',
      places: places.slice(100, 200),
      merchants: MERCHANTS.slice(0, 1),
      gas: 10_000,
    },
    { name: 'one alone', places: places.slice(200, 201), merchants: MERCHANTS.slice(0, 1), gas: 68_000 },
  ]
  for (const { name, places: chosen, merchants, gas } of most) {
    it(`stays below ${gas}: ${name}`, async () => {
      const { town, sheet } = await loadFixture(townWithLargeSheet)
      await gasOfRedeeming(town, sheet, places.slice(0, 100), merchants)
      const used = await gasOfRedeeming(town, sheet, chosen, merchants, chosen.length === 1)
      console.log(`        ${Math.round(used)}`)
      expect(used).to.be.below(gas)
    })
  }
})
