import { expect } from 'chai'
import type { ContractTransactionResponse } from 'ethers'
import { townWithClaim } from './support/fixtures.ts'
import { refundOf } from './support/refunds.ts'
import { newSheet, shortId } from './support/sheets.ts'
import { redeemNote } from './support/spends.ts'
import { as, CAFE, GROCER, loadFixture, PROGRAMME, potsOf, type Town } from './support/town.ts'

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
