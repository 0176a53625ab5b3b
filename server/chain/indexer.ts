import { sql } from 'kysely'
import { decodeEventLog, type Hex, type Log } from 'viem'
import { fromHex } from '../db/bytes.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import { abis, type EventName } from './abis.ts'
import { type Link, targetAt } from './link.ts'
import { answerOf } from './rpcErrors.ts'
import { type ToldArgs, toldOf } from './told.ts'

export interface ChainLog {
  transactionHash: Hex
  logIndex: number
  blockNumber: bigint
}

/** What a step does when an event is final: in the SQL transaction that also remembers the event, so exactly once. */
export type Appliers = { [E in EventName]?: (tx: Tx, args: ToldArgs<E>, log: ChainLog) => Promise<void> }

export interface Indexer {
  /** Applies what became final since the last time. True when anything was applied. */
  index(): Promise<boolean>
}

const mostBlocks = 2000n

/** Reads finalized blocks only, so nothing is ever taken back; a node whose head is lower than before is just behind. */
export function createIndexer(link: Link, appliers: Appliers): Indexer {
  return {
    async index() {
      const { indexed_block: indexed } = await link.db
        .selectFrom('chain_cursor')
        .select('indexed_block')
        .where('chain_id', '=', BigInt(link.chainId))
        .executeTakeFirstOrThrow()
      const logs = await read(link, indexed)
      if (logs === null) return false
      for (const log of logs.found) await apply(link, appliers, log)
      await link.db
        .updateTable('chain_cursor')
        .set({ indexed_block: logs.to })
        .where('chain_id', '=', BigInt(link.chainId))
        .where('indexed_block', '<', logs.to)
        .execute()
      return logs.found.length > 0
    },
  }
}

type MinedLog = Log<bigint, number, false>

/** Null when there is nothing new, or when the node gave no answer: then the same blocks are read the next time. */
async function read(link: Link, indexed: bigint): Promise<{ found: MinedLog[]; to: bigint } | null> {
  try {
    const finalized = await link.client.getBlock({ blockTag: 'finalized' })
    if (finalized.number <= indexed) return null
    const isFar = finalized.number - indexed > mostBlocks
    const last = isFar ? await link.client.getBlock({ blockNumber: indexed + mostBlocks }) : finalized
    const address = Object.values(link.contracts)
    const found = await link.client.getLogs({ address, fromBlock: indexed + 1n, toBlock: last.number })
    if (!(await isAgreed(link, last, found as MinedLog[]))) {
      link.log.error({ block: Number(last.number) }, 'RPC_URL answers as nodes that disagree: no event is read')
      return null
    }
    return { found: found as MinedLog[], to: last.number }
  } catch (error) {
    link.log.warn({ answer: answerOf(error) }, 'The node did not give the events')
    return null
  }
}

/**
 * Whether the node that gave the events has the block that was asked for. One of a pool that is behind gives no events and
 * no error, and what is passed over is never read again.
 */
async function isAgreed(link: Link, last: { number: bigint; hash: Hex }, found: readonly MinedLog[]): Promise<boolean> {
  if (found.some((log) => log.blockNumber === last.number && log.blockHash !== last.hash)) return false
  const ofLast = await link.client.getLogs({ address: Object.values(link.contracts), blockHash: last.hash })
  if (ofLast.length !== found.filter((log) => log.blockNumber === last.number).length) return false
  return (await link.client.getBlock({ blockNumber: last.number })).hash === last.hash
}

/** All parts of a log in one transaction: none is remembered while another could not be applied. */
async function apply(link: Link, appliers: Appliers, log: MinedLog): Promise<void> {
  const target = targetAt(link, log.address)
  if (target === null) return
  const { eventName, args } = decodeEventLog({ abi: abis[target], data: log.data, topics: log.topics })
  const told = toldOf(eventName, args)
  if (told.length === 0) return
  const { transactionHash, logIndex, blockNumber } = log
  await inTransaction(link.db, async (tx) => {
    const inserted = await tx
      .insertInto('chain_logs')
      .values(
        told.map(({ part, args }) => ({
          chain_id: BigInt(link.chainId),
          transaction_hash: fromHex(transactionHash),
          log_index: logIndex,
          part,
          block_number: blockNumber,
          block_hash: fromHex(log.blockHash),
          contract: target,
          event: eventName,
          args: sql`${asText(args)}::jsonb` as never,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .returning('part')
      .execute()
    const isNew = new Set(inserted.map(({ part }) => part))
    const [first, ...more] = told.filter(({ part }) => isNew.has(part)).map(({ args }) => args)
    if (first === undefined) return
    const applier = appliers[eventName] as ((tx: Tx, args: unknown, log: ChainLog) => Promise<void>) | undefined
    // One by one, hundreds of redemptions would take thousands of statements, and the transaction its whole time.
    const whole = eventName === 'Redeemed' ? [first, ...more] : first
    await applier?.(tx, whole, { transactionHash, logIndex, blockNumber })
  })
}

/** Amounts as decimal text, so that SQL can sum them. */
function asText(args: unknown): string {
  return JSON.stringify(args, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
}
