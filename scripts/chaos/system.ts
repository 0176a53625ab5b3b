import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createPublicClient, http } from 'viem'
import { deployFirst } from '../../server/chain/known.ts'
import { lanes } from '../../server/chain/outbox.ts'
import { openDatabase } from '../../server/db/database.ts'
import { migrate } from '../../server/db/migrate.ts'
import { generateKeys, openKeys, type ServerKeys } from '../../server/keys.ts'
import { installStaff, sampleConfig } from '../sample/install.ts'
import { Chance } from '../walkthrough/chance.ts'
import { Child } from './child.ts'
import { Cluster, type ClusterOptions } from './database.ts'
import { Door } from './door.ts'
import { finalityDepth, Network } from './network.ts'
import { Rpc } from './rpc.ts'
import { ServerProcess } from './servers.ts'

const root = resolve(import.meta.dirname, '../..')
const chainId = 4242
/** No worker's limit of a day may end the run. */
const workersLimitCents = 1_000_000_000n

/** What a real installation has outside of its servers. */
export interface Outside {
  database: Cluster
  network: Network
  rpc: Rpc
  /** The servers' own keys: what somebody with access to them could do, chaos does. */
  keys: ServerKeys
  chainId: number
}

export interface System {
  door: Door
  apis: ServerProcess[]
  workers: ServerProcess[]
  outside: Outside | null
  /** From here on every server answers, and blocks become final as on a real network; until then the town opens. */
  settle(): Promise<void>
  close(): Promise<void>
}

/** Times as short as a run, and no limit to calls: everybody here calls from one address. */
const settings = {
  SAMPLE: 'true',
  HOST: '127.0.0.1',
  LOG_LEVEL: 'warn',
  POST_INTERVAL_SECONDS: '2',
  SHEET_LEAST_NOTES: '16',
  SHEET_WAIT_SECONDS: '3',
  RELEASE_STEP_CENTS: '500',
  PUBLIC_CALLS_PER_MINUTE: '10000000',
  SESSION_CALLS_PER_MINUTE: '10000000',
}

/** The staff have signed in: servers that start from now on have an issuer elsewhere, as real ones do, and load none. */
const elsewhere = {
  OIDC_ISSUER: 'https://issuer.example',
  OIDC_CLIENT_ID: 'kipina',
  OIDC_CLIENT_SECRET: 'secret',
}

/** What is not as chaos has it. */
export interface OwnOptions {
  settings?: Record<string, string>
  cluster?: ClusterOptions
  /** Of what the door decides by chance. */
  seed?: number
}

/** PostgreSQL, a network, two servers that answer and two that work, each in a process of its own, behind one door. */
export async function openOnPostgres(
  folder: string,
  { settings: own = {}, cluster = {}, seed = 0 }: OwnOptions = {},
): Promise<System> {
  const data = join(folder, 'data')
  mkdirSync(data)
  writeFileSync(join(data, 'keys.json'), JSON.stringify(generateKeys()), { mode: 0o600 })
  const keys = openKeys({ keysFile: null, dataFolder: data })
  const senders = lanes.map((lane) => keys[lane].address)
  const database = await Cluster.create(join(folder, 'postgres'), cluster)
  const [network] = await Promise.all([Network.start(folder, chainId, senders), database.start()])
  const [rpc, door] = await Promise.all([Rpc.open(network.url), Door.open(new Chance(seed))])
  const env = {
    ...settings,
    ...own,
    DATA: data,
    // What was compiled once is not compiled again when a server comes back.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
    ORIGIN: door.origin,
    DATABASE_URL: database.url,
    RPC_URL: rpc.url,
    CHAIN_ID: String(chainId),
  }
  await Promise.all([deployAndInstall(env, network.url), compileOnce(env, folder)])

  const create = (name: string, process: string) => ServerProcess.create(name, { ...env, PROCESS: process }, folder)
  const apis = await Promise.all([create('api1', 'api'), create('api2', 'api')])
  const workers = await Promise.all([create('worker1', 'worker'), create('worker2', 'worker')])
  await Promise.all([...apis, ...workers].map((server) => server.start()))
  const [first, ...others] = apis
  // The sample's sign-in pages live in the memory of one server.
  door.add(first.port)
  return {
    door,
    apis,
    workers,
    outside: { database, network, rpc, keys, chainId },
    async settle() {
      for (const { port } of others) door.add(port)
      for (const { settings } of [...apis, ...workers]) Object.assign(settings, elsewhere)
      await network.setFinality(finalityDepth)
    },
    async close() {
      await Promise.all([...apis, ...workers].map((server) => server.stop('SIGKILL')))
      door.close()
      rpc.close()
      await network.stop()
      await database.remove()
    },
  }
}

/** Node keeps what it compiled when a process ends well: as on any machine where a server has run before. */
async function compileOnce(env: Record<string, string>, folder: string): Promise<void> {
  const load = `await import(${JSON.stringify(join(root, 'server/main.ts'))}); await import('oidc-provider')`
  const args = ['--input-type=module', '--eval', load]
  const options = { env: { ...process.env, ...env }, cwd: root, logFile: join(folder, 'compiling.log') }
  await new Child(process.execPath, args, options).ended
}

/** As `npm run deploy`, asking more often: here a block takes no time. */
async function deployAndInstall(env: Record<string, string>, networkUrl: string): Promise<void> {
  const config = sampleConfig(env)
  const database = await openDatabase(config, () => {})
  try {
    await migrate(database.db)
    const client = createPublicClient({ transport: http(networkUrl), cacheTime: 0, pollingInterval: 10 })
    await deployFirst(config, database.db, client, openKeys(config))
    await installStaff(database, workersLimitCents)
  } finally {
    await database.close()
  }
}

/** All of it in one process, as `npm start` has it: PGlite and the chain live and die with it. */
export async function openOnPglite(folder: string, seed: number): Promise<System> {
  const data = join(folder, 'data')
  mkdirSync(data, { recursive: true })
  const door = await Door.open(new Chance(seed))
  const env = { ...settings, DATA: data, NODE_COMPILE_CACHE: join(folder, 'compiled'), ORIGIN: door.origin }
  const database = await openDatabase({ databaseUrl: null, dataFolder: data }, () => {})
  await migrate(database.db)
  await installStaff(database, workersLimitCents)
  await database.close()

  const server = await ServerProcess.create('embedded', env, folder)
  await server.start()
  door.add(server.port)
  return {
    door,
    apis: [server],
    workers: [],
    outside: null,
    async settle() {},
    async close() {
      await server.stop('SIGKILL')
      door.close()
    },
  }
}
