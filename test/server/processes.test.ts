import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { live, ready } from '../../protocol/api/audit.ts'
import * as till from '../../protocol/api/till.ts'
import * as wallet from '../../protocol/api/wallet.ts'
import { waitFor } from '../../scripts/walkthrough/parallel.ts'
import { readDeployment } from '../../server/chain/deployment.ts'
import { enqueue, lanes } from '../../server/chain/outbox.ts'
import { toHex } from '../../server/db/bytes.ts'
import type { Database } from '../../server/db/database.ts'
import { inTransaction } from '../../server/db/transaction.ts'
import { cookieOf, startSession } from '../../server/http/sessions.ts'
import { generateKeys, openKeys, type ServerKeys } from '../../server/keys.ts'
import { sealKeys } from '../../server/keystore.ts'
import { Caller } from '../support/caller.ts'
import { emptyDatabase } from '../support/chain.ts'
import { figureOf, readFigures } from '../support/figures.ts'
import { addProgramme, addShop, type Shop, type Town } from '../support/money.ts'
import { type TestNode, testNode } from '../support/node.ts'
import { addYouth, type Youth } from '../support/youth.ts'

const root = resolve(import.meta.dirname, '../..')
const passphrase = 'sixteen letters at least'
const site = 'http://kipina.test'

/** As behind a proxy: every server answers for the same site. */
class Behind extends Caller {
  override send(method: string, path: string, init: { headers?: Record<string, string>; body?: string } = {}) {
    return super.send(method, path, { ...init, headers: { ...init.headers, origin: site } })
  }
}

type Plain = ReturnType<typeof generateKeys>

interface Server {
  child: ChildProcess
  ended: Promise<number | null>
  url: string
  metricsUrl: string
  said(): string
}

