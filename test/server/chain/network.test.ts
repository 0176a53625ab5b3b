import { expect } from 'chai'
import { type ChainConfig, type OpenedChain, openChain } from '../../../server/chain/chain.ts'
import { clientOn } from '../../../server/chain/client.ts'
import { deploy } from '../../../server/chain/deploy.ts'
import { enqueue, lanes } from '../../../server/chain/outbox.ts'
import type { Database } from '../../../server/db/database.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { openKeys, type ServerKeys } from '../../../server/keys.ts'
import { emptyDatabase, quiet } from '../../support/chain.ts'
import { type TestNode, testNode } from '../../support/node.ts'

describe('A network named by RPC_URL', () => {
  let database: Database
  let keys: ServerKeys
  let network: TestNode
  let opened: OpenedChain
  const applied: number[] = []
  const config = (): ChainConfig => ({
    dataFolder: null,
    rpcUrl: network.url,
    chainId: 4242,
    isSample: false,
    graceSeconds: 35 * 86_400,
    escapeAfterSeconds: 7 * 86_400,
    mostFeePerGas: 200_000_000_000n,
  })
  const open = (given = config()) =>
    openChain(given, database.db, keys, quiet, {
      appliers: { MerchantRegistered: async (_tx, { merchant }) => void applied.push(merchant) },
      now: () => new Date(),
    })

  before(async function () {
    this.timeout(30_000)
    database = await emptyDatabase()
    keys = openKeys({ keysFile: null, dataFolder: null })
    network = await testNode(
      4242,
      lanes.map((lane) => keys[lane].address),
    )
  })
  after(async () => {
    await opened?.close()
    await network.close()
    await database.close()
  })
  beforeEach(() => {
    network.node.fault = () => 'none'
  })

  const refusal = (opening: Promise<OpenedChain>) =>
    opening.then(
      () => 'it opened',
      (error: Error) => error.message,
    )

  it('is refused before its contracts were deployed, with what to do', async () => {
    expect(await refusal(open())).to.match(/No contracts are known.*npm run deploy/)
  })

  it('is refused when it is another than CHAIN_ID says', async () => {
    expect(await refusal(open({ ...config(), chainId: 1 }))).to.match(/has chain id 4242, CHAIN_ID says 1/)
  })

  it('is deployed to once, and then opens', async function () {
    this.timeout(30_000)
    const client = clientOn({ rpcUrl: network.url })
    await deploy(database.db, client, keys, config())
    opened = await open()
    expect(opened.facts).to.include({ chainId: 4242, graceSeconds: 35 * 86_400 })
  })

  it('is refused while the registry tells these vouchers nothing, with what to do', async () => {
    const deployment = database.db.selectFrom('chain_deployment').select(['merchant_registry', 'budget_token'])
    const { merchant_registry, budget_token } = await deployment.executeTakeFirstOrThrow()
    // A contract that was never told to follow: it reverts without a word, as a list past its end does.
    await database.db.updateTable('chain_deployment').set({ merchant_registry: budget_token }).execute()
    expect(await refusal(open())).to.match(/does not tell the vouchers.*call follow\(0x/)
    await database.db.updateTable('chain_deployment').set({ merchant_registry }).execute()
  })

  const register = async (merchant: number) => {
    await inTransaction(database.db, (tx) =>
      enqueue(tx, {
        subject: `register:${merchant}`,
        kind: 'register',
        lane: 'registrar',
        target: 'merchantRegistry',
        functionName: 'register',
        args: [merchant, 1],
      }),
    )
  }
  const stateOf = async (merchant: number) =>
    (
      await database.db
        .selectFrom('outbox')
        .select('state')
        .where('subject', '=', `register:${merchant}`)
        .executeTakeFirstOrThrow()
    ).state

  it('does once what it took and did not answer', async () => {
    await register(1)
    network.node.fault = (method) => (method === 'eth_sendRawTransaction' ? 'cut after acting' : 'none')
    await opened.facts.advance()
    network.node.fault = () => 'none'
    await opened.facts.advance()
    expect(await stateOf(1)).to.equal('final')
    expect(applied).to.deep.equal([1])
  })

  it('may be down: nothing is lost, nothing fails, and the backlog drains by itself', async function () {
    this.timeout(30_000)
    network.node.fault = () => 'status 500'
    for (const merchant of [2, 3, 4]) await register(merchant)
    expect(await opened.facts.advance()).to.equal(false)
    expect(await stateOf(2)).to.equal('queued')
    network.node.fault = () => 'none'
    await opened.facts.advance()
    expect(applied).to.deep.equal([1, 2, 3, 4])
  })

  it('may be down when a server starts: it starts, and asks which chain it is before it sends anything', async function () {
    this.timeout(30_000)
    await opened.close()
    network.node.fault = () => 'status 500'
    opened = await open()
    expect(opened.facts).to.include({ chainId: 4242, graceSeconds: 35 * 86_400, escapeAfterSeconds: 7 * 86_400 })
    await register(5)
    expect(await opened.facts.advance()).to.equal(false)
    network.node.fault = () => 'none'

    const { genesis_hash } = await database.db.selectFrom('chain_deployment').selectAll().executeTakeFirstOrThrow()
    await database.db
      .updateTable('chain_deployment')
      .set({ genesis_hash: Buffer.alloc(32) })
      .execute()
    expect(await opened.facts.advance().catch((error: Error) => error.message)).to.match(/belongs to chain 4242/)
    expect(await stateOf(5)).to.equal('queued')

    await database.db.updateTable('chain_deployment').set({ genesis_hash }).execute()
    await opened.facts.advance()
    expect(applied).to.deep.equal([1, 2, 3, 4, 5])
  })
})
