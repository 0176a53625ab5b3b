import { expect } from 'chai'
import { townWithSheet } from './support/fixtures.ts'
import { postings } from './support/postings.ts'
import { newSheet, type Sheet, type SheetWishes } from './support/sheets.ts'
import {
  groupOf,
  payGuarantee,
  redeem,
  redeemNote,
  redeemOne,
  redeemWithReceipts,
  type SpendWishes,
  skip,
  spendOf,
} from './support/spends.ts'
import {
  as,
  CAFE,
  CULTURE,
  DAY,
  FOOD,
  GROCER,
  loadFixture,
  now,
  PROGRAMME,
  potsOf,
  type Town,
  time,
} from './support/town.ts'

const THEATRE = 9
const SUSPENDED = 10

/** Nothing is outstanding or locked but for the sheets that a test cuts; two more merchants, one suspended. */
async function townForSkips() {
  const spent = await townWithSheet()
  const { vouchers, registry, registrar, acceptor, sheet } = spent
  await as(vouchers, acceptor).closeSheet(sheet.id)
  await as(vouchers, acceptor).reclaim([{ programme: PROGRAMME, cents: 4_000n }])
  await as(registry, registrar).register(THEATRE, CULTURE)
  await as(registry, registrar).register(SUSPENDED, FOOD)
  await as(registry, registrar).suspend(SUSPENDED, (await now()) + DAY)
  await time.increase(2n * DAY)
  return spent
}

interface Case {
  reason: Parameters<typeof skip>[0]
  of?: string
  /** Of the sheet of three notes, of 10, 20 and 10 €. */
  sheet?: SheetWishes
  /** Of the note in the middle. */
  spend?: (sheet: Sheet) => SpendWishes
  /** What happened before. */
  before?: (town: Town, sheet: Sheet) => Promise<unknown>
}

const cases: Case[] = [
  {
    reason: 'AlreadyUsed',
    of: ' (INVARIANT 4)',
    before: (town, sheet) => redeemNote(town, sheet, sheet.notes[1], { merchant: CAFE }),
  },
  {
    reason: 'AlreadyUsed',
    of: ', for it was revoked',
    before: ({ vouchers, acceptor }, sheet) => as(vouchers, acceptor).revoke([{ sheet: sheet.id, indexes: [1] }]),
  },
  { reason: 'DeadlinePassed', spend: ({ cut }) => ({ deadline: cut.validUntil - 31n * DAY }) },
  { reason: 'SheetExhausted', sheet: { committedCents: 2_999n } },
  { reason: 'ProgrammeExhausted', sheet: { committedCents: 4_000n, grantedCents: 2_999n } },
  { reason: 'MerchantUnknown', spend: () => ({ merchant: 99 }) },
  { reason: 'MerchantSuspended', spend: () => ({ merchant: SUSPENDED }) },
  { reason: 'PurposeNotAllowed', spend: () => ({ merchant: THEATRE }) },
  {
    reason: 'Guaranteed',
    before: async (town, { notes }) => {
      const other = await newSheet(town, { notes: [{ ...notes[1], index: 5 }] })
      await payGuarantee(town, other, await spendOf(town, other, other.notes[0], { merchant: CAFE }))
    },
  },
]

/** The sheet of a case, and its three spends. */
async function prepare(town: Town, { sheet: wishes, spend, before }: Case) {
  const sheet = await newSheet(town, { caps: [1_000n, 2_000n, 1_000n], ...wishes })
  const [first, middle, last] = sheet.notes
  await before?.(town, sheet)
  const items = [
    await spendOf(town, sheet, first),
    await spendOf(town, sheet, middle, spend?.(sheet)),
    await spendOf(town, sheet, last),
  ]
  const words = [(BigInt(GROCER) << 64n) | 1_000n, 0n, (2n << 96n) | (BigInt(GROCER) << 64n) | 1_000n]
  return { sheet, items, middle: items[1], words }
}

