import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Address, LocalAccount, PublicClient } from 'viem'
import type { Config } from '../config.ts'
import { toHex } from '../db/bytes.ts'
import type { Db } from '../db/database.ts'
import type { Chain } from '../deps.ts'
import type { ServerKeys } from '../keys.ts'
import { abis } from './abis.ts'
import { clientOn } from './client.ts'
import { type Contracts, deploy, rememberDeployment } from './deploy.ts'
import type { EmbeddedChain } from './embedded.ts'
import { type Appliers, createIndexer } from './indexer.ts'
import { openLanes } from './lanes.ts'
import type { Link } from './link.ts'
import { type Lane, lanes } from './outbox.ts'
import { createRelayer } from './relayer.ts'

export interface OpenedChain {
  facts: Chain
  client: PublicClient
  /** Advances by itself from now on, until `close`. */
  start(everyMilliseconds: number): void
  close(): Promise<void>
}

export type ChainConfig = Pick<
  Config,
  'dataFolder' | 'rpcUrl' | 'chainId' | 'isSample' | 'graceSeconds' | 'escapeAfterSeconds'
>

/** A round that still moves things after so many is a loop, and the next call goes on with it. */
const mostRounds = 20

/**
 * Opens the network of RPC_URL, or the chain inside this process, and checks that it is the one this database knows. On an
 * embedded chain, or in a sample town, the contracts are deployed the first time.
 *
 * @throws an Error that says what to do when chain and database do not belong together.
 */
export async function openChain(
  config: ChainConfig,
  db: Db,
  keys: ServerKeys,
  log: Logger,
  work: { appliers: Appliers; now(): Date },
): Promise<OpenedChain> {
  const embedded = config.rpcUrl === null ? await openEmbedded(config, keys, work.now) : null
  try {
    const client = clientOn(embedded === null ? { rpcUrl: config.rpcUrl ?? '' } : { embedded })
    const contracts = await contractsOf(config, db, client, keys)
    const facts = await factsOf(config, client, contracts, keys)
    const accounts = Object.fromEntries(lanes.map((lane) => [lane, keys[lane]])) as Record<Lane, LocalAccount>
    await openLanes(db, client, accounts, log)
    const link: Link = {
      db,
      client,
      ...facts,
      contracts,
      accounts,
      now: () => new Date(),
      log,
      resendAfterSeconds: embedded === null ? 30 : 1,
    }
    return runningOn(link, { ...facts, client }, work.appliers, embedded)
  } catch (error) {
    await embedded?.close()
    throw error
  }
}

async function openEmbedded(config: ChainConfig, keys: ServerKeys, now: () => Date): Promise<EmbeddedChain> {
  // Loaded here only: with RPC_URL the server runs without Hardhat.
  const { openEmbeddedChain } = await import('./embedded.ts')
  return await openEmbeddedChain({
    folder: config.dataFolder === null ? null : join(config.dataFolder, 'chain'),
    chainId: config.chainId,
    senders: lanes.map((lane) => keys[lane].address),
    now,
  })
}

async function contractsOf(config: ChainConfig, db: Db, client: PublicClient, keys: ServerKeys): Promise<Contracts> {
  const chainId = await client.getChainId()
  if (chainId !== config.chainId)
    throw new Error(`The network of RPC_URL has chain id ${chainId}, CHAIN_ID says ${config.chainId}`)
  const known = await db.selectFrom('chain_deployment').selectAll().executeTakeFirst()
  if (known === undefined) {
    if (config.rpcUrl !== null && !config.isSample) {
      throw new Error('No contracts are known on this network: deploy them once with `node scripts/deploy.ts`')
    }
    if (!(await isFresh(client, keys))) {
      throw new Error(
        'The database is empty, but the chain is not: its claims and redemptions would be forgotten. Bring back the ' +
          'database that belongs to it, or move the whole data folder away to begin an empty installation.',
      )
    }
    const deployment = await deploy(client, keys, config)
    await rememberDeployment(db, client, deployment)
    return deployment.contracts
  }

  const genesis = await client.getBlock({ blockNumber: 0n })
  if (BigInt(chainId) !== known.chain_id || genesis.hash !== toHex(known.genesis_hash)) {
    throw new Error(
      `The database belongs to chain ${known.chain_id} that begins with ${toHex(known.genesis_hash)}; this one is ` +
        `${chainId} and begins with ${genesis.hash}. Set RPC_URL and CHAIN_ID to the chain of this database, or bring ` +
        'back the copy of the data folder in which both were together.',
    )
  }
  await refuseShortened(config, db, client)
  return {
    vouchers: toHex(known.vouchers),
    merchantRegistry: toHex(known.merchant_registry),
    budgetToken: toHex(known.budget_token),
  }
}

