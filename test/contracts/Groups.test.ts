import { expect } from 'chai'
import { type ContractTransactionResponse, id } from 'ethers'
import { townWithSheet } from './support/fixtures.ts'
import { type Group, groupOf, type Item, pack, receiptProofOf, redeem, spendOf, wordOf } from './support/spends.ts'
import { as, CAFE, GROCER, loadFixture, potsOf, time } from './support/town.ts'

/** Four notes spent, two at each merchant, as the one group that they make; the escape is open. */
async function townWithGroup() {
  const spent = await townWithSheet()
  const { town, sheet } = spent
  const items = await Promise.all(
    sheet.notes.map((note, i) => spendOf(town, sheet, note, { merchant: i % 2 ? CAFE : GROCER, mostCents: 1_000n })),
  )
  await time.increaseTo(await town.vouchers.escapeOpensAt(sheet.id))
  return { ...spent, items, group: groupOf(sheet, items) }
}

type Spent = Awaited<ReturnType<typeof townWithGroup>>
type Post = (spent: Spent, groups: Group[]) => Promise<ContractTransactionResponse>

/** Who may post a group, and could post it malformed: the acceptor, or in the escape anybody. */
const posters: Record<string, Post> = {
  'by the acceptor': ({ town }, groups) => redeem(town, groups),
  'in the escape': async ({ town, items, stranger }, groups) => {
    const proofs = new Map<string, object>()
    for (const item of items) proofs.set(item.signature.r, await receiptProofOf(town, item))
    const receipts = groups.map((group) => group.items.map(({ holder }) => proofs.get(holder.r)))
    return as(town.vouchers, stranger).redeemWithReceipts(groups, receipts)
  },
}

interface Malformed {
  change: (spent: Spent) => Partial<Group>
  error: string
  /** What the error says after the sheet. */
  says: unknown[]
}

const only = (items: Item[], merchants: number[]) => items.map((item) => pack(item, merchants))
const swapped = <T>(list: readonly T[], one: number, other: number) =>
  list.map((value, i) => (i === one ? list[other] : i === other ? list[one] : value))

const malformed: Record<string, Malformed> = {
  'no items': { change: () => ({ items: [] }), error: 'ItemsMissing', says: [] },
  'a place twice': {
    change: ({ group: { items } }) => ({ items: [items[0], items[1], items[1], items[2]] }),
    error: 'IndexesNotAscending',
    says: [1],
  },
  'one item twice and nothing else': {
    change: ({ group: { items } }) => ({ items: [items[0], items[0]] }),
    error: 'IndexesNotAscending',
    says: [0],
  },
  'places that do not ascend': {
    change: ({ group: { items } }) => ({ items: swapped(items, 1, 2) }),
    error: 'IndexesNotAscending',
    says: [1],
  },
  'a merchant twice, so that one credit would overwrite the other': {
    change: ({ items }) => ({
      merchants: [GROCER, GROCER, CAFE],
      items: items.map((item, i) => pack(item, i === 0 ? [GROCER, 0, CAFE] : [0, GROCER, CAFE])),
    }),
    error: 'MerchantsNotAscending',
    says: [GROCER],
  },
  'merchants that do not ascend': {
    change: ({ items }) => ({ merchants: [CAFE, GROCER], items: only(items, [CAFE, GROCER]) }),
    error: 'MerchantsNotAscending',
    says: [GROCER],
  },
  'a merchant after the greatest number': {
    change: ({ items }) => ({ merchants: [GROCER, 2 ** 32 - 1, CAFE], items: only(items, [GROCER, 0, CAFE]) }),
    error: 'MerchantsNotAscending',
    says: [CAFE],
  },
  'a merchant’s position past the end': {
    change: ({ items }) => ({ merchants: [GROCER, CAFE], items: only(items, [GROCER, 0, CAFE]) }),
    error: 'MerchantMissing',
    says: [1],
  },
  'the last position of all in a short list': {
    change: ({ group: { items } }) => ({
      items: items.map((item) => ({ ...item, terms: item.terms | (255n << 184n) })),
    }),
    error: 'MerchantMissing',
    says: [0],
  },
  'no merchants': { change: () => ({ merchants: [] }), error: 'MerchantMissing', says: [0] },
  'a sibling too few': { change: () => ({ siblings: [] }), error: 'ProofLengthWrong', says: [1, 0] },
  'a sibling too many': {
    change: ({ group: { siblings } }) => ({ siblings: [...siblings, id('one more')] }),
    error: 'ProofLengthWrong',
    says: [1, 2],
  },
  'a proof of more places than it has items': {
    change: ({ group: { items } }) => ({ items: items.slice(1) }),
    error: 'ProofLengthWrong',
    says: [2, 1],
  },
  'another sibling': { change: () => ({ siblings: [id('another')] }), error: 'LeavesNotOnSheet', says: [] },
  'two siblings exchanged': {
    change: ({ sheet, group: { items } }) => ({
      items: [items[0], items[2]],
      siblings: swapped(sheet.tree.siblingsOf([0, 2]), 0, 1),
    }),
    error: 'LeavesNotOnSheet',
    says: [],
  },
  'siblings from the root down': {
    change: ({ sheet, group: { items } }) => ({
      items: [items[0]],
      siblings: sheet.tree.siblingsOf([0]).toReversed(),
    }),
    error: 'LeavesNotOnSheet',
    says: [],
  },
  'two notes in each other’s places': {
    change: ({ items }) => ({
      items: only([{ ...items[2], index: 0 }, items[1], { ...items[0], index: 2 }, items[3]], [GROCER, CAFE]),
    }),
    error: 'LeavesNotOnSheet',
    says: [],
  },
  'a note one place further': {
    change: ({ items }) => ({
      items: only([...items.slice(0, 3), { ...items[3], index: 4 }], [GROCER, CAFE]),
      siblings: Array.from({ length: 3 }, (_, i) => id(`sibling ${i}`)),
    }),
    error: 'LeavesNotOnSheet',
    says: [],
  },
  'one bad item among good ones': {
    change: ({ items }) => ({
      items: only([items[0], { ...items[1], capCents: 1_001n }, ...items.slice(2)], [GROCER, CAFE]),
    }),
    error: 'LeavesNotOnSheet',
    says: [],
  },
  'a place past the end': {
    change: ({ items }) => ({ items: only([...items.slice(0, 3), { ...items[3], index: 8 }], [GROCER, CAFE]) }),
    error: 'IndexOutOfRange',
    says: [8],
  },
}

