import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { abis } from '../../../server/chain/abis.ts'
import { type ChainConfig, openChain } from '../../../server/chain/chain.ts'
import { openLanes } from '../../../server/chain/lanes.ts'
import type { Database } from '../../../server/db/database.ts'
import { openKeys, type ServerKeys } from '../../../server/keys.ts'
import { emptyDatabase, quiet } from '../../support/chain.ts'

describe('Opening the chain', () => {
  const parent = mkdtempSync(join(tmpdir(), 'kipina-open-'))
  const work = { appliers: {}, now: () => new Date() }
  let database: Database
  let keys: ServerKeys
  const config = (folder: string): ChainConfig => ({
    dataFolder: join(parent, folder),
    rpcUrl: null,
    chainId: 31_337,
    isSample: true,
    graceSeconds: 35 * 86_400,
    escapeAfterSeconds: 7 * 86_400,
    mostFeePerGas: 200_000_000_000n,
  })
  const refusal = async (folder: string, db: Database) => {
    const opened = await openChain(config(folder), db.db, keys, quiet, work).catch((error: Error) => error)
    return opened instanceof Error ? opened.message : opened.close().then(() => 'it opened')
  }

  before(async function () {
    this.timeout(30_000)
    keys = openKeys({ keysFile: null, dataFolder: null })
    database = await emptyDatabase()
    await (await openChain(config('first'), database.db, keys, quiet, work)).close()
    cpSync(join(parent, 'first'), join(parent, 'older'), { recursive: true })
  })
  after(async () => {
    await database.close()
    rmSync(parent, { recursive: true, force: true })
  })

  it('gives every role to its own key and to no other', async () => {
    const opened = await openChain(config('first'), database.db, keys, quiet, work)
    const { vouchers, merchantRegistry, budgetToken, auditAnchor } = opened.facts
    const roles = [
      [vouchers, abis.vouchers, 'ACCEPTOR_ROLE', 'acceptor'],
      [vouchers, abis.vouchers, 'FINANCE_ROLE', 'finance'],
      [vouchers, abis.vouchers, 'GUARDIAN_ROLE', 'guardian'],
      [vouchers, abis.vouchers, 'TREASURY_ROLE', 'treasury'],
      [merchantRegistry, abis.merchantRegistry, 'REGISTRAR_ROLE', 'registrar'],
      [budgetToken, abis.budgetToken, 'TREASURY_ROLE', 'treasury'],
      [auditAnchor, abis.auditAnchor, 'ANCHOR_ROLE', 'acceptor'],
    ] as const
    for (const [address, abi, name, holder] of roles) {
      const read = (functionName: string, args: unknown[]) =>
        opened.client.readContract({ address, abi, functionName, args } as never)
      const role = await read(name, [])
      for (const key of [
        'acceptor',
        'issuer',
        'finance',
        'registrar',
        'treasury',
        'guardian',
        'admin',
        'relayer',
      ] as const) {
        expect(await read('hasRole', [role, keys[key].address]), `${name} ${key}`).to.equal(key === holder)
      }
    }
    expect(opened.facts).to.include({ graceSeconds: 35 * 86_400, escapeAfterSeconds: 7 * 86_400 })
    await opened.close()
  })

  it('finds the same contracts again', async () => {
    const first = await openChain(config('first'), database.db, keys, quiet, work)
    const { vouchers } = first.facts
    await first.close()
    const again = await openChain(config('first'), database.db, keys, quiet, work)
    expect(again.facts.vouchers).to.equal(vouchers)
    await again.close()
  })

  it('refuses another chain than the database’s and says what to do', async () => {
    const later = config('second')
    const other = await emptyDatabase()
    const slow = { appliers: {}, now: () => new Date(Date.now() + 5000) }
    await (await openChain(later, other.db, keys, quiet, slow)).close()
    await other.close()
    expect(await refusal('second', database)).to.match(/belongs to chain 31337 that begins with.*bring back the copy/s)
  })

  it('refuses an older copy of the chain folder and says what to do', async () => {
    await database.db
      .updateTable('chain_cursor')
      .set(({ eb: set }) => ({ indexed_block: set('indexed_block', '+', 500n) }))
      .execute()
    expect(await refusal('older', database)).to.match(/chain folder is an older copy\. Bring back/)
    await database.db
      .updateTable('chain_cursor')
      .set(({ eb: set }) => ({ indexed_block: set('indexed_block', '-', 500n) }))
      .execute()
  })

  it('refuses an empty database beside a chain that was worked on', async () => {
    const opened = await openChain(config('first'), database.db, keys, quiet, work)
    const raw = await keys.relayer.signTransaction({
      type: 'eip1559',
      chainId: 31_337,
      nonce: 0,
      gas: 21_000n,
      to: keys.relayer.address,
      ...(await opened.client.estimateFeesPerGas()),
    })
    await opened.client.sendRawTransaction({ serializedTransaction: raw })
    await opened.close()
    const empty = await emptyDatabase()
    expect(await refusal('first', empty)).to.match(/database is empty, but the chain is not/)
    await empty.close()
  })

  it('refuses a lane that belonged to another key: what it signed could never be sent', async () => {
    const opened = await openChain(config('first'), database.db, keys, quiet, work)
    const accounts = { ...keys, finance: keys.guardian }
    const refused = openLanes(database.db, opened.client, accounts, quiet).catch((error: Error) => error.message)
    expect(await refused).to.match(/lane finance belongs to/)
    await opened.close()
  })
})
