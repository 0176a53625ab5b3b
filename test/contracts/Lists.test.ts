import { expect } from 'chai'
import type { ContractTransactionResponse } from 'ethers'
import { townWithClaim } from './support/fixtures.ts'
import { type Refund, refundAll, refundOf, settleAll } from './support/refunds.ts'
import { newSheet, type Sheet, shortId } from './support/sheets.ts'
import { redeemNote } from './support/spends.ts'
import {
  as,
  CAFE,
  ethers,
  FLOAT,
  GROCER,
  GUARANTEE,
  loadFixture,
  PROGRAMME,
  potsOf,
  type Town,
} from './support/town.ts'

const NOWHERE = ethers.id('no such sheet')
const ROOMY = 3

/** Two more redemptions, one of another sheet at the café, and a programme in which 20 € stand for no sheet. */
async function townWithLists() {
  const spent = await townWithClaim()
  const { town, vouchers, admin, acceptor, treasury, issuer, sheet, second } = spent
  await redeemNote(town, sheet, second, { amountCents: 890n })
  const other = await newSheet(town, { caps: [1_000n, 1_000n, 1_000n] })
  await redeemNote(town, other, other.notes[0], { merchant: CAFE, amountCents: 890n })
  await as(vouchers, admin).openProgramme(ROOMY, issuer, 2_000n)
  await as(vouchers, treasury).defund(PROGRAMME, 2_000n, 0n, 0n)
  await as(town.token, treasury).approve(vouchers, 2_000n)
  await as(vouchers, treasury).fund(ROOMY, 2_000n, 0n, 0n)
  const closed = await newSheet(town, { programme: ROOMY, caps: [2_000n] })
  await as(vouchers, acceptor).closeSheet(closed.id)
  return { ...spent, other }
}

type Spent = Awaited<ReturnType<typeof townWithLists>>

/** All that a list could change. */
async function stateOf({ town, vouchers, sheet, other }: Spent) {
  const places = [sheet, other].flatMap(({ id }) => Array.from({ length: 8 }, (_, index) => ({ id, index })))
  const notes = [sheet, other].flatMap((on) => on.notes)
  return {
    pots: [await potsOf(town), await potsOf(town, ROOMY)],
    claims: await Promise.all([GROCER, CAFE].map((merchant) => vouchers.owedCents(merchant))),
    debts: await Promise.all([GROCER, CAFE].map((merchant) => vouchers.debtCents(merchant, PROGRAMME))),
    sheets: await Promise.all([sheet, other].map(({ id }) => vouchers.sheetOf(id))),
    used: await Promise.all(places.map(({ id, index }) => vouchers.isUsed(id, index))),
    revoked: await Promise.all(places.map(({ id, index }) => vouchers.isRevoked(id, index))),
    refunded: await Promise.all(notes.map(({ noteId }) => vouchers.refundedCents(noteId))),
  }
}

/** Names and values of the events of a transaction, in their order. */
async function toldIn(vouchers: Town['vouchers'], sent: Promise<ContractTransactionResponse>) {
  const receipt = await (await sent).wait()
  return receipt!.logs.map((log) => {
    const { name, args } = vouchers.interface.parseLog(log)!
    return [name, ...args]
  })
}

interface List {
  role: 'FINANCE_ROLE' | 'ACCEPTOR_ROLE'
  /** Three that are right, in this order. */
  right: (spent: Spent) => Promise<unknown[]>
  /** One that is not, whatever came before, and by which word. */
  wrong: (spent: Spent) => Promise<unknown>
  refusal: string
  events: (spent: Spent) => unknown[][]
}

