import { sql } from 'kysely'
import { type Hex, keccak256, parseTransaction, type TransactionSerializedEIP1559 } from 'viem'
import { fromHex } from '../db/bytes.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Link } from './link.ts'
import { toldOf } from './outbox.ts'
import { answerOf } from './rpcErrors.ts'
import type { UnderWay } from './watcher.ts'

export interface Fees {
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
}

export const tooDear = 'The network asks more for gas than MOST_FEE_GWEI: posting waits'

/** Nodes take another transaction with a nonce that they hold only for so much more: an eighth, of both fees. */
const stepsUp = (fee: bigint) => fee + (fee + 7n) / 8n
const greater = (one: bigint, other: bigint) => (one > other ? one : other)
const lesser = (one: bigint, other: bigint) => (one < other ? one : other)

/**
 * What to pay where these fees are too little for the market, in whole eighths of what was paid before; null where they are
 * enough, or where more than `mostFee` would be needed.
 */
export function dearer(signed: Fees, market: Fees, baseFee: bigint, mostFee: bigint): Fees | null {
  const isEnough =
    signed.maxPriorityFeePerGas >= market.maxPriorityFeePerGas &&
    signed.maxFeePerGas >= baseFee + market.maxPriorityFeePerGas
  if (isEnough) return null
  const least = stepsUp(signed.maxFeePerGas)
  const leastTip = stepsUp(signed.maxPriorityFeePerGas)
  if (greater(least, leastTip) > mostFee) return null
  const maxFeePerGas = lesser(greater(market.maxFeePerGas, least), mostFee)
  return {
    maxFeePerGas,
    maxPriorityFeePerGas: lesser(greater(market.maxPriorityFeePerGas, leastTip), maxFeePerGas),
  }
}

/**
 * Signs the same call with the same nonce for a higher fee, where the market has left the old one behind. Fixed in the
 * database before anybody sends it; the hashes of before are kept, since any of them may still be mined.
 *
 * @returns the bytes to send: new ones, or those of before.
 */
export async function outbid(link: Link, item: UnderWay): Promise<Hex> {
  const { lane } = item
  const {
    maxFeePerGas = 0n,
    maxPriorityFeePerGas = 0n,
    ...call
  } = parseTransaction(item.raw as TransactionSerializedEIP1559)
  const asked = await marketOf(link)
  if (asked === null) return item.raw
  const fees = dearer({ maxFeePerGas, maxPriorityFeePerGas }, asked.market, asked.baseFee, link.mostFeePerGas)
  if (fees === null) {
    if (asked.baseFee > maxFeePerGas) link.log.error({ ...toldOf(item), lane }, tooDear)
    return item.raw
  }
  const { chainId, to, data, gas, nonce } = call
  const raw = await link.accounts[lane].signTransaction({
    ...fees,
    type: 'eip1559',
    chainId,
    to: to ?? null,
    data: data ?? '0x',
    gas: gas ?? 0n,
    nonce: nonce ?? 0,
  })
  const isKept = await inTransaction(link.db, async (tx) => {
    const { rows } = await sql`
      update outbox
      set raw = ${fromHex(raw)}, hash = ${fromHex(keccak256(raw))}, earlier_hashes = earlier_hashes || hash
      where id = ${item.id} and state = 'signed' and hash = ${fromHex(keccak256(item.raw))}
      returning 1`.execute(tx)
    return rows.length === 1
  })
  // Another server was faster: it sends what it has signed.
  if (!isKept) return item.raw
  link.log.info({ ...toldOf(item), lane }, 'A transaction stood too long and goes out for a higher fee')
  return raw
}

/** Null when the node does not say: then the bytes of before go out. */
async function marketOf(link: Link): Promise<{ market: Fees; baseFee: bigint } | null> {
  try {
    const [market, latest] = await Promise.all([link.client.estimateFeesPerGas(), link.client.getBlock()])
    return { market, baseFee: latest.baseFeePerGas ?? 0n }
  } catch (error) {
    link.log.warn({ answer: answerOf(error) }, 'The node did not say what gas costs')
    return null
  }
}
