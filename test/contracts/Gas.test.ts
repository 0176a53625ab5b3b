import { expect } from 'chai'
import { type ContractTransactionResponse, id } from 'ethers'
import { refundAll, refundOf } from './support/refunds.ts'
import { newNote, newSheet, type Sheet } from './support/sheets.ts'
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

const MANY = 60
const OWN_MERCHANTS = Array.from({ length: MANY }, (_, i) => 200 + i)

/** Far apart in the deepest tree, each spent at a merchant of its own, who was paid: each refund makes a debt. */
async function townPaidOut() {
  const town = await openTown()
  const { vouchers, registry, registrar, finance } = town
  for (const merchant of OWN_MERCHANTS) await as(registry, registrar).register(merchant, FOOD)
  const notes = OWN_MERCHANTS.map((_, i) => newNote(i * 8_192, CENTS))
  const sheet = await newSheet(town, { notes, depth: 20 })
  const items = await Promise.all(notes.map((note, i) => spendOf(town, sheet, note, { merchant: OWN_MERCHANTS[i] })))
  await redeem(town, [groupOf(sheet, items)])
  const payments = OWN_MERCHANTS.map((merchant) => ({ ref: id(`payment ${merchant}`), merchant, cents: CENTS }))
  await as(vouchers, finance).settle(payments)
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

unlessCovered('Gas of a list at its dearest', () => {
  // EIP-7825, less a third that a relayer adds to what it estimates; nodes pass on 128 KiB.
  const mostGas = 12_500_000
  const mostBytes = 120_000

  it('fits a transaction: sixty refunds', async () => {
    const { town, sheet } = await loadFixture(townPaidOut)
    const refunds = await Promise.all(
      OWN_MERCHANTS.map((merchant, i) =>
        refundOf(town, sheet, sheet.notes[i], 1n, { receipt: { merchant, amountCents: CENTS } }),
      ),
    )
    const sent = await refundAll(town, refunds)
    expect(await shareOf(sent, MANY)).to.be.below(mostGas / MANY)
    expect((sent.data.length - 2) / 2).to.be.below(mostBytes)
    expect(await town.vouchers.totalDebtCents(OWN_MERCHANTS[MANY - 1])).to.equal(1n)
  })

  it('fits a transaction: two hundred revocations', async () => {
    const { town, sheet } = await loadFixture(townPaidOut)
    const indexes = Array.from({ length: 200 }, (_, i) => i * 4_096 + 256)
    const sent = await as(town.vouchers, town.acceptor).revoke([{ sheet: sheet.id, indexes }])
    expect(await shareOf(sent, 200)).to.be.below(mostGas / 200)
  })

  async function shareOf(sent: ContractTransactionResponse, elements: number): Promise<number> {
    const used = Number((await sent.wait())!.gasUsed) / elements
    console.log(`        ${Math.round(used)}`)
    return used
  }
})