/** Real processes on one real PostgreSQL: two that answer requests, with the acceptor's key alone, and one that works. */
describe('Several processes', function () {
  this.timeout(240_000)
  let database: Database
  let folder: string
  let node: TestNode
  let env: Record<string, string>
  let town: Town
  let shop: Shop
  let youth: Youth
  let askedOfNode = 0
  const servers: Server[] = []

  before(async function () {
    if (!process.env.TEST_DATABASE_URL) this.skip()
    database = await emptyDatabase()
    if (database.engine !== 'postgres') throw new Error('This is not PostgreSQL')
    folder = mkdtempSync(join(tmpdir(), 'processes-'))
    const keys = writeKeys()
    node = await testNode(
      4242,
      lanes.map((lane) => keys[lane].address),
    )
    env = {
      ...{ SAMPLE: 'true', DATA: folder, ORIGIN: site, PORT: '0', METRICS_PORT: '0', DRAIN_SECONDS: '1' },
      ...{ DATABASE_URL: database.pool.options.connectionString ?? '', RPC_URL: node.url, CHAIN_ID: '4242' },
      ...{ KEYS_FILE: join(folder, 'keys.json'), KEYS_PASSPHRASE_FILE: join(folder, 'passphrase') },
    }
    const deployment = spawn(process.execPath, ['scripts/deploy.ts'], { cwd: root, env: { ...process.env, ...env } })
    expect(await new Promise((end) => deployment.once('exit', end))).to.equal(0)
    await settle(keys)
  })
  after(async () => {
    for (const { child } of servers) child.kill('SIGKILL')
    await Promise.all(servers.map(({ ended }) => ended))
    await node?.close()
    await database?.close()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  function writeKeys(): ServerKeys {
    const plain = generateKeys()
    writeFileSync(join(folder, 'plain.json'), JSON.stringify(plain))
    writeFileSync(join(folder, 'passphrase'), passphrase)
    const keys = openKeys({ keysFile: join(folder, 'plain.json'), dataFolder: null })
    const addresses = Object.fromEntries(Object.keys(plain.roles).map((role) => [role, keys[role as 'admin'].address]))
    const { acceptor } = plain.roles
    writeFileSync(join(folder, 'keys.json'), JSON.stringify(sealKeys(plain, addresses, passphrase)))
    const some = sealKeys({ roles: { acceptor }, secrets: plain.secrets }, addresses, passphrase)
    writeFileSync(join(folder, 'api.json'), JSON.stringify(some))
    return keys
  }

  async function settle(keys: ServerKeys): Promise<void> {
    const words = JSON.stringify({ fi: 'Town', sv: 'Town', en: 'Town' })
    const organisation = {
      id: 'town',
      kind: 'municipality',
      name: words,
      municipality: '091',
      phone: '+358 9 1',
    } as const
    await database.db.insertInto('organisations').values(organisation).execute()
    const deployment = await readDeployment(database.db)
    const config = { postIntervalSeconds: 86_400 }
    const chain = { chainId: 4242, graceSeconds: 35 * 86_400, ...deployment?.contracts }
    const deps = { config, db: database.db, now: () => new Date(), keys, chain }
    const clock = {
      get now() {
        return new Date()
      },
      advance: () => {},
    }
    town = { deps: deps as unknown as Town['deps'], clock, isPostgres: true, close: async () => {} }
    shop = await addShop(town)
    youth = await addYouth(town, 20)
    await youth.grant(await addProgramme(town), 5000n)
  }

  async function start(role: 'api' | 'worker', more: Record<string, string> = {}): Promise<Server> {
    const own = { ...env, PROCESS: role, ...(role === 'api' ? { KEYS_FILE: join(folder, 'api.json') } : {}), ...more }
    const child = spawn(process.execPath, ['server/main.ts'], {
      cwd: root,
      env: { PATH: process.env.PATH, ...own },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said: string[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => said.push(text.toString()))
    const ended = new Promise<number | null>((end) => child.once('exit', end))
    const line = await waitFor(`a process of ${role} to listen`, 120, async () => {
      if (child.exitCode !== null) throw new Error(said.join(''))
      return (
        said
          .join('')
          .split('\n')
          .find((text) => text.includes('"listening"')) ?? null
      )
    })
    const { port, metricsUrl } = JSON.parse(line) as { port: number; metricsUrl: string }
    const server = { child, ended, url: `http://127.0.0.1:${port}`, metricsUrl, said: () => said.join('') }
    servers.push(server)
    return server
  }

  async function signedIn(actor: 'wallet' | 'till', actorId: string, { url }: Server): Promise<Caller> {
    const { token } = await startSession(database.db, new Date(), { actor, actorId, organisation: 'town' })
    return new Behind(url, { [cookieOf[actor]]: token })
  }

  const order = async (subject: string, merchant: number) => {
    const call = { target: 'merchantRegistry', functionName: 'register', args: [merchant, 1] } as const
    await inTransaction(database.db, (tx) => enqueue(tx, { subject, kind: 'register', lane: 'registrar', ...call }))
  }
  const stateOf = async (subject: string) =>
    (await database.db.selectFrom('outbox').select('state').where('subject', '=', subject).executeTakeFirstOrThrow())
      .state

  it('hear of a payment in one at once in the other, where its till waits', async () => {
    const [one, other] = await Promise.all([start('api'), start('api')])
    const counter = await signedIn('till', String(shop.tillId), one)
    const phone = await signedIn('wallet', youth.walletId, other)
    await order('register:api', 91)
    node.node.fault = () => {
      askedOfNode++
      return 'none'
    }
    const took: number[] = []
    for (let payments = 0; payments < 5; payments++) {
      const charge = await shop.charge(100n)
      await counter.call(till.openCharge, { body: charge })
      const waits = counter.call(till.getCharge, { params: { nonce: charge.nonce }, query: { wait: 'yes' } })
      const heard = waits.then((seen) => ({ seen, at: performance.now() }))
      const [note] = await youth.notes()
      const offer = await youth.sign(shop.merchantId, charge.nonce, [note!], { agreedCents: 100n })
      const { receipt } = await phone.call(wallet.payFromWallet, { body: { charge, offer } })
      const answeredAt = performance.now()
      const { seen, at } = await heard
      expect(seen.payment?.receipt).to.deep.equal(receipt)
      took.push(at - answeredAt)
    }
    const median = took.sort((a, b) => a - b)[2] ?? 0
    console.log(`      heard ${median.toFixed(0)} ms after the phone, at the median of five`)
  })

  it('send nothing to the chain while none of them is a worker, and lack the keys to', async () => {
    // Whoever relays asks the node every two seconds; these have asked nothing since the order, five payments ago.
    expect([askedOfNode, await stateOf('register:api')]).to.deep.equal([0, 'queued'])
    node.node.fault = () => 'none'
  })

  it('leave the chain to a worker, which answers for its health alone', async () => {
    const worker = await start('worker')
    await waitFor('the order to be final', 60, async () => ((await stateOf('register:api')) === 'final' ? true : null))
    const caller = new Behind(worker.url)
    expect(await caller.call(live)).to.deep.equal({ live: true })
    await waitFor('the chain', 30, async () => ((await caller.call(ready)).chain ? true : null))
    for (const path of ['/api/directory', '/api/wallet', '/', '/api/openapi.json']) {
      expect((await caller.send('GET', path)).status, path).to.equal(404)
    }
  })

  it('tell their figures each on a port of its own, and the same of the database', async () => {
    expect(new Set(servers.map(({ metricsUrl }) => metricsUrl)).size).to.equal(3)
    for (const { metricsUrl } of servers) {
      const figures = readFigures(await (await fetch(metricsUrl)).text())
      expect(figureOf(figures, 'kipina_database_up')).to.equal(1)
      expect(figureOf(figures, 'kipina_chain_up')).to.equal(1)
      expect(figureOf(figures, 'kipina_acceptances_unfinal', { state: 'accepted' })).to.equal(5)
      expect(figureOf(figures, 'process_cpu_seconds_total')).to.be.greaterThan(0)
    }
  })

  it('start, are ready and accept while the chain is down', async () => {
    node.node.fault = () => 'status 500'
    const late = await start('api')
    const caller = new Behind(late.url)
    expect(await caller.call(ready)).to.deep.equal({ database: true, chain: false })
    const counter = await signedIn('till', String(shop.tillId), late)
    const charge = await shop.charge(100n)
    const [note] = await youth.notes()
    const offer = await youth.sign(shop.merchantId, charge.nonce, [note!], { agreedCents: 100n })
    expect((await counter.call(till.payAtTill, { body: { charge, offer } })).state).to.equal('accepted')
    node.node.fault = () => 'none'
    await order('register:after', 92)
    await waitFor('the worker to go on', 60, async () => ((await stateOf('register:after')) === 'final' ? true : null))
  })

  it('end one by one when they are told to: not ready at once, and what is under way is answered', async () => {
    const [one, other] = servers as [Server, Server]
    const counter = await signedIn('till', String(shop.tillId), one)
    const charge = await shop.charge(100n)
    await counter.call(till.openCharge, { body: charge })
    const waits = counter.call(till.getCharge, { params: { nonce: charge.nonce }, query: { wait: 'yes' } })
    one.child.kill('SIGTERM')
    const caller = new Behind(one.url)
    await waitFor('it not to be ready', 30, async () => ((await caller.ask(ready)).status === 503 ? true : null))
    expect(await caller.call(live)).to.deep.equal({ live: true })
    expect((await waits).state).to.equal('open')
    expect(await one.ended, one.said()).to.equal(0)
    expect(await new Behind(other.url).call(ready)).to.include({ database: true })
  })

  it('name no key, passphrase, note or person in what they say', async () => {
    const [note] = await youth.notes()
    if (note === undefined) throw new Error('There is no note left')
    await order(`guarantee:${note.id}`, 91)
    const refused = () => servers.some((server) => server.said().includes('would refuse this call'))
    await waitFor('the refusal of a merchant that is there', 60, async () => (refused() ? true : null))
    const rows = await database.db.selectFrom('notes').select(['id', 'holder']).execute()
    const notes = rows.flatMap(({ id, holder }) => [id, holder ?? id]).map((bytes) => toHex(bytes).slice(2))
    expect(notes).to.include(note.id.slice(2))
    const said = servers
      .map((server) => server.said())
      .join('')
      .toLowerCase()
    const { roles, secrets } = JSON.parse(readFileSync(join(folder, 'plain.json'), 'utf8')) as Plain
    const keys = [...Object.values(roles), ...Object.values(secrets)].map((key) => key.slice(2))
    for (const secret of [passphrase, youth.mailboxId, youth.walletId, ...notes, ...keys])
      expect(said).not.to.include(secret)
  })
})
