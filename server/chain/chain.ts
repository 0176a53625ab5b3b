import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Address, LocalAccount, PublicClient } from 'viem'
import type { Config } from '../config.ts'
import type { Db } from '../db/database.ts'
import { hold, letGo } from '../db/lease.ts'
import { safeWords } from '../db/safeWords.ts'
import type { Chain } from '../deps.ts'
import type { ServerKeys } from '../keys.ts'
import { abis } from './abis.ts'
import { clientOn } from './client.ts'
import { type Contracts, isFollowed } from './deployment.ts'
import type { EmbeddedChain } from './embedded.ts'
import { type Appliers, createIndexer } from './indexer.ts'
import { contractsOf } from './known.ts'
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
  'dataFolder' | 'rpcUrl' | 'chainId' | 'isSample' | 'graceSeconds' | 'escapeAfterSeconds' | 'mostFeePerGas'
>

/** One server at a time sends, in the order of the lanes, and reads; the others wait until it is silent for so long. */
const leaseName = 'chain'
const leaseSeconds = 10

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
    await refuseUntold(client, contracts)
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
      mostFeePerGas: config.mostFeePerGas,
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

async function refuseUntold(client: PublicClient, contracts: Contracts): Promise<void> {
  if (await isFollowed(client, contracts)) return
  const { merchantRegistry, vouchers } = contracts
  throw new Error(
    `The merchant registry ${merchantRegistry} does not tell the vouchers ${vouchers} what changes: a suspended merchant ` +
      `would still be paid. Have the admin's key call follow(${vouchers}) on the registry, and syncMerchant on the ` +
      'vouchers for each merchant registered before.',
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
  const holder = randomUUID()
  // The chain inside this process has no other server.
  const isOurs = () => embedded !== null || hold(link.db, leaseName, holder, leaseSeconds)
  let queue: Promise<unknown> = Promise.resolve()
  const round = async () => {
    if (!(await isOurs())) return false
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
        link.log.error(safeWords(error), 'The chain work stopped; it is tried again'),
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
      if (embedded === null) await letGo(link.db, leaseName, holder).catch(() => {})
      await embedded?.close()
    },
  }
}
