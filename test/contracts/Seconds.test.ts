import { expect } from 'chai'
import { townWithSheet } from './support/fixtures.ts'
import { newSheet } from './support/sheets.ts'
import { groupOf, type Item, redeem, redeemOne, redeemWithReceipts, skip, spendOf } from './support/spends.ts'
import { as, DAY, ESCAPE_AFTER, GRACE, GROCER, loadFixture, nextAt, now } from './support/town.ts'

/** Two spends of the sheet's first notes, one for the last second of something and one for the second after. */
async function townWithSpends() {
  const spent = await townWithSheet()
  const { town, vouchers, guardian, admin, sheet, first, second } = spent
  const spends = async (deadline: bigint) => [
    await spendOf(town, sheet, first, { deadline }),
    await spendOf(town, sheet, second, { deadline }),
  ]
  const pause = async (from: bigint, to: bigint) => {
    await nextAt(from)
    await as(vouchers, guardian).pause()
    await nextAt(to)
    await as(vouchers, admin).unpause()
  }
  const post = (item: Item) => redeem(town, [groupOf(sheet, [item])])
  const postAlone = (item: Item) => redeemOne(town, sheet, item)
  const postWithReceipt = (item: Item) => redeemWithReceipts(town, sheet, [item])
  return { ...spent, spends, pause, post, postAlone, postWithReceipt }
}

type Spent = Awaited<ReturnType<typeof townWithSpends>>

/** A thing that ends: when, what its spends say, and why an item is passed over afterwards. */
interface End {
  at: (spent: Spent, start: bigint) => bigint
  deadline: (spent: Spent, start: bigint) => bigint
  reason: 'SheetClosed' | 'DeadlinePassed'
  ways: ('post' | 'postAlone' | 'postWithReceipt')[]
}

const ends: Record<string, End> = {
  'A spend ends with its deadline': {
    at: (_, start) => start + 100n,
    deadline: (_, start) => start + 100n,
    reason: 'DeadlinePassed',
    ways: ['post', 'postAlone'],
  },
  'A sheet ends with the second in which it closes': {
    at: ({ sheet }) => sheet.cut.closesAt,
    deadline: ({ sheet }) => sheet.cut.closesAt + DAY,
    reason: 'SheetClosed',
    ways: ['post', 'postAlone', 'postWithReceipt'],
  },
}

for (const [name, { at, deadline, reason, ways }] of Object.entries(ends)) {
  for (const way of ways) {
    describe(`${name} (${way})`, () => {
      const ending = async (pauses: (end: bigint) => [from: bigint, to: bigint][], length: bigint) => {
        const spent = await loadFixture(townWithSpends)
        const { vouchers, sheet, spends, pause } = spent
        const start = (await now()) + DAY
        const end = at(spent, start)
        const [inTime, late] = await spends(deadline(spent, start))
        for (const [from, to] of pauses(end)) await pause(from, to)
        await nextAt(end + length)
        await expect(spent[way](inTime)).to.emit(vouchers, 'Redeemed')
        await nextAt(end + length + 1n)
        await expect(spent[way](late)).to.emit(vouchers, 'Skipped').withArgs(sheet.id, late.index, skip(reason))
      }

      it('and not before', () => ending(() => [], 0n))

      it('and later by a pause before it (INVARIANT 10)', () => ending((end) => [[end - 50n, end - 10n]], 40n))

      it('and later by a pause across it', () => ending((end) => [[end - 10n, end + DAY]], DAY + 10n))

      it('and later by a pause that begins in its last second', () => ending((end) => [[end, end + DAY]], DAY))

      it('and later by several pauses together, one of no length', () =>
        ending(
          (end) => [
            [end - 50n, end - 40n],
            [end - 20n, end - 20n],
            [end + 5n, end + 7n],
          ],
          12n,
        ))

      it('and no later by a pause after it', async () => {
        const spent = await loadFixture(townWithSpends)
        const { vouchers, sheet, spends, pause } = spent
        const start = (await now()) + DAY
        const end = at(spent, start)
        const [late] = await spends(deadline(spent, start))
        await pause(end + 1n, end + DAY)
        await nextAt(end + DAY)
        await expect(spent[way](late)).to.emit(vouchers, 'Skipped').withArgs(sheet.id, late.index, skip(reason))
      })
    })
  }
}

