import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Hex } from 'viem'
import { enqueue } from '../chain/outbox.ts'
import { fromHex, toHex } from '../db/bytes.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { proofOf } from './places.ts'
import { shuffled } from './shuffle.ts'
import { type Group, type Item, signBatch } from './signed.ts'

/** Half of what the contract takes, and a block's gas is far from spent. */
const mostItems = 100
/** One run orders at most so many; the next goes on. */
const mostInARun = 2000

/**
 * Orders to post what is due: accepted, past its undo window, on a final sheet. Shuffled across shops, and of one payment one
 * note at a time, so that nothing on chain stands together because it was paid together.
 */
export async function orderRedemptions(deps: Deps): Promise<number> {
  return await inTransaction(deps.db, async (tx) => {
    const due = shuffled(await takeDue(tx, deps.now()))
    for (let first = 0; first < due.length; first += mostItems) {
      await orderBatch(tx, deps, due.slice(first, first + mostItems))
    }
    return due.length
  })
}

/** Marks what is due as posted and answers it. Notes before acceptances: everybody locks in that order. */
async function takeDue(tx: Tx, now: Date): Promise<Buffer[]> {
  const { rows } = await sql<{ note_id: Buffer }>`
    select distinct on (a.payment_id) a.note_id
    from acceptances a
      join notes n on n.id = a.note_id
      join sheets s on s.id = n.sheet_id
    where a.state = 'accepted' and a.post_after <= ${now} and s.state in ('final', 'closing', 'closed')
      and not exists (
        select 1 from acceptances other
        where other.payment_id = a.payment_id and other.state = 'posted' and other.skipped is null)
    order by a.payment_id, a.post_after, a.note_id
    limit ${mostInARun}`.execute(tx)
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.note_id)
  await tx.selectFrom('notes').select('id').where('id', 'in', ids).orderBy('id').forUpdate().execute()
  // An undo may have been faster than our lock: only what is accepted still is posted.
  const posted = await tx
    .updateTable('acceptances')
    .set({ state: 'posted' })
    .where('note_id', 'in', ids)
    .where('state', '=', 'accepted')
    .returning('note_id')
    .execute()
  const postedIds = posted.map((row) => row.note_id)
  if (postedIds.length === 0) return []
  await tx.updateTable('notes').set({ state: 'posted' }).where('id', 'in', postedIds).execute()
  return postedIds
}

async function orderBatch(tx: Tx, deps: Deps, noteIds: readonly Buffer[]): Promise<void> {
  const groups = new Map<string, Group & { items: Item[] }>()
  for (const noteId of noteIds) {
    const { sheet, merchant, item } = await itemOf(tx, toHex(noteId))
    const key = `${sheet} ${merchant}`
    const group = groups.get(key) ?? { sheet, merchant, items: [] }
    group.items.push(item)
    groups.set(key, group)
  }
  await orderGroups(tx, deps, [...groups.values()])
}

export async function orderGroups(tx: Tx, deps: Deps, groups: readonly Group[]): Promise<void> {
  const signature = await signBatch(deps.chain, deps.keys.acceptor, groups)
  await enqueue(tx, {
    subject: `redeem:${randomUUID()}`,
    kind: 'redeem',
    lane: 'relayer',
    target: 'vouchers',
    functionName: 'redeem',
    args: [groups, signature],
  })
}

export interface Posting {
  sheet: Hex
  merchant: number
  item: Item
  details: Hex
  receiptSignature: Hex
}

/** An acceptance as the contract takes it. Throws for a note whose sheet is not final. */
export async function itemOf(tx: Tx, noteId: Hex): Promise<Posting> {
  const place = await proofOf(tx, noteId)
  if (place === null) throw new Error(`Note ${noteId} is on no final sheet`)
  const acceptance = await tx
    .selectFrom('acceptances')
    .selectAll()
    .where('note_id', '=', fromHex(noteId))
    .executeTakeFirstOrThrow()
  const item: Item = {
    index: place.index,
    capCents: place.capCents,
    amountCents: acceptance.amount_cents,
    spend: {
      noteId,
      merchant: acceptance.merchant_id,
      mostCents: acceptance.most_cents,
      deadline: BigInt(Math.floor(acceptance.deadline.getTime() / 1000)),
      commitment: toHex(acceptance.commitment),
    },
    signature: toHex(acceptance.signature),
    proof: place.proof,
  }
  return {
    sheet: place.sheet,
    merchant: acceptance.merchant_id,
    item,
    details: toHex(acceptance.receipt_details),
    receiptSignature: toHex(acceptance.receipt_signature),
  }
}

/** Orders that undone acceptances, whose receipts are out, can never be posted by anybody. */
export async function orderRevokes(deps: Deps): Promise<number> {
  return await inTransaction(deps.db, async (tx) => {
    // A note that was on no sheet has no leaf, and after its undo it never gets one.
    await sql`
      update acceptances set revoke_state = 'final'
      where revoke_state = 'wanted' and note_id in (select id from notes where sheet_id is null)`.execute(tx)
    const { rows } = await sql<{ note_id: Buffer; sheet_id: Buffer; leaf_index: number }>`
      select a.note_id, n.sheet_id, n.leaf_index
      from acceptances a
        join notes n on n.id = a.note_id
        join sheets s on s.id = n.sheet_id
      where a.revoke_state = 'wanted' and s.state <> 'queued'
      limit ${mostInARun}`.execute(tx)
    for (const [sheet, places] of Map.groupBy(rows, (row) => toHex(row.sheet_id))) {
      const indexes = shuffled(places.map((place) => BigInt(place.leaf_index)))
      await enqueue(tx, {
        subject: `revoke:${randomUUID()}`,
        kind: 'revoke',
        lane: 'acceptor',
        target: 'vouchers',
        functionName: 'revoke',
        args: [sheet, indexes],
      })
      await tx
        .updateTable('acceptances')
        .set({ revoke_state: 'queued' })
        .where(
          'note_id',
          'in',
          places.map((place) => place.note_id),
        )
        .where('revoke_state', '=', 'wanted')
        .execute()
    }
    return rows.length
  })
}