for (const [how, post] of Object.entries(posters)) {
  describe(`A group posted ${how}`, () => {
    for (const [name, { change, error, says }] of Object.entries(malformed)) {
      it(`is refused with ${name}, and with it the whole call`, async () => {
        const spent = await loadFixture(townWithGroup)
        const { town, vouchers, sheet, group, items } = spent
        const before = await potsOf(town)
        const good = groupOf(sheet, [items[3]])
        for (const groups of [[{ ...group, ...change(spent) }], [good, { ...group, ...change(spent) }]]) {
          await expect(post(spent, groups))
            .to.be.revertedWithCustomError(vouchers, error)
            .withArgs(sheet.id, ...says)
        }
        expect(await potsOf(town)).to.deep.equal(before)
        expect(await vouchers.owedCents(GROCER)).to.equal(0n)
        expect(await vouchers.owedCents(CAFE)).to.equal(0n)
      })
    }

    it('credits each merchant with all of its items, in one event of one word each', async () => {
      const spent = await loadFixture(townWithGroup)
      const { vouchers, sheet, group, items } = spent
      await expect(post(spent, [group]))
        .to.emit(vouchers, 'Redeemed')
        .withArgs(sheet.id, items.map(wordOf))
      expect(await vouchers.owedCents(GROCER)).to.equal(2_000n)
      expect(await vouchers.owedCents(CAFE)).to.equal(2_000n)
    })

    it('may name a merchant that has no items, which gains nothing', async () => {
      const spent = await loadFixture(townWithGroup)
      const { vouchers, group, items } = spent
      const merchants = [0, GROCER, CAFE, 2 ** 32 - 1]
      await post(spent, [{ ...group, merchants, items: only(items, merchants) }])
      expect(await vouchers.owedCents(0)).to.equal(0n)
      expect(await vouchers.owedCents(GROCER)).to.equal(2_000n)
      expect(await vouchers.owedCents(2 ** 32 - 1)).to.equal(0n)
    })

    it('reads nothing in the highest bits of an item’s terms', async () => {
      const spent = await loadFixture(townWithGroup)
      const { vouchers, sheet, group, items } = spent
      const loud = group.items.map((item) => ({ ...item, terms: item.terms | ((2n ** 64n - 1n) << 192n) }))
      await expect(post(spent, [{ ...group, items: loud }]))
        .to.emit(vouchers, 'Redeemed')
        .withArgs(sheet.id, items.map(wordOf))
    })
  })
}

describe('Two merchants of a group cannot be exchanged', () => {
  const exchanged = ({ items, group }: Spent) => ({ ...group, items: only(items, [CAFE, GROCER]) })

  it('by the acceptor: the holders signed for the others', async () => {
    const spent = await loadFixture(townWithGroup)
    await expect(redeem(spent.town, [exchanged(spent)]))
      .to.be.revertedWithCustomError(spent.vouchers, 'LeavesNotOnSheet')
      .withArgs(spent.sheet.id)
  })

  it('in the escape: the receipts are for the others, too', async () => {
    const spent = await loadFixture(townWithGroup)
    await expect(posters['in the escape'](spent, [exchanged(spent)])).to.be.revertedWithCustomError(
      spent.vouchers,
      'NotTheAcceptor',
    )
  })
})