const lists: Record<'refund' | 'revoke' | 'release' | 'reclaim', List> = {
  refund: {
    role: 'FINANCE_ROLE',
    right: async ({ town, sheet, other, first }) => [
      await refundOf(town, sheet, first, 300n),
      await refundOf(town, other, other.notes[0], 890n, { receipt: { merchant: CAFE } }),
      await refundOf(town, sheet, first, 590n, { before: 300n }),
    ],
    wrong: ({ town, sheet, second }) => refundOf(town, sheet, second, 891n),
    refusal: 'RefundAboveReceipt',
    events: () => [
      ['Refunded', shortId('refund'), BigInt(GROCER), 300n, 0n],
      ['Refunded', shortId('refund'), BigInt(CAFE), 890n, 0n],
      ['Refunded', shortId('refund'), BigInt(GROCER), 590n, 0n],
    ],
  },
  revoke: {
    role: 'ACCEPTOR_ROLE',
    right: async ({ sheet, other }) => [
      { sheet: sheet.id, indexes: [3, 2] },
      { sheet: other.id, indexes: [2] },
      { sheet: sheet.id, indexes: [7] },
    ],
    wrong: async ({ sheet }) => ({ sheet: sheet.id, indexes: [4, 0, 5] }),
    refusal: 'AlreadyUsed',
    events: ({ sheet, other }) => [
      ['Revoked', sheet.id, 3n],
      ['Revoked', sheet.id, 2n],
      ['Revoked', other.id, 2n],
      ['Revoked', sheet.id, 7n],
    ],
  },
  release: {
    role: 'ACCEPTOR_ROLE',
    right: async ({ sheet, other }) => [
      { sheet: sheet.id, cents: 2_000n },
      { sheet: other.id, cents: 1n },
      { sheet: sheet.id, cents: 220n },
    ],
    wrong: async ({ other }) => ({ sheet: other.id, cents: 2_111n }),
    refusal: 'ReleasedAboveLeft',
    events: ({ sheet, other }) => [
      ['Released', sheet.id, 2_000n],
      ['Released', other.id, 1n],
      ['Released', sheet.id, 220n],
    ],
  },
  reclaim: {
    role: 'ACCEPTOR_ROLE',
    right: async () => [
      { programme: ROOMY, cents: 500n },
      { programme: PROGRAMME, cents: 100n },
      { programme: ROOMY, cents: 1_500n },
    ],
    wrong: async () => ({ programme: ROOMY, cents: 2_001n }),
    refusal: 'OutstandingTooLow',
    events: () => [
      ['Reclaimed', BigInt(ROOMY), 500n],
      ['Reclaimed', BigInt(PROGRAMME), 100n],
      ['Reclaimed', BigInt(ROOMY), 1_500n],
    ],
  },
}

for (const [act, { role, right, wrong, refusal, events }] of Object.entries(lists)) {
  const send = ({ vouchers, finance, acceptor }: Spent, elements: readonly unknown[]) =>
    as(vouchers, role === 'FINANCE_ROLE' ? finance : acceptor).getFunction(act)(elements)

  describe(`A list to ${act}`, () => {
    it('is refused from any other role, with nothing in it, too', async () => {
      const spent = await loadFixture(townWithLists)
      const { vouchers, admin, treasury, issuer, guardian, relayer, stranger, finance, acceptor } = spent
      const otherOne = role === 'FINANCE_ROLE' ? acceptor : finance
      for (const elements of [[], await right(spent)]) {
        for (const caller of [admin, treasury, issuer, guardian, relayer, stranger, otherOne]) {
          await expect(as(vouchers, caller).getFunction(act)(elements))
            .to.be.revertedWithCustomError(vouchers, 'AccessControlUnauthorizedAccount')
            .withArgs(caller, await vouchers.getFunction(role)())
        }
      }
    })

    it('is refused altogether for one that is wrong: the first, one in the middle, the last', async () => {
      const spent = await loadFixture(townWithLists)
      const before = await stateOf(spent)
      const [elements, bad] = [await right(spent), await wrong(spent)]
      for (const position of [0, 1, 3]) {
        await expect(send(spent, elements.toSpliced(position, 0, bad))).to.be.revertedWithCustomError(
          spent.vouchers,
          refusal,
        )
        expect(await stateOf(spent), `wrong at ${position}`).to.deep.equal(before)
      }
      await send(spent, elements)
    })

    it('changes and tells nothing when nothing is in it', async () => {
      const spent = await loadFixture(townWithLists)
      const before = await stateOf(spent)
      expect(await toldIn(spent.vouchers, send(spent, []))).to.deep.equal([])
      expect(await stateOf(spent)).to.deep.equal(before)
    })

    it('changes what its elements change one by one, and tells of them in their order', async () => {
      const alone = await loadFixture(townWithLists)
      for (const element of await right(alone)) await send(alone, [element])
      const after = await stateOf(alone)
      const spent = await loadFixture(townWithLists)
      expect(await toldIn(spent.vouchers, send(spent, await right(spent)))).to.deep.equal(events(spent))
      expect(await stateOf(spent)).to.deep.equal(after)
    })
  })
}

