import { expect } from 'chai'
import { sql } from 'kysely'
import { createIndexer } from '../../../server/chain/indexer.ts'
import { redemptionsOf } from '../../../server/chain/told.ts'
import { groupsOf } from '../../../server/post/packed.ts'
import { PostingTown } from '../../support/posting.ts'

describe('A log that tells of many redemptions', function () {
  this.timeout(60_000)
  let town: PostingTown
  const applied: string[] = []
  let failsAt: bigint | null = null
  /** As after a restart: nothing is remembered but what the database holds. */
  const indexer = () =>
    createIndexer(town.chain.link, {
      Redeemed: async (_tx, redemptions) => {
        for (const { sheet, index, merchant, amountCents } of redemptions) {
          if (index === failsAt) throw new Error('the database is full')
          applied.push(`${sheet} ${index} ${merchant} ${amountCents}`)
        }
      },
    })
  const readAll = async () => {
    while (await indexer().index());
  }
  const remembered = async () =>
    await town.chain.database.db
      .selectFrom('chain_logs')
      .select(['args', 'part'])
      .where('event', '=', 'Redeemed')
      .orderBy('block_number')
      .orderBy('log_index')
      .orderBy('part')
      .execute()
  const fromTheStart = async () => {
    await town.chain.database.db.updateTable('chain_cursor').set({ indexed_block: 0n }).execute()
  }

  before(async () => {
    town = await PostingTown.open(3)
    await readAll()
  })
  after(() => town.close())

  /** Posts the notes in these places of a fresh sheet's list; answers what should be told of them. */
  const post = async (count: number, more: number[] = []) => {
    const sheet = await town.cutSheet(count)
    const spends = sheet.notes.map((note, i) => town.spend(sheet, note, (i % 3) + 1, 100n + BigInt(i)))
    const postings = await Promise.all(spends)
    for (const i of more) {
      const posting = postings[i]
      if (posting !== undefined) await town.redeem(groupsOf([posting], town.siblingsOf))
    }
    await readAll()
    applied.length = 0
    await town.redeem(groupsOf(postings, town.siblingsOf))
    return postings
      .filter((_, i) => !more.includes(i))
      .sort((one, other) => one.index - other.index)
      .map(({ index, spend, amountCents }) => `${sheet.id} ${index} ${spend.merchant} ${amountCents}`)
  }

  it('is read word by word, without those of items that were passed over', () => {
    const sheet = '0xab'
    const word = (5n << 96n) | (7n << 64n) | 250n
    expect(redemptionsOf({ sheet, redemptions: [0n, word, 0n] })).to.deep.equal([
      { part: 1, sheet, index: 5n, merchant: 7, amountCents: 250n },
    ])
    const most = { part: 0, sheet, index: 2n ** 32n - 1n, merchant: 2 ** 32 - 1, amountCents: 2n ** 64n - 1n }
    expect(redemptionsOf({ sheet, redemptions: [2n ** 128n - 1n] })).to.deep.equal([most])
  })

  it('is applied with all its parts at once, each part once, also after a restart and by two at once', async () => {
    const told = await post(5)
    await Promise.all([indexer().index(), indexer().index()])
    expect(applied).to.deep.equal(told)
    await fromTheStart()
    await readAll()
    expect(applied).to.deep.equal(told)
    const rows = await remembered()
    expect(rows.map(({ part }) => part)).to.deep.equal([0, 1, 2, 3, 4])
    expect(rows.map(({ args }) => `${args.sheet} ${args.index} ${args.merchant} ${args.amountCents}`)).to.deep.equal(
      told,
    )
  })

  it('leaves a gap where an item was passed over', async () => {
    const before = (await remembered()).length
    const told = await post(4, [2])
    await readAll()
    expect(applied).to.deep.equal(told)
    expect((await remembered()).slice(before + 1).map(({ part }) => part)).to.have.length(3)
  })

  it('is remembered with all its parts or not at all', async () => {
    const told = await post(4)
    const before = await remembered()
    failsAt = BigInt(told[2]?.split(' ')[1] ?? 0)
    const failed = await indexer()
      .index()
      .catch((error: Error) => error.message)
    expect(failed).to.equal('the database is full')
    expect(await remembered()).to.deep.equal(before)
    failsAt = null
    applied.length = 0
    await readAll()
    expect(applied).to.deep.equal(told)
    const { rows } = await sql<{ cents: bigint }>`
      select sum((args->>'amountCents')::bigint)::bigint as cents from chain_logs where event = 'Redeemed'`.execute(
      town.chain.database.db,
    )
    expect(rows[0]?.cents).to.equal(510n + 406n + 406n)
  })
})
