import { sql } from 'kysely'
import { encodeFunctionData, type Hex, keccak256, type TransactionSerializable } from 'viem'
import { fromHex } from '../db/bytes.ts'
import { inTransaction } from '../db/transaction.ts'
import { abis, type Target } from './abis.ts'
import { fromJson } from './json.ts'
import type { Link } from './link.ts'
import { outbid, tooDear } from './outbid.ts'
import { type Lane, toldOf } from './outbox.ts'
import { answerOf, revertOf } from './rpcErrors.ts'
import { type UnderWay, watch } from './watcher.ts'

/** So many calls of one lane are sent in one round. */
const mostInARound = 16
/** What a call needs may grow between the estimate and its block. */
const gasMarginPercent = 30n
/** No transaction may have more (EIP-7825). */
const mostGas = 16_777_216n

export interface Relayer {
  /** Looks up what is under way, and sends what waits. True when anything changed. Never throws for a node's answer. */
  relay(): Promise<boolean>
}

/** Each call: nonce and signed bytes are fixed in the SQL transaction that takes the lane, and only then sent. */
export function createRelayer(link: Link): Relayer {
  const sentAt = new Map<bigint, number>()
  return {
    async relay() {
      let changed = await watch(link, (item) => sendAgain(link, sentAt, item))
      for (const lane of Object.keys(link.accounts) as Lane[]) {
        changed = (await sendWaiting(link, sentAt, lane)) || changed
      }
      return changed
    },
  }
}

interface Waiting {
  id: bigint
  kind: string
  target: Target
  call: unknown
  because: string | null
}

async function sendWaiting(link: Link, sentAt: Map<bigint, number>, lane: Lane): Promise<boolean> {
  const waiting = await link.db
    .selectFrom('outbox')
    .select(['id', 'kind', 'target', 'call', 'because'])
    .where('lane', '=', lane)
    .where('state', 'in', ['queued', 'reverted'])
    // What was refused stands last, in any order: many such calls must not keep the others from being looked at.
    .orderBy(sql`because is not null`)
    .orderBy(sql`case when because is null then id end`)
    .orderBy(sql`random()`)
    .limit(mostInARound)
    .execute()
  let changed = false
  for (const item of waiting) {
    const priced = await price(link, lane, item)
    // The node does not know: whatever follows in this lane may depend on this call, so it waits too.
    if (priced === 'unknown') return changed
    // The contract refuses: nothing is signed, and nobody stands behind it. It is asked again the next time.
    if (priced === 'refused') continue
    const raw = await sign(link, lane, item.id, priced)
    if (raw === null) continue
    changed = true
    sentAt.set(item.id, link.now().getTime())
    await broadcast(link, item, raw)
  }
  return changed
}

type Priced = Omit<TransactionSerializable & { type: 'eip1559' }, 'nonce'>

/** What the call would cost now, or why it cannot be sent. */
async function price(link: Link, lane: Lane, item: Waiting): Promise<Priced | 'refused' | 'unknown'> {
  const { functionName, args } = fromJson(item.call) as { functionName: string; args: unknown[] }
  const address = link.contracts[item.target]
  const account = link.accounts[lane]
  try {
    const call = { abi: abis[item.target] as readonly unknown[], functionName, args } as const
    const [gas, fees, balance] = await Promise.all([
      link.client.estimateContractGas({ ...call, address, account } as never),
      link.client.estimateFeesPerGas(),
      link.client.getBalance({ address: account.address }),
    ])
    if (fees.maxFeePerGas > link.mostFeePerGas) {
      link.log.error({ lane, ...toldOf(item) }, tooDear)
      return 'unknown'
    }
    if (gas > mostGas) {
      await note(link, item, `TooMuchGas(${gas}, ${mostGas})`)
      return 'refused'
    }
    const wanted = (gas * (100n + gasMarginPercent)) / 100n
    const gasWithMargin = wanted < mostGas ? wanted : mostGas
    if (balance < 2n * gasWithMargin * fees.maxFeePerGas) {
      link.log.error({ lane, balance: String(balance) }, 'The balance of a lane is low: top it up, or posting stops')
    }
    const data = encodeFunctionData(call as never)
    return { type: 'eip1559', chainId: link.chainId, to: address, data, gas: gasWithMargin, ...fees }
  } catch (error) {
    const because = revertOf(error)
    if (because !== null) await note(link, item, because)
    else link.log.warn({ lane, ...toldOf(item), answer: answerOf(error) }, 'The node gave no estimate')
    return because === null ? 'unknown' : 'refused'
  }
}

async function note(link: Link, item: Waiting, because: string): Promise<void> {
  if (item.because === because) return
  link.log.warn(toldOf(item, because), 'The contract would refuse this call; it waits')
  await link.db
    .updateTable('outbox')
    .set({ because })
    .where('id', '=', item.id)
    .where('state', 'in', ['queued', 'reverted'])
    .execute()
}

/**
 * Null when another server was faster. What it was signed as before has reverted, or can never be mined, for good: it tells
 * nothing of the new bytes, whose nonce must be used, or the lane stands still behind it.
 */
async function sign(link: Link, name: Lane, id: bigint, priced: Priced): Promise<Hex | null> {
  return await inTransaction(link.db, async (tx) => {
    const lane = await tx
      .selectFrom('lanes')
      .select('next_nonce')
      .where('name', '=', name)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const item = await tx.selectFrom('outbox').select('state').where('id', '=', id).forUpdate().executeTakeFirst()
    if (item === undefined || (item.state !== 'queued' && item.state !== 'reverted')) return null

    const raw = await link.accounts[name].signTransaction({ ...priced, nonce: Number(lane.next_nonce) })
    await sql`
      update outbox
      set state = 'signed', nonce = ${lane.next_nonce}, raw = ${fromHex(raw)}, gas = ${priced.gas ?? null}, because = null,
          block_number = null, block_hash = null, hash = ${fromHex(keccak256(raw))}, earlier_hashes = '{}'
      where id = ${id}`.execute(tx)
    await tx
      .updateTable('lanes')
      .set({ next_nonce: lane.next_nonce + 1n })
      .where('name', '=', name)
      .execute()
    return raw
  })
}

async function sendAgain(link: Link, sentAt: Map<bigint, number>, item: UnderWay) {
  const now = link.now().getTime()
  if (now - (sentAt.get(item.id) ?? 0) < link.resendAfterSeconds * 1000) return
  sentAt.set(item.id, now)
  await broadcast(link, item, await outbid(link, item))
}

/** Whatever the node answers, the bytes may have been taken: only looking the hash up tells. */
async function broadcast(link: Link, item: Pick<Waiting, 'id' | 'kind'>, raw: Hex): Promise<void> {
  try {
    await link.client.sendRawTransaction({ serializedTransaction: raw })
  } catch (error) {
    const answer = answerOf(error)
    if (answer === 'already_there' || answer === 'nonce_used') return
    const because = error instanceof Error ? error.message.split('\n')[0] : String(error)
    link.log.warn({ ...toldOf(item), answer, because }, 'The node did not clearly take a transaction; it is looked up')
  }
}
