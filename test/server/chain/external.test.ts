import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'chai'
import { type Hex, hexToBigInt } from 'viem'
import * as audit from '../../../protocol/api/audit.ts'
import { grantByReference } from '../../../protocol/api/grants.ts'
import * as network from '../../../protocol/api/network.ts'
import { issueCode, openCase } from '../../../protocol/api/people.ts'
import { installStaff } from '../../../scripts/sample/install.ts'
import { businessIdOf, ibanOf } from '../../../scripts/sample/numbers.ts'
import { waitFor } from '../../../scripts/walkthrough/parallel.ts'
import type { Partner } from '../../../scripts/walkthrough/partner.ts'
import { Phone } from '../../../scripts/walkthrough/phone.ts'
import { signInAs } from '../../../scripts/walkthrough/staff.ts'
import { Till } from '../../../scripts/walkthrough/till.ts'
import { lanes } from '../../../server/chain/outbox.ts'
import { type Database, openDatabase } from '../../../server/db/database.ts'
import { generateKeys, openKeys } from '../../../server/keys.ts'
import { emptyDatabase } from '../../support/chain.ts'
import { type TestNode, testNode } from '../../support/node.ts'

const root = resolve(import.meta.dirname, '../../..')
const withoutHardhat = join(root, 'test/support/withoutHardhat.ts')
const words = { fi: 'Ruoka', sv: 'Mat', en: 'Food' }

/** A process of its own that ends with an error as soon as it loads anything of Hardhat's. */
function start(script: string, env: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', withoutHardhat, script], {
    cwd: root,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => said.push(text.toString()))
  const ended = new Promise<number | null>((end) => child.once('exit', end))
  return { child, ended, said: () => said.join('') }
}