describe('Refunds of one note in one call', () => {
  it('are refused when it is the same twice (INVARIANT 8)', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    const once = await refundOf(town, sheet, first, 300n)
    await expect(refundAll(town, [once, once]))
      .to.be.revertedWithCustomError(vouchers, 'RefundedBefore')
      .withArgs(first.noteId, 300n, 0n)
    expect(await vouchers.refundedCents(first.noteId)).to.equal(0n)
  })

  it('are refused in another order than they name', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    const [one, next] = await inOrder(town, sheet, first)
    await expect(refundAll(town, [next, one]))
      .to.be.revertedWithCustomError(vouchers, 'RefundedBefore')
      .withArgs(first.noteId, 0n, 300n)
  })

  it('are refused again, all of them or the last, after they were made', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    const [one, next] = await inOrder(town, sheet, first)
    await refundAll(town, [one, next])
    await expect(refundAll(town, [one, next]))
      .to.be.revertedWithCustomError(vouchers, 'RefundedBefore')
      .withArgs(first.noteId, 890n, 0n)
    await expect(refundAll(town, [next]))
      .to.be.revertedWithCustomError(vouchers, 'RefundedBefore')
      .withArgs(first.noteId, 890n, 300n)
  })

  it('are refused a cent above the receipt, all together (INVARIANT 8)', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithClaim)
    const [one, next] = await inOrder(town, sheet, first)
    await expect(refundAll(town, [one, { ...next, cents: 591n }]))
      .to.be.revertedWithCustomError(vouchers, 'RefundAboveReceipt')
      .withArgs(first.noteId, 890n, 891n)
  })

  it('take from the claim what it has, and book the rest as debt', async () => {
    const { town, vouchers, finance, sheet, first } = await loadFixture(townWithClaim)
    await as(vouchers, finance).settle([{ ref: ethers.id('payment 1'), merchant: GROCER, cents: 490n }])
    const told = await toldIn(vouchers, refundAll(town, await inOrder(town, sheet, first)))
    expect(told.map(([, , , cents, debtCents]) => [cents, debtCents])).to.deep.equal([
      [300n, 0n],
      [590n, 490n],
    ])
    expect(await vouchers.debtCents(GROCER, PROGRAMME)).to.equal(490n)
    expect((await potsOf(town)).guarantee).to.equal(GUARANTEE - 490n)
  })

  it('are refused when the guarantee carries the first and not the second, by a cent', async () => {
    const { town, vouchers, treasury, sheet, first } = await loadFixture(townWithClaim)
    await settleAll(town, GROCER)
    await as(vouchers, treasury).defund(PROGRAMME, 0n, 0n, GUARANTEE - 889n)
    await expect(refundAll(town, await inOrder(town, sheet, first)))
      .to.be.revertedWithCustomError(vouchers, 'GuaranteeTooLow')
      .withArgs(PROGRAMME, 589n, 590n)
    expect(await vouchers.totalDebtCents(GROCER)).to.equal(0n)
  })

  /** 8.90 € in two parts. */
  async function inOrder(town: Town, sheet: Sheet, note: Sheet['notes'][number]): Promise<[Refund, Refund]> {
    const next = await refundOf(town, sheet, note, 590n, { before: 300n, id: shortId('next') })
    return [await refundOf(town, sheet, note, 300n), next]
  }
})

