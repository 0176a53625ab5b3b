import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'chai'
import { type Hex, hexToNumber } from 'viem'
import { clientOn } from '../../../server/chain/client.ts'
import { deploy } from '../../../server/chain/deploy.ts'
import { readDeployment } from '../../../server/chain/deployment.ts'
import { findContracts } from '../../../server/chain/known.ts'
import { lanes } from '../../../server/chain/outbox.ts'
import type { Database } from '../../../server/db/database.ts'
import { openKeys, type ServerKeys } from '../../../server/keys.ts'
import { emptyDatabase } from '../../support/chain.ts'
import { type TestNode, testNode } from '../../support/node.ts'

const windows = { graceSeconds: 35 * 86_400, escapeAfterSeconds: 7 * 86_400 }
const place = { ...windows, chainId: 4242, isSample: false }
/** Three contracts, two bindings, six roles, and the allowance, which the treasury's key gives. */
const adminsCalls = 11

describe('Deployment', function () {
  this.timeout(30_000)
  let database: Database
  let keys: ServerKeys
  let network: TestNode

  beforeEach(async () => {
    database = await emptyDatabase()
    keys = openKeys({ keysFile: null, dataFolder: null })
    network = await testNode(
      4242,
      lanes.map((lane) => keys[lane].address),
    )
  })
  afterEach(async () => {
    await network.close()
    await database.close()
  })

  const run = (given = windows) => deploy(database.db, clientOn({ rpcUrl: network.url }), keys, given)
  const find = () => findContracts({ ...place, rpcUrl: network.url }, database.db, clientOn({ rpcUrl: network.url }))
  const callsOf = async (role: 'admin' | 'treasury') =>
    hexToNumber(
      (await network.request({ method: 'eth_getTransactionCount', params: [keys[role].address, 'latest'] })) as Hex,
    )
  /** From the so many-th transaction on, the node does this. */
  const failFrom = (first: number, fault: 'status 500' | 'cut after acting') => {
    let sent = 0
    network.node.fault = (method) => (method === 'eth_sendRawTransaction' && ++sent >= first ? fault : 'none')
  }
  const stops = async (deployment: Promise<unknown>) => {
    const error = await deployment.then(
      () => null,
      (thrown: Error) => thrown,
    )
    expect(error).to.be.an('error')
    network.node.fault = () => 'none'
  }

  for (const [first, fault] of [
    [1, 'status 500'],
    [1, 'cut after acting'],
    [3, 'cut after acting'],
    [4, 'status 500'],
    [5, 'status 500'],
    [5, 'cut after acting'],
    [7, 'cut after acting'],
    [12, 'status 500'],
  ] as const) {
    it(`goes on after its transaction ${first} met “${fault}”, and sends each once`, async () => {
      failFrom(first, fault)
      await stops(run())
      expect(await find()).to.equal(null)
      const planned = await readDeployment(database.db)
      const contracts = await run()
      expect(contracts).to.deep.equal(planned?.contracts)
      expect(await find()).to.deep.equal(contracts)
      expect([await callsOf('admin'), await callsOf('treasury')]).to.deep.equal([adminsCalls, 1])
    })
  }

  it('begins anew when the admin’s key did something else in between', async () => {
    failFrom(2, 'status 500')
    await stops(run())
    const planned = await readDeployment(database.db)
    const other = { to: keys.admin.address, gas: 21_000n, maxFeePerGas: 10n ** 10n, nonce: 1, chainId: 4242 } as const
    const raw = await keys.admin.signTransaction({ ...other, type: 'eip1559', maxPriorityFeePerGas: 0n })
    await network.request({ method: 'eth_sendRawTransaction', params: [raw] })
    const contracts = await run()
    expect(contracts.budgetToken).not.to.equal(planned?.contracts.budgetToken)
    expect(await find()).to.deep.equal(contracts)
  })

  it('begins anew when it was begun with other windows', async () => {
    failFrom(6, 'status 500')
    await stops(run({ ...windows, graceSeconds: 40 * 86_400 }))
    const { vouchers } = await run()
    const { address } = { address: vouchers }
    const abi = [
      { type: 'function', name: 'graceSeconds', stateMutability: 'view', inputs: [], outputs: [{ type: 'uint32' }] },
    ] as const
    const grace = await clientOn({ rpcUrl: network.url }).readContract({ address, abi, functionName: 'graceSeconds' })
    expect(grace).to.equal(windows.graceSeconds)
  })

  it('counts once it is final, not once it is mined', async () => {
    network.node.finalized = 0n
    const running = run()
    while ((await callsOf('treasury')) === 0) await wait(20)
    await wait(500)
    expect(await find()).to.equal(null)
    network.node.finalized = null
    expect(await running).to.deep.equal(await find())
  })
})
