import { sql } from 'kysely'
import { type Hex, hexToBigInt } from 'viem'
import { fromHex, toHex } from '../db/bytes.ts'
import { abis, type Target } from './abis.ts'
import { fromJson } from './json.ts'
import type { Link } from './link.ts'
import { type Lane, toldOf } from './outbox.ts'
import { answerOf, revertOf } from './rpcErrors.ts'

export interface UnderWay {
  id: bigint
  kind: string
  lane: Lane
  raw: Hex
}

interface Item extends UnderWay {
  target: Target
  call: unknown
  state: 'signed' | 'mined'
  nonce: bigint
  hashes: Hex[]
  blockHash: Hex | null
}

interface Receipt {
  blockNumber: bigint
  blockHash: Hex
  succeeded: boolean
}

/**
 * Looks up every transaction that is under way. Final is what stands in the canonical block at or below the finalized one;
 * mined is not final: a transaction whose block left the chain is handed to `sendAgain`, as is one that nobody has seen.
 */
export async function watch(link: Link, sendAgain: (item: UnderWay) => Promise<void>): Promise<boolean> {
  const items = await underWay(link)
  if (items.length === 0) return false
  let changed = false
  try {
    const finalized = await link.client.getBlock({ blockTag: 'finalized' })
    for (const item of items) changed = (await look(link, finalized.number, item, sendAgain)) || changed
  } catch (error) {
    // Unknown, never failed: nothing is concluded, and the same is asked again the next time.
    link.log.warn({ answer: answerOf(error) }, 'The node did not tell what became of transactions')
  }
  return changed
}

async function underWay(link: Link): Promise<Item[]> {
  const rows = await link.db
    .selectFrom('outbox')
    .selectAll()
    .where('state', 'in', ['signed', 'mined'])
    .orderBy('lane')
    .orderBy('nonce')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    lane: row.lane as Lane,
    target: row.target,
    call: row.call,
    state: row.state as Item['state'],
    nonce: row.nonce ?? 0n,
    raw: toHex(row.raw ?? new Uint8Array()),
    hashes: [...(row.hash === null ? [] : [toHex(row.hash)]), ...row.earlier_hashes.map((hash) => toHex(hash))],
    blockHash: row.block_hash === null ? null : toHex(row.block_hash),
  }))
}

async function look(link: Link, finalizedNumber: bigint, item: Item, sendAgain: (item: UnderWay) => Promise<void>) {
  const receipt = await receiptOf(link, item.hashes)
  const isFinal = receipt !== null && receipt.blockNumber <= finalizedNumber
  if (receipt !== null && isFinal && (await isCanonical(link, receipt))) {
    if (receipt.succeeded) return await set(link, item, 'final', receipt, null)
    return await set(link, item, 'reverted', receipt, await whyReverted(link, item, receipt))
  }
  if (receipt !== null && !isFinal) {
    if (item.state === 'mined' && item.blockHash === receipt.blockHash) return false
    return await set(link, item, 'mined', receipt, null)
  }
  if (item.state === 'mined') {
    link.log.warn(toldOf(item), 'The block of a transaction left the chain: the same bytes go out again')
    await set(link, item, 'signed', null, null)
  } else if (await isNonceTaken(link, finalizedNumber, item)) {
    link.log.error(toldOf(item), 'Another transaction took this nonce for good: the same call is signed anew')
    return await set(link, item, 'queued', null, 'nonce taken')
  }
  await sendAgain(item)
  return item.state === 'mined'
}

async function receiptOf(link: Link, hashes: Hex[]): Promise<Receipt | null> {
  for (const hash of hashes) {
    const receipt = await link.client.request({ method: 'eth_getTransactionReceipt', params: [hash] })
    if (receipt === null) continue
    const { blockNumber, blockHash, status } = receipt
    return { blockNumber: hexToBigInt(blockNumber), blockHash, succeeded: status === '0x1' }
  }
  return null
}

async function isCanonical(link: Link, receipt: Receipt): Promise<boolean> {
  const block = await link.client.getBlock({ blockNumber: receipt.blockNumber })
  return block.hash === receipt.blockHash
}

/** True only at finality and when none of our own bytes did it: then these bytes can never be mined. */
async function isNonceTaken(link: Link, finalizedNumber: bigint, item: Item): Promise<boolean> {
  const address = link.accounts[item.lane].address
  const used = await link.client.getTransactionCount({ address, blockNumber: finalizedNumber })
  return BigInt(used) > item.nonce && (await receiptOf(link, item.hashes)) === null
}

/** Asks for the same call again on the block before: the receipt itself gives no reason. */
async function whyReverted(link: Link, item: Item, receipt: Receipt): Promise<string> {
  const { functionName, args } = fromJson(item.call) as { functionName: string; args: unknown[] }
  try {
    const call = { abi: abis[item.target], address: link.contracts[item.target], functionName, args }
    const blockNumber = receipt.blockNumber - 1n
    await link.client.simulateContract({ ...call, account: link.accounts[item.lane], blockNumber } as never)
    return `reverted in block ${receipt.blockNumber}`
  } catch (error) {
    return revertOf(error) ?? `reverted in block ${receipt.blockNumber}`
  }
}

type State = 'queued' | 'signed' | 'mined' | 'final' | 'reverted'

/** Conditional: of two servers that look at the same moment, one changes the row. */
async function set(
  link: Link,
  item: Item,
  state: State,
  receipt: Receipt | null,
  because: string | null,
): Promise<boolean> {
  if (state === 'reverted') link.log.error(toldOf(item, because), 'A transaction reverted')
  const result = await link.db
    .updateTable('outbox')
    .set({
      state,
      because,
      block_number: receipt?.blockNumber ?? null,
      block_hash: receipt === null ? null : fromHex(receipt.blockHash),
    })
    .where('id', '=', item.id)
    .where('state', '=', item.state)
    .where(sql<boolean>`nonce = ${item.nonce}`)
    // Outbid meanwhile: what was looked up were not the bytes of now.
    .where('hash', '=', fromHex(item.hashes[0] ?? '0x'))
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}
