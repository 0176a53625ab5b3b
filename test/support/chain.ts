import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { pino } from 'pino'
import { createPublicClient, custom, type EIP1193RequestFn, type LocalAccount, parseGwei } from 'viem'
import { type OpenedChain, openChain } from '../../server/chain/chain.ts'
import type { Appliers } from '../../server/chain/indexer.ts'
import type { Link } from '../../server/chain/link.ts'
import { type Lane, lanes } from '../../server/chain/outbox.ts'
import { type Database, openDatabase } from '../../server/db/database.ts'
import { migrate } from '../../server/db/migrate.ts'
import { openKeys, type ServerKeys } from '../../server/keys.ts'

/** An empty, migrated database: PGlite in memory, or a database of its own on TEST_DATABASE_URL. */
export async function emptyDatabase(): Promise<Database> {
  const cluster = process.env.TEST_DATABASE_URL
  const opened = cluster ? await onCluster(cluster) : await openDatabase({ databaseUrl: null, dataFolder: null }, fail)
  await migrate(opened.db)
  return opened
}

async function onCluster(cluster: string): Promise<Database> {
  const name = `kipina_${randomBytes(6).toString('hex')}`
  const query = async (text: string) => {
    const admin = new pg.Client({ connectionString: cluster })
    await admin.connect()
    await admin.query(text).finally(() => admin.end())
  }
  await query(`create database ${name}`)
  const url = new URL(cluster)
  url.pathname = `/${name}`
  let isClosing = false
  // A pool may end before its last connections have: dropping the database then cuts them off.
  const onLost = (error: Error) => (isClosing ? undefined : fail(error))
  const opened = await openDatabase({ databaseUrl: url.href, dataFolder: null }, onLost)
  const close = async () => {
    isClosing = true
    await opened.close()
    await query(`drop database ${name} with (force)`)
  }
  return { ...opened, close }
}

function fail(error: Error): never {
  throw error
}

/** What a node may do wrong with a call: answer itself, throw, or let it through. */
export type Fault = (call: { method: string; params: unknown[] }, forward: () => Promise<unknown>) => Promise<unknown>

export interface ChainTown {
  database: Database
  keys: ServerKeys
  opened: OpenedChain
  /** As the relayer's, through a node that does what `fault` says. */
  link: Link
  /** Until it is set to another, everything goes through. */
  node: { fault: Fault }
  close(): Promise<void>
}

export const quiet = pino({ level: 'silent' })

/** A real chain in memory with the real contracts, a database, and a node between them that can misbehave. */
export async function chainTown(appliers: Appliers = {}, now: () => Date = () => new Date()): Promise<ChainTown> {
  const database = await emptyDatabase()
  const keys = openKeys({ keysFile: null, dataFolder: null })
  const config = {
    dataFolder: null,
    rpcUrl: null,
    chainId: 31_337,
    isSample: true,
    graceSeconds: 35 * 86_400,
    escapeAfterSeconds: 7 * 86_400,
    mostFeePerGas: parseGwei('200'),
  }
  const opened = await openChain(config, database.db, keys, quiet, { appliers, now })
  const node: { fault: Fault } = { fault: (_, forward) => forward() }
  const request = (async ({ method, params }: { method: string; params?: unknown[] }) => {
    const forward = () => opened.client.request({ method, params } as never)
    return await node.fault({ method, params: params ?? [] }, forward)
  }) as EIP1193RequestFn
  const accounts = Object.fromEntries(lanes.map((lane) => [lane, keys[lane]])) as Record<Lane, LocalAccount>
  const { vouchers, merchantRegistry, budgetToken, auditAnchor } = opened.facts
  const link: Link = {
    db: database.db,
    client: createPublicClient({ transport: custom({ request }, { retryCount: 0 }), cacheTime: 0 }),
    chainId: config.chainId,
    genesis: opened.facts.genesis,
    contracts: { vouchers, merchantRegistry, budgetToken, auditAnchor },
    accounts,
    now: () => new Date(),
    log: quiet,
    resendAfterSeconds: 0,
    mostFeePerGas: config.mostFeePerGas,
  }
  const close = async () => {
    await opened.close()
    await database.close()
  }
  return { database, keys, opened, link, node, close }
}