describe('Revocations over several sheets in one call', () => {
  it('are refused with a place twice, next to each other or apart', async () => {
    const { vouchers, acceptor, sheet, other } = await loadFixture(townWithLists)
    const twice = [
      [{ sheet: sheet.id, indexes: [3, 3] }],
      [
        { sheet: sheet.id, indexes: [3] },
        { sheet: other.id, indexes: [2] },
        { sheet: sheet.id, indexes: [2, 3] },
      ],
    ]
    for (const revocations of twice) {
      await expect(as(vouchers, acceptor).revoke(revocations))
        .to.be.revertedWithCustomError(vouchers, 'AlreadyUsed')
        .withArgs(sheet.id, 3)
    }
    expect(await vouchers.isUsed(other.id, 2)).to.equal(false)
  })

  it('are refused for a sheet that was never cut, without places, too', async () => {
    const { vouchers, acceptor, sheet } = await loadFixture(townWithLists)
    for (const indexes of [[], [0]]) {
      await expect(
        as(vouchers, acceptor).revoke([
          { sheet: sheet.id, indexes: [3] },
          { sheet: NOWHERE, indexes },
        ]),
      )
        .to.be.revertedWithCustomError(vouchers, 'UnknownSheet')
        .withArgs(NOWHERE)
    }
  })

  it('are held to the depth of each sheet', async () => {
    const { town, vouchers, acceptor, sheet } = await loadFixture(townWithLists)
    const deep = await newSheet(town, { caps: [1_000n], depth: 9 })
    const ends = [0, 255, 256, 511]
    await expect(
      as(vouchers, acceptor).revoke([
        { sheet: deep.id, indexes: ends },
        { sheet: sheet.id, indexes: [8] },
      ]),
    )
      .to.be.revertedWithCustomError(vouchers, 'IndexOutOfRange')
      .withArgs(sheet.id, 8)
    await as(vouchers, acceptor).revoke([
      { sheet: sheet.id, indexes: [7] },
      { sheet: deep.id, indexes: ends },
    ])
    for (const index of ends) expect(await vouchers.isRevoked(deep.id, index)).to.equal(true)
  })

  it('leave the same places of other sheets alone', async () => {
    const { vouchers, acceptor, sheet, other } = await loadFixture(townWithLists)
    await as(vouchers, acceptor).revoke([
      { sheet: sheet.id, indexes: [2] },
      { sheet: other.id, indexes: [1] },
    ])
    expect(await vouchers.isUsed(sheet.id, 3)).to.equal(false)
    expect(await vouchers.isUsed(other.id, 2)).to.equal(false)
  })
})

describe('Releases and reclaims of the same in one call', () => {
  it('are refused a cent above what a sheet has left, together (INVARIANT 3)', async () => {
    const { vouchers, acceptor, sheet } = await loadFixture(townWithLists)
    const releases = (last: bigint) => [2_000n, last].map((cents) => ({ sheet: sheet.id, cents }))
    await expect(as(vouchers, acceptor).release(releases(221n)))
      .to.be.revertedWithCustomError(vouchers, 'ReleasedAboveLeft')
      .withArgs(sheet.id, 220n, 221n)
    await as(vouchers, acceptor).release(releases(220n))
  })

  it('are refused a cent of what open sheets need, together (INVARIANT 2)', async () => {
    const { vouchers, acceptor, treasury, sheet } = await loadFixture(townWithLists)
    await as(vouchers, treasury).defund(PROGRAMME, 0n, FLOAT, 0n)
    await as(vouchers, acceptor).release([{ sheet: sheet.id, cents: 1_000n }])
    const reclaims = (last: bigint) => [600n, last].map((cents) => ({ programme: PROGRAMME, cents }))
    await expect(as(vouchers, acceptor).reclaim(reclaims(401n)))
      .to.be.revertedWithCustomError(vouchers, 'LocksUncovered')
      .withArgs(PROGRAMME, 3_330n, 3_329n)
    await as(vouchers, acceptor).reclaim(reclaims(400n))
  })
})