for (const one of cases) {
  describe(`Passed over: ${one.reason}${one.of ?? ''}`, () => {
    it('an item among good ones, which count', async () => {
      const { town, vouchers } = await loadFixture(townForSkips)
      const { sheet, items, words } = await prepare(town, one)
      const [before, used] = [await potsOf(town), await vouchers.isUsed(sheet.id, 1)]
      await expect(redeem(town, [groupOf(sheet, items)]))
        .to.emit(vouchers, 'Redeemed')
        .withArgs(sheet.id, words)
        .and.to.emit(vouchers, 'Skipped')
        .withArgs(sheet.id, 1, skip(one.reason))
      const after = await potsOf(town)
      expect(after).to.deep.equal({
        ...before,
        outstanding: before.outstanding - 2_000n,
        locked: before.locked - 2_000n,
      })
      expect(await vouchers.isUsed(sheet.id, 1)).to.equal(used)
      expect(await vouchers.owedCents(GROCER)).to.equal(2_000n)
    })

    it('an item alone, and nothing changes', async () => {
      const { town, vouchers } = await loadFixture(townForSkips)
      const { sheet, items, middle } = await prepare(town, one)
      await redeem(town, [groupOf(sheet, [items[0], items[2]])])
      const before = [await potsOf(town), await vouchers.sheetOf(sheet.id), await vouchers.isUsed(sheet.id, 1)]
      for (const post of [postings['in a batch'], redeemOne]) {
        await expect(post(town, sheet, middle))
          .to.emit(vouchers, 'Skipped')
          .withArgs(sheet.id, 1, skip(one.reason))
          .and.not.to.emit(vouchers, 'Redeemed')
      }
      const after = [await potsOf(town), await vouchers.sheetOf(sheet.id), await vouchers.isUsed(sheet.id, 1)]
      expect(after).to.deep.equal(before)
    })

    it('in the escape as before it, but for a deadline', async () => {
      const { town, vouchers } = await loadFixture(townForSkips)
      const { sheet, items, words } = await prepare(town, one)
      await time.increaseTo(await vouchers.escapeOpensAt(sheet.id))
      const posted = redeemWithReceipts(town, sheet, items)
      if (one.reason === 'DeadlinePassed') await expect(posted).not.to.emit(vouchers, 'Skipped')
      else {
        await expect(posted)
          .to.emit(vouchers, 'Redeemed')
          .withArgs(sheet.id, words)
          .and.to.emit(vouchers, 'Skipped')
          .withArgs(sheet.id, 1, skip(one.reason))
      }
    })
  })
}

describe('Passed over: SheetClosed', () => {
  it('all items of the sheet, in whatever way, while other groups of the call count', async () => {
    const { town, vouchers, sheet } = await loadFixture(townForSkips)
    const other = await newSheet(town, { caps: [1_000n] })
    const items = [await spendOf(town, sheet, sheet.notes[0]), await spendOf(town, sheet, sheet.notes[1])]
    const good = await spendOf(town, other, other.notes[0])
    await expect(redeem(town, [groupOf(sheet, items), groupOf(other, [good])]))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, 0, skip('SheetClosed'))
      .and.to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, 1, skip('SheetClosed'))
      .and.to.emit(vouchers, 'Redeemed')
      .withArgs(other.id, [(BigInt(GROCER) << 64n) | 1_000n])
    for (const post of [redeemOne, postings['in the escape']]) {
      await expect(post(town, sheet, items[0]))
        .to.emit(vouchers, 'Skipped')
        .withArgs(sheet.id, 0, skip('SheetClosed'))
    }
    expect(await vouchers.isUsed(sheet.id, 0)).to.equal(false)
    expect(await vouchers.leftCents(sheet.id)).to.equal(0n)
  })
})

