import { sql } from 'kysely'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
import type { Cents } from '../../protocol/money.ts'
import { enqueue } from '../chain/outbox.ts'
import { toHex } from '../db/bytes.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { singleOf } from './packed.ts'
import { siblingsIn, treesOf } from './places.ts'
import { postingsOf } from './redemptions.ts'

const noRoom = new Error('The guarantee has too little that is free')

/**
 * Orders from the guarantee what the chain refused for good; answers how many. An acceptance is ordered once. What the
 * guarantee has no free cents for waits until it has.
 */
export async function orderGuarantees(deps: Deps): Promise<number> {
  await dropRefused(deps)
  const waiting = await deps.db
    .selectFrom('acceptances')
    .innerJoin('notes', 'notes.id', 'acceptances.note_id')
    .select(['acceptances.note_id', 'acceptances.programme_id', 'acceptances.amount_cents', 'notes.sheet_id'])
    .where('acceptances.state', '=', 'posted')
    .where('acceptances.skipped', 'is not', null)
    .where('acceptances.skipped', '<>', 'AlreadyUsed')
    .orderBy('acceptances.note_id')
    .execute()
  let ordered = 0
  for (const { note_id, programme_id, amount_cents, sheet_id } of waiting) {
    // Grown before: nobody shall wait at a lock for the hashing of a thousand leaves.
    const trees = await treesOf(deps.db, sheet_id === null ? [] : [toHex(sheet_id)])
    const isNew = await inTransaction(deps.db, async (tx) => {
      const [accepted] = await postingsOf(tx, [note_id])
      if (accepted === undefined) return false
      const { sheet, merchant, item, siblings } = singleOf(accepted, siblingsIn(trees))
      const isNew = await enqueue(tx, {
        subject: `guarantee:${toHex(note_id)}`,
        kind: 'payGuarantee',
        lane: 'finance',
        target: 'vouchers',
        functionName: 'payGuarantee',
        args: [sheet, merchant, item, siblings, accepted.receipt],
      })
      // Thrown, so that the order is undone too.
      if (isNew && !(await reserve(tx, programme_id, amount_cents))) throw noRoom
      return isNew
    }).catch((error: unknown) => {
      if (error === noRoom) return false
      throw error
    })
    if (isNew) ordered++
  }
  return ordered
}

/** An acceptance that no longer waits for anything. */
export interface Finished {
  note_id: Buffer
  programme_id: number
  amount_cents: Cents
}

/**
 * Gives back what the orders of these acceptances set aside, and takes back those that are not on their way. Once: called in
 * the transaction in which they no longer wait for the guarantee. Acceptances without an order are left.
 */
export async function endOrders(tx: Tx, finished: readonly Finished[]): Promise<void> {
  const bySubject = new Map(finished.map((one) => [`guarantee:${toHex(one.note_id)}`, one]))
  const ordered = await tx
    .selectFrom('outbox')
    .select('subject')
    .where('subject', 'in', [...bySubject.keys()])
    .execute()
  if (ordered.length === 0) return
  const subjects = ordered.map(({ subject }) => subject)
  await tx.deleteFrom('outbox').where('subject', 'in', subjects).where('state', 'in', ['queued', 'reverted']).execute()
  const reserved = subjects.flatMap((subject) => bySubject.get(subject) ?? [])
  for (const [programme_id, ofProgramme] of Map.groupBy(reserved, (one) => one.programme_id)) {
    const amount_cents = ofProgramme.reduce((sum, one) => sum + one.amount_cents, 0n)
    await giveBack(tx, { programme_id, amount_cents })
  }
}

interface RefusedOrder {
  id: bigint
  note_id: Buffer
  sheet_id: Buffer
  leaf_index: number
}

/** Takes back the orders that the chain will never pay: their note is used there. */
async function dropRefused(deps: Deps): Promise<void> {
  const { rows } = await sql<RefusedOrder>`
    select o.id, n.id as note_id, n.sheet_id, n.leaf_index
    from outbox o join notes n on o.subject = 'guarantee:0x' || encode(n.id, 'hex')
    where o.kind = 'payGuarantee' and o.state in ('queued', 'reverted')
      and o.because ~ '^Already(Used|Guaranteed)'
    order by n.id`.execute(deps.db)
  for (const refused of rows) {
    if (await isUsedForGood(deps, refused)) await inTransaction(deps.db, (tx) => drop(tx, refused))
  }
}

/** At the last block read: what the head says may still leave the chain. */
async function isUsedForGood(deps: Deps, { note_id, sheet_id, leaf_index }: RefusedOrder): Promise<boolean> {
  const cursor = await deps.db.selectFrom('chain_cursor').select('indexed_block').executeTakeFirstOrThrow()
  const at = { address: deps.chain.vouchers, abi: vouchersAbi, blockNumber: cursor.indexed_block }
  const place = [toHex(sheet_id), BigInt(leaf_index)] as const
  const { client } = deps.chain
  if (await client.readContract({ ...at, functionName: 'isUsed', args: place })) return true
  return await client.readContract({ ...at, functionName: 'isGuaranteed', args: [toHex(note_id)] })
}

async function drop(tx: Tx, { id, note_id }: RefusedOrder): Promise<void> {
  await tx.selectFrom('notes').select('id').where('id', '=', note_id).forUpdate().execute()
  const dropped = await sql`
    delete from outbox where id = ${id} and state in ('queued', 'reverted') returning id`.execute(tx)
  if (dropped.rows.length === 0) return
  const waiting = await tx
    .updateTable('acceptances')
    .set({ skipped: 'AlreadyUsed' })
    .where('note_id', '=', note_id)
    .where('state', '=', 'posted')
    .returning(['programme_id', 'amount_cents'])
    .executeTakeFirst()
  // Finished meanwhile: then its reserve was given back with that, and only the order was left over.
  if (waiting !== undefined) await giveBack(tx, waiting)
}

interface Reserved {
  programme_id: number
  amount_cents: Cents
}

async function giveBack(tx: Tx, { programme_id, amount_cents }: Reserved): Promise<void> {
  await tx
    .updateTable('programmes')
    .set((row) => ({ uncovered_cents: row('uncovered_cents', '-', amount_cents) }))
    .where('id', '=', programme_id)
    .execute()
}

/**
 * Sets cents of the guarantee aside, so that no payment at a till relies on what is about to be paid out. Given back
 * when the acceptance or refund is final. False when there is too little, and nothing changed.
 */
export async function reserve(tx: Tx, programmeId: number, cents: bigint): Promise<boolean> {
  if (cents === 0n) return true
  const changed = await tx
    .updateTable('programmes')
    .set((row) => ({ uncovered_cents: row('uncovered_cents', '+', cents) }))
    .where('id', '=', programmeId)
    .where((row) => row(row('uncovered_cents', '+', cents), '<=', row.ref('guarantee_cents')))
    .executeTakeFirst()
  return changed.numUpdatedRows === 1n
}