/** Only a deployment, whole or cut short, can have happened: no role has done anything. */
async function isFresh(client: PublicClient, keys: ServerKeys): Promise<boolean> {
  const working: Lane[] = ['registrar', 'issuer', 'acceptor', 'finance', 'relayer']
  const counts = await Promise.all(working.map((lane) => client.getTransactionCount({ address: keys[lane].address })))
  return counts.every((count) => count === 0)
}

/** A network's node may be behind for a while; a chain of our own that ends before what we have read has lost blocks. */
async function refuseShortened(config: ChainConfig, db: Db, client: PublicClient): Promise<void> {
  if (config.rpcUrl !== null) return
  const cursor = await db.selectFrom('chain_cursor').select('indexed_block').executeTakeFirstOrThrow()
  const latest = await client.getBlockNumber()
  if (latest >= cursor.indexed_block) return
  throw new Error(
    `The chain ends at block ${latest}, but the database has seen block ${cursor.indexed_block}: the chain folder is an ` +
      'older copy. Bring back the copy that belongs to the database.',
  )
}

async function factsOf(config: ChainConfig, client: PublicClient, contracts: Contracts, keys: ServerKeys) {
  const at = { address: contracts.vouchers, abi: abis.vouchers } as const
  const [graceSeconds, escapeAfterSeconds, genesis] = await Promise.all([
    client.readContract({ ...at, functionName: 'graceSeconds' }),
    client.readContract({ ...at, functionName: 'escapeAfterSeconds' }),
    client.getBlock({ blockNumber: 0n }),
  ])
  const acceptorAddress: Address = keys.acceptor.address
  return {
    chainId: config.chainId,
    ...contracts,
    acceptorAddress,
    graceSeconds,
    escapeAfterSeconds,
    genesis: genesis.hash,
  }
}

function runningOn(
  link: Link,
  facts: Omit<Chain, 'advance'>,
  appliers: Appliers,
  embedded: EmbeddedChain | null,
): OpenedChain {
  const relayer = createRelayer(link)
  const indexer = createIndexer(link, appliers)
  let queue: Promise<unknown> = Promise.resolve()
  const round = async () => {
    const relayed = await relayer.relay()
    return (await indexer.index()) || relayed
  }
  const advance = () => {
    const run = queue.then(async () => {
      let moved = false
      for (let rounds = 0; rounds < mostRounds && (await round()); rounds++) moved = true
      return moved
    })
    queue = run.catch(() => {})
    return run
  }

  let timer: NodeJS.Timeout | null = null
  let isClosed = false
  const start = (everyMilliseconds: number) => {
    timer = setTimeout(async () => {
      await advance().catch((error: unknown) =>
        link.log.error({ err: error }, 'The chain work stopped; it is tried again'),
      )
      if (!isClosed) start(everyMilliseconds)
    }, everyMilliseconds)
  }
  return {
    facts: { ...facts, advance },
    client: link.client,
    start,
    async close() {
      isClosed = true
      if (timer !== null) clearTimeout(timer)
      await queue
      await embedded?.close()
    },
  }
}
