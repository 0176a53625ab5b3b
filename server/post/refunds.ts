import { sql } from 'kysely'
import type { Hex } from 'viem'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
import type { Cents } from '../../protocol/money.ts'
import { enqueue } from '../chain/outbox.ts'
import { toHex } from '../db/bytes.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { isNoRoom, reserve } from './guarantee.ts'
import { placeOf } from './places.ts'
import { isOvertaken } from './pots.ts'
import { compact } from './signed.ts'

interface Due {
  id: Buffer
  note_id: Buffer
  merchant_id: number
  programme_id: number
  cents: Cents
}

/**
 * Orders refunds whose redemption is final. A merchant's refunds wait while a settlement of its claims is being drafted or
 * started: both would take the same cents.
 */
export async function orderRefunds(deps: Deps): Promise<number> {
  const { rows } = await sql<Due>`
    select r.id, r.note_id, r.merchant_id, r.programme_id, r.cents
    from refunds r join acceptances a on a.note_id = r.note_id
    where r.state = 'queued' and a.state in ('final', 'guaranteed')
      and not exists (select 1 from outbox o where o.subject = 'refund:0x' || encode(r.id, 'hex'))
    order by r.merchant_id, r.created_at, r.id`.execute(deps.db)
  const claims = new Map<number, Claim>()
  let ordered = 0
  for (const refund of rows) {
    const claim = claims.get(refund.merchant_id) ?? (await freeClaim(deps, refund.merchant_id))
    const missing = refund.cents > claim.cents ? refund.cents - claim.cents : 0n
    const isNew = await inTransaction(deps.db, (tx) => order(tx, refund, missing, claim)).catch((error: unknown) => {
      if (isNoRoom(error)) return false
      throw error
    })
    if (isNew) {
      claims.set(refund.merchant_id, { ...claim, cents: claim.cents - (refund.cents - missing) })
      ordered++
    } else claims.delete(refund.merchant_id)
  }
  return ordered
}

interface Claim {
  cents: Cents
  blockNumber: bigint
}

/** What the merchant is owed at the last block read, less what refunds under way will take of it. */
async function freeClaim(deps: Deps, merchantId: number): Promise<Claim> {
  const cursor = await deps.db.selectFrom('chain_cursor').select('indexed_block').executeTakeFirstOrThrow()
  const owed = await deps.chain.client.readContract({
    address: deps.chain.vouchers,
    abi: vouchersAbi,
    functionName: 'owedCents',
    args: [merchantId],
    blockNumber: cursor.indexed_block,
  })
  const { rows } = await sql<{ cents: bigint }>`
    select coalesce(sum(r.cents - r.reserved_cents), 0) as cents
    from refunds r join outbox o on o.subject = 'refund:0x' || encode(r.id, 'hex')
    where r.state = 'queued' and r.merchant_id = ${merchantId}`.execute(deps.db)
  const free = owed - (rows[0]?.cents ?? 0n)
  return { cents: free > 0n ? free : 0n, blockNumber: cursor.indexed_block }
}

async function order(tx: Tx, refund: Due, missing: Cents, claim: Claim): Promise<boolean> {
  if (await isBeingSettled(tx, refund.merchant_id)) return false
  // Asked second: a settlement that was booked since the claim was read is no longer under way, and has taken of it.
  if (await isOvertaken(tx, claim)) return false
  const noteId = toHex(refund.note_id)
  const place = await placeOf(tx, noteId)
  if (place === null) throw new Error(`Note ${noteId} is redeemed and on no final sheet`)
  const acceptance = await tx
    .selectFrom('acceptances')
    .select(['amount_cents', 'commitment', 'receipt_details', 'receipt_signature', 'merchant_id'])
    .where('note_id', '=', refund.note_id)
    .executeTakeFirstOrThrow()
  const receipt = {
    noteId: noteId as Hex,
    merchant: acceptance.merchant_id,
    amountCents: acceptance.amount_cents,
    commitment: toHex(acceptance.commitment),
    details: toHex(acceptance.receipt_details),
  }
  const isNew = await enqueue(tx, {
    subject: `refund:${toHex(refund.id)}`,
    kind: 'refund',
    lane: 'finance',
    target: 'vouchers',
    functionName: 'refund',
    args: [toHex(refund.id), place, receipt, compact(toHex(acceptance.receipt_signature)), refund.cents],
  })
  if (!isNew) return false
  await tx.updateTable('refunds').set({ reserved_cents: missing }).where('id', '=', refund.id).execute()
  return await reserve(tx, refund.programme_id, missing)
}

/** Holds the merchant as a draft does, so that of a draft and a refund one sees the other. */
async function isBeingSettled(tx: Tx, merchantId: number): Promise<boolean> {
  await sql`select id from merchants where id = ${merchantId} for no key update`.execute(tx)
  const { rows } = await sql`
    select 1 from settlement_lines l join settlements s on s.id = l.settlement_id
    where l.merchant_id = ${merchantId} and l.state in ('draft', 'settling') and s.state <> 'dropped'
    limit 1`.execute(tx)
  return rows.length > 0
}
