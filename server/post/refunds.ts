import { sql } from 'kysely'
import type { Hex } from 'viem'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
import type { Cents } from '../../protocol/money.ts'
import { nextRefundAfter } from '../acceptances/acceptances.ts'
import { fromHex, toHex } from '../db/bytes.ts'
import type { Db } from '../db/database.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { reserve } from './guarantee.ts'
import { type Act, dropRefused, enqueueActs, mostRefunds, refusedAlone } from './lists.ts'
import { type Place, placeOf } from './places.ts'
import { isOvertaken } from './pots.ts'
import { compact } from './signed.ts'

interface Due {
  id: Buffer
  payment_id: Buffer
  note_id: Buffer
  merchant_id: number
  programme_id: number
  cents: Cents
  before_cents: Cents
}

/**
 * Orders refunds whose redemption is final, of each payment one, and the next one on a later evening, by chance: what leaves in
 * one call can be joined by whoever reads the chain. Of a note they go in their order: a refund names what was refunded before. A
 * merchant's refunds wait while a settlement of its claims is being drafted or started: both would take the same cents.
 */
export async function orderRefunds(deps: Deps): Promise<number> {
  await takeBackRefused(deps)
  const due = await findDue(deps.db, deps.now())
  let ordered = 0
  for (let first = 0; first < due.length; first += mostRefunds) {
    ordered += await orderList(deps, due.slice(first, first + mostRefunds))
  }
  return ordered
}

const unordered = { refunded_before_cents: null, reserved_cents: 0n, next_after: null }

/**
 * A refund that the contract refuses alone is ordered anew by what is true now. Until then its shop's claims are free: they
 * must not wait for it for ever.
 */
async function takeBackRefused(deps: Deps): Promise<void> {
  for (const { id, act } of await refusedAlone(deps.db, 'refund')) {
    await inTransaction(deps.db, async (tx) => {
      if (!(await dropRefused(tx, id))) return
      const refundId = fromHex(act.refundId)
      const refund = await tx
        .selectFrom('refunds')
        .select(['programme_id', 'reserved_cents'])
        .where('id', '=', refundId)
        .where('state', '=', 'queued')
        .forUpdate()
        .executeTakeFirst()
      if (refund === undefined) return
      await tx.updateTable('refunds').set(unordered).where('id', '=', refundId).execute()
      await tx
        .updateTable('programmes')
        .set((row) => ({ uncovered_cents: row('uncovered_cents', '-', refund.reserved_cents) }))
        .where('id', '=', refund.programme_id)
        .execute()
    })
  }
}

/** No other refund of the payment of `r` is on its way, or left so lately that this one would stand beside it. */
const isAlone = (now: Date) => sql<boolean>`not exists (
  select 1 from refunds other
  where other.payment_id = r.payment_id and other.id <> r.id
    and ((other.state = 'queued' and other.refunded_before_cents is not null) or other.next_after > ${now}))`

/**
 * Of each payment one, by chance, so that one that cannot leave does not stand in the way of the others for ever. Refunds
 * have random names: in their order, nothing stands together that was asked for together.
 */
async function findDue(db: Db, now: Date): Promise<Due[]> {
  const { rows } = await sql<Due>`
    select * from (
      select distinct on (r.payment_id) r.id, r.payment_id, r.note_id, r.merchant_id, r.programme_id, r.cents,
        (select coalesce(sum(b.cents), 0) from refunds b where b.note_id = r.note_id and b.state = 'final')::bigint
          as before_cents
      from refunds r join acceptances a on a.note_id = r.note_id
      where r.state = 'queued' and r.refunded_before_cents is null and a.state in ('final', 'guaranteed')
        and ${isAlone(now)}
        and not exists (
          select 1 from refunds e where e.note_id = r.note_id and e.state = 'queued'
            and (e.created_at, e.id) < (r.created_at, r.id))
      order by r.payment_id, random()) as due
    order by id`.execute(db)
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
  // Trees are grown before: nobody shall wait at a lock for the hashing of thousands of leaves.
  const places = await placesOf(deps.db, due)
  return await inTransaction(deps.db, async (tx) => {
    const free = await freeClaims(tx, owed)
    // Asked second: a settlement that was booked since the claims were read is no longer under way, and has taken of them.
    if (await isOvertaken(tx, { blockNumber })) return 0
    const acts: Act<'refund'>[] = []
    for (const refund of due) {
      const claim = free.get(refund.merchant_id)
      if (claim === undefined) continue
      const missing = refund.cents > claim ? refund.cents - claim : 0n
      const place = places.get(refund.id)
      if (place === undefined) throw new Error(`Note ${toHex(refund.note_id)} is redeemed and on no final sheet`)
      const act = await draw(tx, deps, refund, place, missing)
      if (act === null) continue
      free.set(refund.merchant_id, claim - (refund.cents - missing))
      acts.push(act)
    }
    return await enqueueActs(tx, 'refund', acts)
  })
}

/** Where the note of each stands; a note on a final sheet stays where it is. */
async function placesOf(db: Db, due: readonly Due[]): Promise<Map<Buffer, Place>> {
  const places = new Map<Buffer, Place>()
  for (const { id, note_id } of due) {
    const place = await placeOf(db, toHex(note_id))
    if (place !== null) places.set(id, place)
  }
  return places
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
async function draw(tx: Tx, deps: Deps, refund: Due, place: Place, missing: Cents): Promise<Act<'refund'> | null> {
  const now = deps.now()
  const nextAfter = nextRefundAfter(now, deps.config)
  // Asked again: another server that orders holds the same merchant, and has ordered before we got it.
  const taken = await sql`
    update refunds r
    set reserved_cents = ${missing}, refunded_before_cents = ${refund.before_cents}, next_after = ${nextAfter}
    where id = ${refund.id} and refunded_before_cents is null and ${isAlone(now)}
    returning 1`.execute(tx)
  if (taken.rows.length === 0) return null
  if (!(await reserve(tx, refund.programme_id, missing))) {
    await tx.updateTable('refunds').set(unordered).where('id', '=', refund.id).execute()
    return null
  }
  const noteId: Hex = toHex(refund.note_id)
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