describe('The escape', () => {
  it('opens in its second and not before, whatever pauses there were', async () => {
    for (const length of [0n, DAY]) {
      const { vouchers, sheet, spends, pause, postWithReceipt } = await loadFixture(townWithSpends)
      const [early, inTime] = await spends(sheet.cut.closesAt)
      const opensAt = sheet.cut.validUntil + ESCAPE_AFTER
      if (length > 0n) await pause(opensAt - 2n * length, opensAt - length)
      expect(await vouchers.escapeOpensAt(sheet.id)).to.equal(opensAt)
      await nextAt(opensAt - 1n)
      await expect(postWithReceipt(early))
        .to.be.revertedWithCustomError(vouchers, 'EscapeNotOpen')
        .withArgs(sheet.id, opensAt)
      await nextAt(opensAt)
      await expect(postWithReceipt(inTime)).to.emit(vouchers, 'Redeemed')
    }
  })

  it('is held back by a pause across its start, for no longer, and gets the time back at its end', async () => {
    const { vouchers, guardian, admin, sheet, spends, postWithReceipt } = await loadFixture(townWithSpends)
    const [first, second] = await spends(sheet.cut.closesAt)
    const opensAt = sheet.cut.validUntil + ESCAPE_AFTER
    await nextAt(opensAt - 10n)
    await as(vouchers, guardian).pause()
    await nextAt(opensAt)
    await expect(postWithReceipt(first)).to.be.revertedWithCustomError(vouchers, 'EnforcedPause')
    await nextAt(opensAt + 10n)
    await as(vouchers, admin).unpause()
    await nextAt(opensAt + 10n)
    await expect(postWithReceipt(first)).to.emit(vouchers, 'Redeemed')
    await nextAt(sheet.cut.closesAt + 20n)
    await expect(postWithReceipt(second)).to.emit(vouchers, 'Redeemed')
  })
})

describe('The last valid second of a sheet', () => {
  it('is none on chain: the acceptor posts before, in and after it alike', async () => {
    const { town, vouchers, sheet } = await loadFixture(townWithSpends)
    for (const [i, second] of [-1n, 0n, 1n].entries()) {
      const item = await spendOf(town, sheet, sheet.notes[i])
      await nextAt(sheet.cut.validUntil + second)
      await redeem(town, [groupOf(sheet, [item])])
    }
    expect(await vouchers.owedCents(GROCER)).to.equal(3_000n)
  })
})

describe('A pause before a sheet was cut', () => {
  it('adds nothing to its end nor to its spends’ deadlines', async () => {
    const { town, vouchers, pause } = await loadFixture(townWithSpends)
    const start = (await now()) + DAY
    await pause(start, start + DAY)
    const validUntil = start + 10n * DAY
    const sheet = await newSheet(town, { validUntil, closesAt: validUntil + GRACE })
    const deadline = start + 2n * DAY
    const [inTime, late] = [
      await spendOf(town, sheet, sheet.notes[0], { deadline }),
      await spendOf(town, sheet, sheet.notes[1], { deadline }),
    ]
    expect((await vouchers.sheetOf(sheet.id)).pausedSecondsBefore).to.equal(DAY)
    expect(await vouchers.closesAt(sheet.id)).to.equal(sheet.cut.closesAt)
    await nextAt(deadline)
    await expect(redeem(town, [groupOf(sheet, [inTime])])).to.emit(vouchers, 'Redeemed')
    await nextAt(deadline + 1n)
    await expect(redeem(town, [groupOf(sheet, [late])]))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, 1, skip('DeadlinePassed'))
  })
})

describe('A suspended merchant', () => {
  it('is paid until the second before, not in the second of its suspension, and again once reinstated', async () => {
    const { vouchers, registry, registrar, sheet, spends, post, postAlone } = await loadFixture(townWithSpends)
    const [first, second] = await spends(sheet.cut.closesAt)
    const from = (await now()) + DAY
    await as(registry, registrar).suspend(GROCER, from)
    await nextAt(from - 1n)
    await expect(post(first)).to.emit(vouchers, 'Redeemed')
    for (const one of [post, postAlone]) {
      await nextAt(from)
      await expect(one(second)).to.emit(vouchers, 'Skipped').withArgs(sheet.id, 1, skip('MerchantSuspended'))
    }
    await as(registry, registrar).reinstate(GROCER)
    await expect(post(second)).to.emit(vouchers, 'Redeemed')
  })
})
