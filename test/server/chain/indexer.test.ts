import { expect } from 'chai'
import { createIndexer } from '../../../server/chain/indexer.ts'
import { enqueue } from '../../../server/chain/outbox.ts'
import { createRelayer } from '../../../server/chain/relayer.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { type ChainTown, chainTown, type Fault } from '../../support/chain.ts'

describe('The indexer', () => {
  let town: ChainTown
  let merchant = 0
  const applied: number[] = []
  let failure: Error | null = null
  const indexer = () =>
    createIndexer(town.link, {
      MerchantRegistered: async (_tx, { merchant: id }) => {
        if (failure !== null) throw failure
        applied.push(id)
      },
    })

  before(async function () {
    this.timeout(30_000)
    town = await chainTown()
    while (await indexer().index());
  })
  after(() => town.close())

  const register = async () => {
    const id = ++merchant
    await inTransaction(town.database.db, (tx) =>
      enqueue(tx, {
        subject: `register:${id}`,
        kind: 'register',
        lane: 'registrar',
        target: 'merchantRegistry',
        functionName: 'register',
        args: [id, 1],
      }),
    )
    await createRelayer(town.link).relay()
    return id
  }
  const logged = async () =>
    (await town.database.db.selectFrom('chain_logs').select('args').where('event', '=', 'MerchantRegistered').execute())
      .length

  it('remembers what happened before, the roles of the deployment too', async () => {
    const rows = await town.database.db.selectFrom('chain_logs').select('event').execute()
    expect(rows.map((row) => row.event)).to.include.members(['RoleGranted', 'VouchersSet'])
  })

  it('applies each event once, however often it reads it', async () => {
    const id = await register()
    await indexer().index()
    await town.database.db.updateTable('chain_cursor').set({ indexed_block: 0n }).execute()
    await Promise.all([indexer().index(), indexer().index()])
    expect(applied.filter((one) => one === id)).to.have.length(1)
  })

  it('remembers no event that it could not apply, and applies it later', async () => {
    const before = await logged()
    const id = await register()
    failure = new Error('the database is full')
    expect(
      await indexer()
        .index()
        .catch((error: Error) => error.message),
    ).to.equal('the database is full')
    expect(await logged()).to.equal(before)
    failure = null
    await indexer().index()
    expect(applied.at(-1)).to.equal(id)
  })

  it('reads nothing that is not final', async () => {
    const finalized = await town.opened.client.getBlockNumber()
    const id = await register()
    town.node.fault = ({ method, params }, forward) =>
      method === 'eth_getBlockByNumber' && params[0] === 'finalized'
        ? town.opened.client.request({ method: 'eth_getBlockByNumber', params: [`0x${finalized.toString(16)}`, false] })
        : forward()
    expect(await indexer().index()).to.equal(false)
    expect(applied).not.to.include(id)
    town.node.fault = (_, forward) => forward()
    await indexer().index()
    expect(applied).to.include(id)
  })

  it('passes over no event that a node of a pool did not know yet', async () => {
    const cursor = () => town.database.db.selectFrom('chain_cursor').select('indexed_block').executeTakeFirstOrThrow()
    const id = await register()
    const before = await cursor()
    const behind: Fault[] = [
      // It is behind, and says that there was nothing.
      ({ method, params }, forward) =>
        method === 'eth_getLogs' && 'fromBlock' in (params[0] as object) ? Promise.resolve([]) : forward(),
      // It is on a branch of its own.
      async ({ method, params }, forward) => {
        const answer = await forward()
        const isByNumber = method === 'eth_getBlockByNumber' && params[0] !== 'finalized'
        return isByNumber ? { ...(answer as object), hash: `0x${'ab'.repeat(32)}` } : answer
      },
    ]
    for (const fault of behind) {
      town.node.fault = fault
      expect(await indexer().index()).to.equal(false)
      expect(await cursor()).to.deep.equal(before)
    }
    town.node.fault = (_, forward) => forward()
    expect(applied).not.to.include(id)
    await indexer().index()
    expect(applied.filter((one) => one === id)).to.have.length(1)
  })

  it('takes nothing back because a node’s head is lower', async () => {
    const count = applied.length
    town.node.fault = ({ method, params }, forward) =>
      method === 'eth_getBlockByNumber' && params[0] === 'finalized'
        ? town.opened.client.request({ method: 'eth_getBlockByNumber', params: ['0x1', false] })
        : forward()
    const cursor = await town.database.db.selectFrom('chain_cursor').select('indexed_block').executeTakeFirstOrThrow()
    expect(await indexer().index()).to.equal(false)
    town.node.fault = (_, forward) => forward()
    await indexer().index()
    expect(applied).to.have.length(count)
    expect(
      await town.database.db.selectFrom('chain_cursor').select('indexed_block').executeTakeFirstOrThrow(),
    ).to.deep.equal(cursor)
  })
})
