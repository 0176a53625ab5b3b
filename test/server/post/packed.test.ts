import { expect } from 'chai'
import fc from 'fast-check'
import { parseEventLogs, type TransactionReceipt } from 'viem'
import { vouchersAbi } from '../../../protocol/abi/vouchers.ts'
import { redemptionsOf } from '../../../server/chain/told.ts'
import { batchesOf } from '../../../server/post/batches.ts'
import {
  groupsOf,
  mostMerchants,
  type Posting,
  pack,
  singleOf,
  singlesOf,
  unpack,
} from '../../../server/post/packed.ts'
import { shuffled } from '../../../server/post/shuffle.ts'
import { PostingTown, type SheetOnChain } from '../../support/posting.ts'

const shops = 300
/** The most a transaction may take (EIP-7825), less the third that the relayer adds to what it estimates. */
const mostGas = (16_777_216n / 13n) * 10n

describe('Packed items', function () {
  this.timeout(120_000)
  let town: PostingTown
  before(async () => {
    town = await PostingTown.open(shops)
  })
  after(() => town.close())

  const told = (receipt: TransactionReceipt) =>
    parseEventLogs({ abi: vouchersAbi, logs: receipt.logs, eventName: 'Redeemed' })
      .flatMap(({ args }) => redemptionsOf(args))
      .map(({ sheet, index, merchant, amountCents }) => `${sheet} ${index} ${merchant} ${amountCents}`)
  const asked = (postings: readonly Posting[]) =>
    postings.map(({ sheet, index, spend, amountCents }) => `${sheet} ${index} ${spend.merchant} ${amountCents}`)

  it('refuse what their fields do not hold, and a merchant that is not of the group', async () => {
    const sheet = await town.cutSheet(1)
    const [note] = sheet.notes
    if (note === undefined) throw new Error('No note')
    const posting = await town.spend(sheet, note, 7, 100n)
    expect(() => pack(posting, [6, 8])).to.throw(RangeError)
    expect(() => pack({ ...posting, amountCents: 1n << 40n }, [7])).to.throw(RangeError)
    expect(() => pack({ ...posting, capCents: -1n }, [7])).to.throw(RangeError)
    expect(() => pack({ ...posting, index: 1 << 24 }, [7])).to.throw(RangeError)
    expect(() => pack({ ...posting, spend: { ...posting.spend, deadline: 1n << 40n } }, [7])).to.throw(RangeError)
    expect(() => unpack(pack(posting, [7]), [])).to.throw(RangeError)
    const { sheet: _, ...rest } = posting
    expect(unpack(pack(posting, [5, 7]), [5, 7])).to.deep.equal(rest)
  })

  it('are taken by the contract as they were meant, in any batch', async () => {
    const sheets: SheetOnChain[] = []
    for (const count of [30, 70, 1, 12]) sheets.push(await town.cutSheet(count))
    const notes = shuffled(sheets.flatMap((sheet) => sheet.notes.map((note) => ({ sheet, note }))))
    const batch = fc.array(
      fc.record({ merchant: fc.integer({ min: 1, max: shops }), cents: fc.bigInt({ min: 1n, max: 2_000n }) }),
      { minLength: 1, maxLength: 18 },
    )
    await fc.assert(
      fc.asyncProperty(batch, async (spends) => {
        const postings = await Promise.all(
          notes.splice(0, spends.length).map(({ sheet, note }, i) => {
            const { merchant, cents } = spends[i] ?? { merchant: 1, cents: 1n }
            return town.spend(sheet, note, merchant, cents)
          }),
        )
        if (postings.length === 0) return
        const receipt = await town.redeem(shuffled(groupsOf(postings, town.siblingsOf)))
        expect(new Set(told(receipt))).to.deep.equal(new Set(asked(postings)))
      }),
      { numRuns: 10, endOnFailure: true },
    )
  })

  it('of more merchants than a group may have make two groups of one sheet', async () => {
    const sheet = await town.cutSheet(shops)
    const postings = await Promise.all(sheet.notes.map((note, i) => town.spend(sheet, note, i + 1, 500n)))
    const groups = groupsOf(postings, town.siblingsOf)
    expect(groups.map(({ merchants }) => merchants.length)).to.deep.equal([mostMerchants, shops - mostMerchants])
    const receipt = await town.redeem(groups)
    expect(new Set(told(receipt))).to.deep.equal(new Set(asked(postings)))
    expect(receipt.gasUsed < mostGas).to.equal(true)
  })

  it('of as many sheets as a batch may have stay below what a transaction may take', async () => {
    const postings: Posting[] = []
    for (let shop = 1; shop <= 250; shop++) {
      const sheet = await town.cutSheet(2)
      for (const note of sheet.notes) postings.push(await town.spend(sheet, note, shop, 100n))
    }
    const due = postings.map((posting) => ({ ...posting, noteId: Buffer.from(posting.spend.noteId), depth: 6 }))
    for (const batch of batchesOf(due)) {
      const isIn = new Set(batch.map(({ sheet, index }) => `${sheet} ${index}`))
      const inBatch = postings.filter(({ sheet, index }) => isIn.has(`${sheet} ${index}`))
      const receipt = await town.redeem(groupsOf(inBatch, town.siblingsOf))
      const { input } = await town.chain.opened.client.getTransaction({ hash: receipt.transactionHash })
      expect(told(receipt)).to.have.length(batch.length)
      expect(receipt.gasUsed < mostGas, `${receipt.gasUsed}`).to.equal(true)
      expect(input.length / 2).to.be.below(128 * 1024)
    }
  })

  it('go on alone, from a posting or from a group that was refused', async () => {
    const sheet = await town.cutSheet(3)
    const postings = await Promise.all(sheet.notes.map((note, i) => town.spend(sheet, note, i + 1, 300n)))
    const [first, ...rest] = postings
    if (first === undefined) throw new Error('No posting')
    const [group] = groupsOf(rest, town.siblingsOf)
    if (group === undefined) throw new Error('No group')
    const singles = [singleOf(first, town.siblingsOf), ...singlesOf(group, town.siblingsOf)]
    const receipts = []
    for (const { sheet, merchant, item, siblings } of singles) {
      receipts.push(await town.send('acceptor', 'vouchers', 'redeemOne', [sheet, merchant, item, siblings]))
    }
    expect(new Set(receipts.flatMap(told))).to.deep.equal(new Set(asked(postings)))
  })
})
