import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { LocalAccount, PublicClient } from 'viem'
import type { Config } from '../config.ts'
import { actAsServer } from '../db/acting.ts'
import { isDatabaseAway } from '../db/away.ts'

import type { Db } from '../db/database.ts'
import { hold, letGo } from '../db/lease.ts'
import { safeWords } from '../db/safeWords.ts'
import type { Chain } from '../deps.ts'
import type { ServerKeys } from '../keys.ts'
import { clientOn } from './client.ts'
import type { EmbeddedChain } from './embedded.ts'
import { isNodesFault, type KnownChain, lookAtChain, rememberedChain, withPatience } from './facts.ts'
import { createFollowingWatch } from './following.ts'
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
  'dataFolder' | 'rpcUrl' | 'chainId' | 'isSample' | 'graceSeconds' | 'escapeAfterSeconds' | 'mostFeePerGas'
>

/** One server at a time sends, in the order of the lanes, and reads; the others wait until it is silent for so long. */
const leaseName = 'chain'
const leaseSeconds = 10

/** A round that still moves things after so many is a loop, and the next call goes on with it. */
const mostRounds = 20

/**
 * Opens the network of RPC_URL, or the chain inside this process, and checks that it is the one this database knows. On an
 * embedded chain, or in a sample town, the contracts are deployed the first time. A network that does not answer now is
 * taken for the one that was there before, so that payments are accepted; it is checked before anything is sent or read.
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
    const accounts = Object.fromEntries(lanes.map((lane) => [lane, keys[lane]])) as Record<Lane, LocalAccount>
    const check = async () => {
      const seen = await lookAtChain(config, db, client, keys)
      await openLanes(db, client, accounts, log)
      return seen
    }
    const { known, isChecked } = await knownOrChecked(await rememberedChain(config, db), check, log)
    const { contracts, ...windows } = known
    const chainFacts = { chainId: config.chainId, ...contracts, acceptorAddress: keys.acceptor.address, ...windows }
    const link: Link = {
      db,
      client,
      ...chainFacts,
      contracts,
      accounts,
      now: () => new Date(),
      log,
      resendAfterSeconds: embedded === null ? 30 : 1,
      mostFeePerGas: config.mostFeePerGas,
    }
    const isKnown = isChecked ? async () => true : untilChecked(check, log)
    return runningOn(link, { ...chainFacts, client }, work.appliers, embedded, isKnown)
  } catch (error) {
    await embedded?.close()
    throw error
  }
}

async function knownOrChecked(
  remembered: KnownChain | null,
  check: () => Promise<KnownChain>,
  log: Logger,
): Promise<{ known: KnownChain; isChecked: boolean }> {
  if (remembered === null) return { known: await check(), isChecked: true }
  try {
    return { known: await withPatience(check()), isChecked: true }
  } catch (error) {
    if (!isNodesFault(error)) throw error
    log.warn(safeWords(error), 'The chain does not answer: payments are accepted, nothing is posted until it does')
    return { known: remembered, isChecked: false }
  }
}

/** Whether it has worked by now; tried again each time, until it has. Throws when the chain is another. */
function untilChecked(check: () => Promise<unknown>, log: Logger): () => Promise<boolean> {
  let isChecked = false
  return async () => {
    if (isChecked) return true
    try {
      await check()
      log.warn('The chain answers again, and is the one of this database')
      isChecked = true
    } catch (error) {
      if (!isNodesFault(error)) throw error
    }
    return isChecked
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

function runningOn(
  link: Link,
  facts: Omit<Chain, 'advance'>,
  appliers: Appliers,
  embedded: EmbeddedChain | null,
  isKnown: () => Promise<boolean>,
): OpenedChain {
  const relayer = createRelayer(link)
  const indexer = createIndexer(link, appliers)
  const watchFollowing = createFollowingWatch(link)
  const holder = randomUUID()
  // The chain inside this process has no other server.
  const isOurs = () => embedded !== null || hold(link.db, leaseName, holder, leaseSeconds)
  let queue: Promise<unknown> = Promise.resolve()
  const round = async () => {
    if (!(await isKnown()) || !(await isOurs())) return false
    await watchFollowing()
    const relayed = await relayer.relay()
    return (await indexer.index()) || relayed
  }
  const advance = () => {
    // Whoever asks for it, the work is the server's.
    const run = actAsServer(() =>
      queue.then(async () => {
        let moved = false
        for (let rounds = 0; rounds < mostRounds && (await round()); rounds++) moved = true
        return moved
      }),
    )
    queue = run.catch(() => {})
    return run
  }

  let timer: NodeJS.Timeout | null = null
  let isClosed = false
  const start = (everyMilliseconds: number) => {
    timer = setTimeout(async () => {
      await advance().catch((error: unknown) =>
        link.log[isDatabaseAway(error) ? 'warn' : 'error'](
          safeWords(error),
          'The chain work stopped; it is tried again',
        ),
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
