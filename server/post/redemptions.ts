import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Hex } from 'viem'
import { enqueue } from '../chain/outbox.ts'
import { toHex } from '../db/bytes.ts'
import type { Db } from '../db/database.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { batchesOf, type Due } from './batches.ts'
import { enqueueActs, mostRevoked } from './lists.ts'
import { groupsOf, type Posting, type Single } from './packed.ts'
import { siblingsIn, treesOf } from './places.ts'
import { shuffled } from './shuffle.ts'
import { compact, type ReceiptProof, signBatch } from './signed.ts'
import type { Tree } from './tree.ts'
import { bySheet } from './usedPlaces.ts'

/** One run orders at most so many; the next goes on. */
const mostInARun = 2000

/**
 * Orders to post what is due: accepted, past its undo window, on a final sheet. A batch is shared out by sheets, across
 * shops, and of one payment holds one note at a time, so that nothing on chain stands together because it was paid together.
 *
 * Each batch is one SQL transaction: what was ordered stays ordered, whatever becomes of the next.
 */
export async function orderRedemptions(deps: Deps): Promise<number> {
  let ordered = 0
  for (const batch of batchesOf(await findDue(deps.db, deps.now()))) {
    const trees = await treesOf(
      deps.db,
      batch.map(({ sheet }) => sheet),
    )
    ordered += await inTransaction(deps.db, (tx) => orderBatch(tx, deps, batch, trees))
  }
  return ordered
}

/** Of one payment one note: the next waits until this one is final. */
const isAlone = sql`not exists (
  select 1 from acceptances other
  where other.payment_id = a.payment_id and other.state = 'posted' and other.skipped is null)`

async function findDue(db: Db, now: Date): Promise<Due[]> {
  const { rows } = await sql<{ note_id: Buffer; sheet_id: Buffer; depth: number; leaf_index: number }>`
    select distinct on (a.payment_id) a.note_id, n.sheet_id, s.depth, n.leaf_index
    from acceptances a
      join notes n on n.id = a.note_id
      join sheets s on s.id = n.sheet_id
    where a.state = 'accepted' and a.post_after <= ${now} and s.state in ('final', 'closing', 'closed') and ${isAlone}
    order by a.payment_id, a.post_after, a.note_id
    limit ${mostInARun}`.execute(db)
  return rows.map(({ note_id, sheet_id, depth, leaf_index }) => {
    return { noteId: note_id, sheet: toHex(sheet_id), depth, index: leaf_index }
  })
}

async function orderBatch(tx: Tx, deps: Deps, due: readonly Due[], trees: Map<Hex, Tree>): Promise<number> {
  const noteIds = await takeDue(
    tx,
    due.map(({ noteId }) => noteId),
  )
  if (noteIds.length === 0) return 0
  const accepted = await postingsOf(tx, noteIds)
  const groups = shuffled(groupsOf(accepted, siblingsIn(trees)))
  const signature = await signBatch(deps.chain, deps.keys.acceptor, groups)
  await enqueue(tx, {
    subject: `redeem:${randomUUID()}`,
    kind: 'redeem',
    lane: 'relayer',
    target: 'vouchers',
    functionName: 'redeem',
    args: [signature, groups],
  })
  return accepted.length
}

/** Marks what is still due as posted and answers it. Notes before acceptances: everybody locks in that order. */
async function takeDue(tx: Tx, ids: readonly Buffer[]): Promise<Buffer[]> {
  await tx.selectFrom('notes').select('id').where('id', 'in', ids).orderBy('id').forUpdate().execute()
  // An undo may have been faster than our lock: only what is accepted still is posted.
  const { rows } = await sql<{ note_id: Buffer }>`
    update acceptances a set state = 'posted', was_posted = true
    where note_id in (${sql.join(ids)}) and state = 'accepted' and ${isAlone}
    returning note_id`.execute(tx)
  const postedIds = rows.map((row) => row.note_id)
  if (postedIds.length === 0) return []
  await tx.updateTable('notes').set({ state: 'posted' }).where('id', 'in', postedIds).execute()
  return postedIds
}

/** Orders one acceptance alone, sent by the acceptor itself: no batch and no carrier needs to be signed for. */
export async function orderOne(tx: Tx, { sheet, merchant, item, siblings }: Single): Promise<void> {
  await enqueue(tx, {
    subject: `redeem:${randomUUID()}`,
    kind: 'redeem',
    lane: 'acceptor',
    target: 'vouchers',
    functionName: 'redeemOne',
    args: [sheet, merchant, item, siblings],
  })
}

/** An acceptance with what a till keeps of it, before it is packed. */
export interface Accepted extends Posting {
  receipt: ReceiptProof
}

/** Acceptances as they are packed. Throws when the sheet of one is not final. */
export async function postingsOf(tx: Tx, noteIds: readonly Buffer[]): Promise<Accepted[]> {
  const rows = await tx
    .selectFrom('acceptances')
    .innerJoin('notes', 'notes.id', 'acceptances.note_id')
    .innerJoin('sheets', 'sheets.id', 'notes.sheet_id')
    .selectAll('acceptances')
    .select(['notes.sheet_id', 'notes.leaf_index', 'notes.cap_cents'])
    .where('acceptances.note_id', 'in', noteIds)
    .where('sheets.state', '<>', 'queued')
    .execute()
  if (rows.length !== noteIds.length) throw new Error('A note is on no final sheet')
  return rows.map((row) => ({
    sheet: toHex(row.sheet_id as Buffer),
    index: row.leaf_index as number,
    capCents: row.cap_cents,
    amountCents: row.amount_cents,
    spend: {
      noteId: toHex(row.note_id),
      merchant: row.merchant_id,
      mostCents: row.most_cents,
      deadline: BigInt(Math.floor(row.deadline.getTime() / 1000)),
      commitment: toHex(row.commitment),
    },
    signature: toHex(row.signature),
    receipt: { details: toHex(row.receipt_details), acceptor: compact(toHex(row.receipt_signature)) },
  }))
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
      limit ${mostInARun}
      for update of a`.execute(tx)
    const mixed = shuffled(rows)
    for (let first = 0; first < mixed.length; first += mostRevoked) {
      const places = mixed.slice(first, first + mostRevoked)
      const named = places.map((place) => ({ sheet: toHex(place.sheet_id), index: BigInt(place.leaf_index) }))
      await enqueueActs(tx, 'revoke', bySheet(named))
    }
    if (rows.length > 0) {
      const ids = rows.map((row) => row.note_id)
      const wanted = tx.updateTable('acceptances').set({ revoke_state: 'queued' }).where('revoke_state', '=', 'wanted')
      await wanted.where('note_id', 'in', ids).execute()
    }
    return rows.length
  })
}