describe('A server on a network of others', function () {
  this.timeout(120_000)
  let node: TestNode
  let folder: string
  let own: Database | null = null
  let env: Record<string, string>
  let running: (ReturnType<typeof start> & { url: string }) | null = null
  let staff: Record<'officer' | 'finance' | 'approver' | 'worker', Partner>

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'external-'))
    writeFileSync(join(folder, 'keys.json'), JSON.stringify(generateKeys()), { mode: 0o600 })
    const keys = openKeys({ keysFile: null, dataFolder: folder })
    node = await testNode(
      4242,
      lanes.map((lane) => keys[lane].address),
    )
    env = { SAMPLE: 'true', DATA: folder, PORT: '0', RPC_URL: node.url, CHAIN_ID: '4242', POST_INTERVAL_SECONDS: '2' }
    if (process.env.TEST_DATABASE_URL) {
      own = await emptyDatabase()
      env.DATABASE_URL = own.engine === 'postgres' ? (own.pool.options.connectionString ?? '') : ''
    }
  })
  after(async () => {
    running?.child.kill('SIGKILL')
    await running?.ended
    await node.close()
    await own?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const deploy = async () => {
    const deployment = start('scripts/deploy.ts', env)
    expect(await deployment.ended, deployment.said()).to.equal(0)
    return deployment.said()
  }
  const latest = async () => hexToBigInt((await node.request({ method: 'eth_blockNumber' })) as Hex)
  const programme = async () => (await staff.officer.call(network.listProgrammes)).programmes.find(({ id }) => id === 1)
  const balanced = async () => {
    const { differences } = await staff.officer.call(audit.reconcile)
    expect(differences).to.deep.equal([])
  }

  it('is deployed to by npm run deploy, which changes nothing the second time', async () => {
    const first = await deploy()
    const block = await latest()
    const contracts = (text: string) => text.match(/^(vouchers|merchantRegistry|budgetToken|auditAnchor) .*0x\w{40}$/gm)
    expect(contracts(first)).to.have.length(4)
    expect(contracts(await deploy())).to.deep.equal(contracts(first))
    expect(await latest()).to.equal(block)
  })

  it('would be ended by the first module of Hardhat', async () => {
    const { RPC_URL: _, ...without } = env
    const embedded = start('server/main.ts', { ...without, DATA: join(folder, 'embedded'), DATABASE_URL: '' })
    expect(await embedded.ended).to.equal(1)
    expect(embedded.said()).to.contain('of Hardhat was wanted by')
  })

  it('starts on either database, without Hardhat', async () => {
    const config = { databaseUrl: env.DATABASE_URL ?? null, dataFolder: folder }
    const database = own ?? (await openDatabase(config, () => {}))
    await installStaff(database)
    if (own === null) await database.close()
    const server = start('server/main.ts', env)
    const url = await waitFor('the server to listen', 60, async () => {
      if (server.child.exitCode !== null) throw new Error(server.said())
      return /"url":"([^"]+)"/.exec(server.said())?.[1] ?? null
    })
    running = { ...server, url }
    const [officer, finance, approver, worker] = await Promise.all(
      ['jukka.perala', 'sanna.lehto', 'petri.niemi', 'aino.kallio'].map((subject) => signInAs(url, subject)),
    )
    staff = { officer: officer!, finance: finance!, approver: approver!, worker: worker! }
  })

  it('takes a programme for open once that is final, not once it is mined', async () => {
    node.node.finalized = await latest()
    const terms = { kind: 'value', mode: 'reference', isUniversal: false, ruleSet: null } as const
    const limits = { mostPerGrantCents: 10_000n, dailyLimitCents: 100_000n, undoSeconds: 1, templates: [] }
    const purposes = ['food' as const]
    await staff.officer.call(network.openProgramme, {
      body: { id: 1, name: words, label: words, ...terms, ...limits, purposes },
    })
    const before = node.node.finalized
    await waitFor('the transaction to be mined', 20, async () => ((await latest()) > before ? true : null))
    await wait(3000)
    expect((await programme())?.state).to.equal('opening')
    node.node.finalized = null
    await waitFor('the programme to open', 20, async () => ((await programme())?.state === 'open' ? true : null))
  })

  it('funds it, takes in a shop, and pays there from a phone', async () => {
    const money = { budgetCents: 100_000n, floatCents: 50_000n, guaranteeCents: 20_000n }
    const funding = { id: randomUUID(), bankReference: 'FUNDING 1', ...money }
    await staff.finance.call(network.fundProgramme, { params: { programme: 1 }, body: funding })
    const where = { municipality: '240', street: 'Kauppakatu 1', postalCode: '94100', latitude: null, longitude: null }
    const shop = { id: 7, name: 'Kauppa', businessId: businessIdOf(0), iban: ibanOf(0), purposes: ['food' as const] }
    await staff.officer.call(network.proposeMerchant, { body: { ...shop, ...where } })
    await staff.approver.call(network.approveMerchant, { params: { merchant: 7 }, body: { iban: shop.iban } })
    await waitFor('the money', 30, async () => ((await programme())?.budgetCents === 100_000n ? true : null))
    await waitFor('the shop', 30, async () => {
      const { merchants } = await staff.officer.call(network.listMerchants)
      return merchants.some(({ state }) => state === 'approved') ? true : null
    })

    const id = randomUUID()
    const person = { pseudonym: 'Halla', ageBand: '15_17', municipality: '240', language: 'fi' } as const
    await staff.worker.call(openCase, { body: { id, ...person } })
    const validUntil = new Date(Date.now() + 20 * 86_400_000)
    const grant = { id: randomUUID(), case: id, programme: 1, decisionNumber: 'T-1', amountCents: 5000n, validUntil }
    await staff.worker.call(grantByReference, { body: grant })
    const url = running?.url ?? ''
    const { chain } = await staff.officer.call(network.getDirectory)
    const phone = new Phone(url, chain)
    await phone.enrol((await staff.worker.call(issueCode, { params: { case: id }, body: {} })).code)
    await phone.refresh()

    const till = new Till(url, chain, 'Kassa')
    const asked = { params: { merchant: 7 }, body: { tillName: 'Kassa', acceptsAhead: false } }
    await till.join((await staff.officer.call(network.issueTillCode, asked)).code)
    const { charge, text } = await till.ask(1250n)
    await till.open(charge)
    const offered = await phone.offerFor(text, () => true)
    if (offered === null) throw new Error('The phone has nothing to pay with')
    expect((await phone.pay(charge, offered.offer)).priceCents).to.equal(1250n)
  })

  it('posts the payment by its own clock and on demand, balanced to the cent', async () => {
    await waitFor('the payment to be final', 90, async () => {
      await staff.officer.call(audit.runPost, { body: { sheets: 'now' } })
      const state = await staff.officer.call(audit.getPost)
      return state.unpostedCount + state.postedCount + state.unsheetedNotes + state.outboxPending === 0 ? true : null
    })
    await balanced()
    const { lastRunAt } = await staff.officer.call(audit.getPost)
    await waitFor('the next evening', 30, async () => {
      const state = await staff.officer.call(audit.getPost)
      return state.lastRunAt?.getTime() !== lastRunAt?.getTime() ? true : null
    })
  })

  it('ends when it is told to', async () => {
    const { child, ended, said } = running as { child: ChildProcess } & ReturnType<typeof start>
    child.kill('SIGTERM')
    expect(await ended, said()).to.equal(0)
  })
})
