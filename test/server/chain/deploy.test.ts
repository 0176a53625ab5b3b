import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'chai'
import { sql } from 'kysely'
import { type Hex, hexToNumber } from 'viem'
import { abis } from '../../../server/chain/abis.ts'
import { clientOn } from '../../../server/chain/client.ts'
import { deploy, deployAuditAnchor } from '../../../server/chain/deploy.ts'
import { readDeployment } from '../../../server/chain/deployment.ts'
import { contractsOf, findContracts } from '../../../server/chain/known.ts'
import { lanes } from '../../../server/chain/outbox.ts'
import { fromHex } from '../../../server/db/bytes.ts'
import type { Database } from '../../../server/db/database.ts'
import { openKeys, type ServerKeys } from '../../../server/keys.ts'
import { emptyDatabase } from '../../support/chain.ts'
import { type TestNode, testNode } from '../../support/node.ts'

const windows = { graceSeconds: 35 * 86_400, escapeAfterSeconds: 7 * 86_400 }
const place = { ...windows, chainId: 4242, isSample: false }
/** Four contracts, two bindings, seven roles, and the allowance, which the treasury's key gives. */
const adminsCalls = 13

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
    [14, 'status 500'],
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

  describe('from before audit logs were anchored', () => {
    const forget = async () => {
      await run()
      await database.db.updateTable('chain_deployment').set({ audit_anchor: null }).execute()
    }
    const client = () => clientOn({ rpcUrl: network.url })
    const found = async () => {
      const known = await find()
      if (known === null) throw new Error('Nothing is deployed')
      return known
    }

    it('stops a server that would have to deploy, and says what to do', async () => {
      await forget()
      const opening = contractsOf({ ...place, rpcUrl: network.url }, database.db, client(), keys)
      expect(
        await opening.then(
          () => null,
          (error: Error) => error.message,
        ),
      ).to.match(/end every server and run `npm run deploy`/)
    })

    it('is given its anchor, keeps its other contracts, and is then like any other', async () => {
      await forget()
      const before = await found()
      expect(before.auditAnchor).to.equal(null)
      const contracts = await deployAuditAnchor(database.db, client(), keys, before)
      expect({ ...contracts, auditAnchor: null }).to.deep.equal(before)
      expect(await found()).to.deep.equal(contracts)
      const abi = abis.auditAnchor
      const at = { address: contracts.auditAnchor, abi } as const
      const role = await client().readContract({ ...at, functionName: 'ANCHOR_ROLE' })
      const args = [role, keys.acceptor.address] as const
      expect(await client().readContract({ ...at, functionName: 'hasRole', args })).to.equal(true)
      expect(await callsOf('admin')).to.equal(adminsCalls + 2)
    })

    it('is given it by a server of a sample town at its start', async () => {
      await forget()
      const contracts = await contractsOf(
        { ...place, isSample: true, rpcUrl: network.url },
        database.db,
        client(),
        keys,
      )
      expect(await found()).to.deep.equal(contracts)
    })

    it('begins anew when the node fails in between', async () => {
      await forget()
      const before = await found()
      failFrom(2, 'status 500')
      await stops(deployAuditAnchor(database.db, client(), keys, before))
      expect((await found()).auditAnchor).to.equal(null)
      expect(await deployAuditAnchor(database.db, client(), keys, before)).to.deep.equal(await found())
    })

    it('waits while a call of the admin is signed and not mined: its nonce is taken', async () => {
      await forget()
      await database.db
        .insertInto('lanes')
        .values({ name: 'admin', address: fromHex(keys.admin.address), next_nonce: 14n })
        .execute()
      await sql`insert into outbox (subject, kind, lane, target, call, state)
        values ('x', 'x', 'admin', 'vouchers', '{}', 'signed')`.execute(database.db)
      await stops(deployAuditAnchor(database.db, client(), keys, await found()))
      expect(await callsOf('admin')).to.equal(adminsCalls)
    })
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
