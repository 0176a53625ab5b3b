import { sql } from 'kysely'
import type { Hex } from 'viem'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
import type { Cents } from '../../protocol/money.ts'
import { fromHex, toHex } from '../db/bytes.ts'
import type { Db } from '../db/database.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { reserve } from './guarantee.ts'
import { type Act, enqueueActs, mostRefunds, refusedAlone } from './lists.ts'
import { placeOf } from './places.ts'
import { isOvertaken } from './pots.ts'
import { compact } from './signed.ts'

interface Due {
  id: Buffer
  note_id: Buffer
  merchant_id: number
  programme_id: number
  cents: Cents
  before_cents: Cents
}

/**
 * Orders refunds whose redemption is final, of each note one at a time: a refund names what was refunded before. A merchant's
 * refunds wait while a settlement of its claims is being drafted or started: both would take the same cents.
 */
export async function orderRefunds(deps: Deps): Promise<number> {
  await takeBackRefused(deps)
  const due = await findDue(deps.db)
  let ordered = 0
  for (let first = 0; first < due.length; first += mostRefunds) {
    ordered += await orderList(deps, due.slice(first, first + mostRefunds))
  }
  return ordered
}

/**
 * A refund that the contract refuses alone is ordered anew by what is true now. Until then its shop's claims are free: they
 * must not wait for it for ever.
 */
async function takeBackRefused(deps: Deps): Promise<void> {
  for (const { id, act } of await refusedAlone(deps.db, 'refund')) {
    await inTransaction(deps.db, async (tx) => {
      // Only while nobody signs it: the row is deleted in the same breath.
      const deleted = await sql`
        delete from outbox where id = ${id} and state in ('queued', 'reverted') and because is not null
        returning id`.execute(tx)
      if (deleted.rows.length === 0) return
      const refundId = fromHex(act.refundId)
      const refund = await tx
        .selectFrom('refunds')
        .select(['programme_id', 'reserved_cents'])
        .where('id', '=', refundId)
        .where('state', '=', 'queued')
        .forUpdate()
        .executeTakeFirst()
      if (refund === undefined) return
      const unordered = { refunded_before_cents: null, reserved_cents: 0n }
      await tx.updateTable('refunds').set(unordered).where('id', '=', refundId).execute()
      await tx
        .updateTable('programmes')
        .set((row) => ({ uncovered_cents: row('uncovered_cents', '-', refund.reserved_cents) }))
        .where('id', '=', refund.programme_id)
        .execute()
    })
  }
}

/** Refunds have random names: in their order, nothing stands together that was asked for together. */
async function findDue(db: Db): Promise<Due[]> {
  const { rows } = await sql<Due>`
    select r.id, r.note_id, r.merchant_id, r.programme_id, r.cents,
      (select coalesce(sum(b.cents), 0) from refunds b where b.note_id = r.note_id and b.state = 'final')::bigint
        as before_cents
    from refunds r join acceptances a on a.note_id = r.note_id
    where r.state = 'queued' and r.refunded_before_cents is null and a.state in ('final', 'guaranteed')
      and not exists (
        select 1 from refunds e where e.note_id = r.note_id and e.state = 'queued'
          and (e.refunded_before_cents is not null or (e.created_at, e.id) < (r.created_at, r.id)))
    order by r.id`.execute(db)
  return rows
}

async function orderList(deps: Deps, due: readonly Due[]): Promise<number> {
  const { indexed_block: blockNumber } = await deps.db
    .selectFrom('chain_cursor')
    .select('indexed_block')
    .executeTakeFirstOrThrow()
  const merchants = [...new Set(due.map(({ merchant_id }) => merchant_id))]
  const owed = new Map<number, Cents>()
  for (const merchant of merchants) owed.set(merchant, await owedAt(deps, merchant, blockNumber))
  return await inTransaction(deps.db, async (tx) => {
    const free = await freeClaims(tx, owed)
    // Asked second: a settlement that was booked since the claims were read is no longer under way, and has taken of them.
    if (await isOvertaken(tx, { blockNumber })) return 0
    const acts: Act<'refund'>[] = []
    for (const refund of due) {
      const claim = free.get(refund.merchant_id)
      if (claim === undefined) continue
      const missing = refund.cents > claim ? refund.cents - claim : 0n
      const act = await draw(tx, refund, missing)
      if (act === null) continue
      free.set(refund.merchant_id, claim - (refund.cents - missing))
      acts.push(act)
    }
    return await enqueueActs(tx, 'refund', acts)
  })
}

async function owedAt(deps: Deps, merchantId: number, blockNumber: bigint): Promise<Cents> {
  return await deps.chain.client.readContract({
    address: deps.chain.vouchers,
    abi: vouchersAbi,
    functionName: 'owedCents',
    args: [merchantId],
    blockNumber,
  })
}

/**
 * What each merchant is owed less what refunds under way will take of it; nobody of whom a settlement is being drafted.
 * Holds the merchants as a draft does, so that of a draft and a refund one sees the other.
 */
async function freeClaims(tx: Tx, owed: ReadonlyMap<number, Cents>): Promise<Map<number, Cents>> {
  const ids = sql.join([...owed.keys()])
  await sql`select id from merchants where id in (${ids}) order by id for no key update`.execute(tx)
  const { rows } = await sql<{ id: number; taken: Cents }>`
    select m.id, coalesce((
      select sum(r.cents - r.reserved_cents) from refunds r
      where r.state = 'queued' and r.merchant_id = m.id and r.refunded_before_cents is not null), 0)::bigint as taken
    from merchants m
    where m.id in (${ids}) and not exists (
      select 1 from settlement_lines l join settlements s on s.id = l.settlement_id
      where l.merchant_id = m.id and l.state in ('draft', 'settling') and s.state <> 'dropped')`.execute(tx)
  return new Map(
    rows.map(({ id, taken }) => {
      const free = (owed.get(id) ?? 0n) - taken
      return [id, free > 0n ? free : 0n]
    }),
  )
}

/** Null when the guarantee has too little free for what the merchant is no longer owed. */
async function draw(tx: Tx, refund: Due, missing: Cents): Promise<Act<'refund'> | null> {
  const taken = await tx
    .updateTable('refunds')
    .set({ reserved_cents: missing, refunded_before_cents: refund.before_cents })
    .where('id', '=', refund.id)
    .where('refunded_before_cents', 'is', null)
    .executeTakeFirst()
  if (taken.numUpdatedRows === 0n) return null
  if (!(await reserve(tx, refund.programme_id, missing))) {
    await sql`update refunds set reserved_cents = 0, refunded_before_cents = null where id = ${refund.id}`.execute(tx)
    return null
  }
  const noteId: Hex = toHex(refund.note_id)
  const place = await placeOf(tx, noteId)
  if (place === null) throw new Error(`Note ${noteId} is redeemed and on no final sheet`)
  const acceptance = await tx
    .selectFrom('acceptances')
    .select(['amount_cents', 'commitment', 'receipt_details', 'receipt_signature', 'merchant_id'])
    .where('note_id', '=', refund.note_id)
    .executeTakeFirstOrThrow()
  return {
    refundId: toHex(refund.id),
    place,
    receipt: {
      noteId,
      merchant: acceptance.merchant_id,
      amountCents: acceptance.amount_cents,
      commitment: toHex(acceptance.commitment),
      details: toHex(acceptance.receipt_details),
    },
    acceptor: compact(toHex(acceptance.receipt_signature)),
    cents: refund.cents,
    refundedBeforeCents: refund.before_cents,
  }
}