describe('Passed over for several reasons', () => {
  it('an item says the first of them: used, closed, deadline, merchant, what is left', async () => {
    const { town, vouchers, acceptor } = await loadFixture(townForSkips)
    const sheet = await newSheet(town, { caps: [1_000n, 1_000n, 1_000n, 1_000n], committedCents: 500n })
    await as(vouchers, acceptor).revoke([{ sheet: sheet.id, indexes: [0] }])
    const deadline = (await now()) - DAY
    const wishes: SpendWishes[] = [{ merchant: 99, deadline }, { merchant: 99, deadline }, { merchant: 99 }, {}]
    const items = await Promise.all(sheet.notes.map((note, i) => spendOf(town, sheet, note, wishes[i])))
    const reasons = ['AlreadyUsed', 'DeadlinePassed', 'MerchantUnknown', 'SheetExhausted'] as const
    for (const [i, item] of items.entries()) {
      for (const post of [postings['in a batch'], redeemOne]) {
        await expect(post(town, sheet, item))
          .to.emit(vouchers, 'Skipped')
          .withArgs(sheet.id, i, skip(reasons[i]))
      }
    }
    await as(vouchers, acceptor).closeSheet(sheet.id)
    for (const [i, item] of items.entries()) {
      const reason = i === 0 ? 'AlreadyUsed' : 'SheetClosed'
      for (const post of [postings['in a batch'], redeemOne]) {
        await expect(post(town, sheet, item))
          .to.emit(vouchers, 'Skipped')
          .withArgs(sheet.id, i, skip(reason))
      }
    }
  })

  it('an item of a suspended merchant says so, though it may not sell this either', async () => {
    const { town, vouchers } = await loadFixture(townForSkips)
    const sheet = await newSheet(town, { purposes: CULTURE })
    const item = await spendOf(town, sheet, sheet.notes[0], { merchant: SUSPENDED })
    for (const post of [postings['in a batch'], redeemOne]) {
      await expect(post(town, sheet, item))
        .to.emit(vouchers, 'Skipped')
        .withArgs(sheet.id, 0, skip('MerchantSuspended'))
    }
  })

  it('a guaranteed note says that nothing is left, if nothing is', async () => {
    const { town, vouchers } = await loadFixture(townForSkips)
    const sheet = await newSheet(town, { committedCents: 999n })
    const other = await newSheet(town, { notes: sheet.notes.slice(0, 1) })
    await payGuarantee(town, other, await spendOf(town, other, other.notes[0]))
    const item = await spendOf(town, sheet, sheet.notes[0])
    for (const post of [postings['in a batch'], redeemOne]) {
      await expect(post(town, sheet, item))
        .to.emit(vouchers, 'Skipped')
        .withArgs(sheet.id, 0, skip('SheetExhausted'))
    }
  })
})

describe('Passed over by one cent', () => {
  it('what the sheet has not left (INVARIANT 3); exactly what is left counts', async () => {
    const { town, vouchers } = await loadFixture(townForSkips)
    const sheet = await newSheet(town, { committedCents: 1_999n })
    const [first, second, third] = sheet.notes
    const items = [
      await spendOf(town, sheet, first),
      await spendOf(town, sheet, second),
      await spendOf(town, sheet, third, { amountCents: 999n }),
    ]
    await expect(redeem(town, [groupOf(sheet, items)]))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, second.index, skip('SheetExhausted'))
    expect(await vouchers.leftCents(sheet.id)).to.equal(0n)
    expect(await vouchers.owedCents(GROCER)).to.equal(1_999n)
  })

  it('what the programme has not outstanding: the float is never spent (INVARIANT 6)', async () => {
    const { town, vouchers } = await loadFixture(townForSkips)
    const sheet = await newSheet(town, { caps: [2_000n, 2_000n], committedCents: 3_999n, grantedCents: 1_999n })
    const [first, second] = sheet.notes
    await expect(redeemNote(town, sheet, first))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, first.index, skip('ProgrammeExhausted'))
    await expect(redeemNote(town, sheet, second, { amountCents: 1_999n })).to.emit(vouchers, 'Redeemed')
    expect(await potsOf(town)).to.include({ outstanding: 0n, float: 5_000n, locked: 2_000n })
  })
})

describe('Passed over once', () => {
  it('an item counts later, when its reason is gone', async () => {
    const { town, vouchers, registry, registrar } = await loadFixture(townForSkips)
    const sheet = await newSheet(town)
    const item = await spendOf(town, sheet, sheet.notes[0], { merchant: SUSPENDED })
    await redeem(town, [groupOf(sheet, [item])])
    expect(await vouchers.owedCents(SUSPENDED)).to.equal(0n)
    await as(registry, registrar).reinstate(SUSPENDED)
    await redeem(town, [groupOf(sheet, [item])])
    expect(await vouchers.owedCents(SUSPENDED)).to.equal(1_000n)
  })

  it('a purpose is not: one in common with the sheet is enough', async () => {
    const { town, vouchers } = await loadFixture(townForSkips)
    const sheet = await newSheet(town, { purposes: CULTURE | 0b1000_0000 })
    await expect(redeemNote(town, sheet, sheet.notes[1], { merchant: CAFE })).to.emit(vouchers, 'Redeemed')
  })
})
