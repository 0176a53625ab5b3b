import { expect } from 'chai'
import { pino } from 'pino'
import { createFollowingWatch } from '../../../server/chain/following.ts'
import { enqueue } from '../../../server/chain/outbox.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { createMeasure } from '../../../server/watch/measure.ts'
import { figureOf, readFigures } from '../../support/figures.ts'
import { type TestServer, testServer } from '../../support/server.ts'

describe('Vouchers that follow the registry no longer', function () {
  this.timeout(60_000)
  let server: TestServer
  let measure: () => Promise<void>
  let said: { level: number; msg: string }[] = []

  before(async () => {
    server = await testServer()
    measure = createMeasure(server.deps, server.database, 0)
  })
  after(() => server.close())

  /** As a server that has just been started: it asks at once. */
  const watched = async (client = server.deps.chain.client) => {
    said = []
    const log = pino({ base: null }, { write: (line: string) => void said.push(JSON.parse(line)) })
    const { vouchers, merchantRegistry, budgetToken, auditAnchor } = server.deps.chain
    const contracts = { vouchers, merchantRegistry, budgetToken, auditAnchor }
    const watch = createFollowingWatch({ client, contracts, log })
    await watch()
    // Not again within the minute.
    await watch()
    return said.map(({ level }) => level)
  }
  const figure = async () => {
    await measure()
    return figureOf(readFigures(await server.deps.metrics.registry.metrics()), 'kipina_registry_followed')
  }

  it('are no matter while they do follow it, and no wrong is said when the node does not answer', async () => {
    expect(await watched()).to.deep.equal([])
    const readContract = () => Promise.reject(new Error('limit exceeded'))
    expect(await watched(Object.assign(Object.create(server.deps.chain.client), { readContract }))).to.deep.equal([40])
    expect(await figure()).to.equal(1)
  })

  it('are told in the log and as a figure, while the server goes on', async () => {
    const { deps } = server
    await inTransaction(deps.db, (tx) =>
      enqueue(tx, {
        subject: 'unfollow',
        kind: 'unfollow',
        lane: 'admin',
        target: 'merchantRegistry',
        functionName: 'unfollow',
        args: [0n],
      }),
    )
    await deps.chain.advance()
    expect(await watched()).to.deep.equal([50])
    expect(said[0]?.msg).to.match(/no longer tells the vouchers/)
    expect(await figure()).to.equal(0)
  })
})
