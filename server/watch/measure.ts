import { setTimeout as wait } from 'node:timers/promises'
import { formatEther, type PublicClient } from 'viem'
import { isFollowed } from '../chain/deployment.ts'
import { type Lane, lanes } from '../chain/outbox.ts'
import type { Engine } from '../db/database.ts'
import type { Deps } from '../deps.ts'
import { type DatabaseFigures, readDatabaseFigures } from './databaseFigures.ts'
import { createGauges, type Gauges } from './gauges.ts'

/** Two that ask at once, or soon after each other, are answered with the same figures. */
const usualFreshMilliseconds = 5000
/** Less than anybody waits who asks. */
const patienceMilliseconds = 3000
/** The most that a transaction may use (EIP-7825): what a lane is reckoned by that has sent nothing yet. */
const mostGas = 16_777_216n

interface ChainFigures {
  latest: bigint
  finalized: { number: bigint; timestamp: bigint }
  maxFeePerGas: bigint
  balances: Map<Lane, bigint>
  isFollowed: boolean
}

/** Fills the gauges of `deps.metrics` whenever it is called. Never throws: what does not answer is told as a figure. */
export function createMeasure(
  deps: Deps,
  engine: Engine,
  freshMilliseconds: number = usualFreshMilliseconds,
): () => Promise<void> {
  const gauges = createGauges(deps.metrics.registry)
  let last: { at: number; done: Promise<void> } | null = null
  return () => {
    const now = performance.now()
    if (last === null || now - last.at >= freshMilliseconds) last = { at: now, done: measure(deps, engine, gauges) }
    return last.done
  }
}

async function measure(deps: Deps, engine: Engine, gauges: Gauges): Promise<void> {
  const { db, config } = deps
  const [database, onChain] = await Promise.all([
    orNull(readDatabaseFigures(db, config.chainId)),
    orNull(readChainFigures(deps)),
  ])
  gauges.databaseUp(database === null ? 0 : 1)
  gauges.chainUp(onChain === null ? 0 : 1)
  gauges.databaseConnections(engine.engine === 'pglite' ? null : connectionsOf(engine.pool))
  tellDatabase(gauges, database, deps.now().getTime())
  tellChain(gauges, onChain, deps.now().getTime())
  const finalized = onChain?.finalized.number ?? null
  const indexed = database?.indexedBlock ?? null
  gauges.indexerLag(finalized === null || indexed === null ? null : Math.max(0, Number(finalized - indexed)))
  tellLanes(gauges, database, onChain)
  gauges.feeToMost(onChain === null ? null : ratio(onChain.maxFeePerGas, config.mostFeePerGas))
}

async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  const read = reading.catch(() => null)
  return await Promise.race([read, wait(patienceMilliseconds, null, { ref: false })])
}

async function readChainFigures({ chain, keys }: Deps): Promise<ChainFigures> {
  const client: PublicClient = chain.client
  const [latest, finalized, { maxFeePerGas }, balances, isRegistryFollowed] = await Promise.all([
    client.getBlockNumber({ cacheTime: 0 }),
    client.getBlock({ blockTag: 'finalized' }),
    client.estimateFeesPerGas(),
    Promise.all(lanes.map(async (lane) => [lane, await client.getBalance({ address: keys[lane].address })] as const)),
    isFollowed(client, chain),
  ])
  const { number, timestamp } = finalized
  return {
    latest,
    finalized: { number, timestamp },
    maxFeePerGas,
    balances: new Map(balances),
    isFollowed: isRegistryFollowed,
  }
}

function tellDatabase(gauges: Gauges, figures: DatabaseFigures | null, now: number): void {
  const since = (moment: Date | null | undefined) => (moment ? Math.max(0, (now - moment.getTime()) / 1000) : 0)
  const of = (lane: string) => figures?.unfinished.filter((one) => one.lane === lane) ?? []
  gauges.outboxOrders(figures?.unfinished.map(({ lane, state, count }) => [{ lane, state }, Number(count)]) ?? null)
  gauges.outboxOldest(figures && lanes.map((lane) => [{ lane }, Math.max(0, ...of(lane).map(({ age }) => age))]))

  const counts = figures?.acceptances
  const states = ['accepted', 'posted', 'skipped'] as const
  gauges.acceptancesUnfinal(counts ? states.map((state) => [{ state }, Number(counts[state])]) : null)
  gauges.acceptancesOldestDue(counts ? since(counts.due) : null)
  gauges.guaranteeUsed(counts ? counts.guaranteeUsed : null)

  gauges.auditOldestWaiting(figures && since(figures.auditWaiting))

  const post = figures?.post
  const stages = ['redemptions', 'releases', 'sheets']
  const ages = stages.map((stage) => [{ stage }, stage === post?.stage ? since(post.stage_since) : 0] as const)
  gauges.postStage(post ? ages : null)
  gauges.postStarted(post?.started_at ? since(post.started_at) : null)

  const reconciled = figures?.reconciled
  gauges.reconcileDifferences(reconciled ? reconciled.differences : null)
  gauges.reconcileOffCents(reconciled ? Number(reconciled.off_cents) : null)
  gauges.reconcileAge(reconciled ? since(reconciled.at) : null)
}

function tellChain(gauges: Gauges, figures: ChainFigures | null, now: number): void {
  gauges.finalizedLag(figures && Math.max(0, Number(figures.latest - figures.finalized.number)))
  gauges.finalizedAge(figures && Math.max(0, now / 1000 - Number(figures.finalized.timestamp)))
  gauges.registryFollowed(figures && (figures.isFollowed ? 1 : 0))
  const balances = [...(figures?.balances ?? [])]
  gauges.laneBalance(figures && balances.map(([lane, balance]) => [{ lane }, Number(formatEther(balance))]))
}

/** By the gas that was signed for, of which a part is always given back: what is told is the least. */
function tellLanes(gauges: Gauges, database: DatabaseFigures | null, chain: ChainFigures | null): void {
  if (database === null || chain === null) {
    gauges.laneUses(null)
    gauges.laneDays(null)
    return
  }
  const known = database.lanes.flatMap((lane) => {
    const balance = chain.balances.get(lane.name as Lane)
    const dearestGas = lane.dearestGas === 0n ? mostGas : lane.dearestGas
    return balance === undefined ? [] : [{ labels: { lane: lane.name }, balance, dearestGas, gas: lane.gasInTwoWeeks }]
  })
  const { maxFeePerGas } = chain
  gauges.laneUses(known.map(({ labels, balance, dearestGas }) => [labels, usesOf(balance, dearestGas * maxFeePerGas)]))
  gauges.laneDays(known.map(({ labels, balance, gas }) => [labels, daysOf(balance, gas * maxFeePerGas, database.days)]))
}

/** How often so much can be paid. */
export function usesOf(balance: bigint, cost: bigint): number {
  return cost === 0n ? Number.POSITIVE_INFINITY : Number(balance / cost)
}

/** For how many days a balance lasts when so many days have cost so much. */
export function daysOf(balance: bigint, cost: bigint, days: number): number {
  return ratio(balance, cost) * days
}

/** Infinity where the divisor is nothing: what costs nothing lasts for ever. */
function ratio(part: bigint, whole: bigint): number {
  return whole === 0n ? Number.POSITIVE_INFINITY : Number(part) / Number(whole)
}

function connectionsOf(pool: { totalCount: number; idleCount: number; waitingCount: number }) {
  return [
    [{ state: 'busy' }, pool.totalCount - pool.idleCount],
    [{ state: 'idle' }, pool.idleCount],
    [{ state: 'waiting' }, pool.waitingCount],
  ] as const
}
