import { enqueue } from '../chain/outbox.ts'
import { toHex } from '../db/bytes.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { itemOf } from './redemptions.ts'

/**
 * Orders from the guarantee what the chain refused for good; answers how many. An acceptance is ordered once. What the
 * guarantee has no free cents for waits until it has.
 */
export async function orderGuarantees(deps: Deps): Promise<number> {
  const waiting = await deps.db
    .selectFrom('acceptances')
    .select(['note_id', 'programme_id', 'amount_cents'])
    .where('state', '=', 'posted')
    .where('skipped', 'is not', null)
    .where('skipped', '<>', 'AlreadyUsed')
    .orderBy('note_id')
    .execute()
  let ordered = 0
  for (const { note_id, programme_id, amount_cents } of waiting) {
    const isNew = await inTransaction(deps.db, async (tx) => {
      const { sheet, merchant, item, details, receiptSignature } = await itemOf(tx, toHex(note_id))
      const isNew = await enqueue(tx, {
        subject: `guarantee:${toHex(note_id)}`,
        kind: 'payGuarantee',
        lane: 'finance',
        target: 'vouchers',
        functionName: 'payGuarantee',
        args: [sheet, merchant, item, details, receiptSignature],
      })
      return isNew && (await reserve(tx, programme_id, amount_cents))
    }).catch((error: unknown) => {
      if (error === noRoom) return false
      throw error
    })
    if (isNew) ordered++
  }
  return ordered
}

const noRoom = new Error('The guarantee has too little that is free')

/**
 * Sets cents of the guarantee aside, so that no payment at a till relies on what is about to be paid out. Given back by
 * `giveBackReserve` when the chain has paid. Throws when there is too little, so that the order before it is undone too.
 */
export async function reserve(tx: Tx, programmeId: number, cents: bigint): Promise<true> {
  if (cents === 0n) return true
  const changed = await tx
    .updateTable('programmes')
    .set((row) => ({ uncovered_cents: row('uncovered_cents', '+', cents) }))
    .where('id', '=', programmeId)
    .where((row) => row(row('uncovered_cents', '+', cents), '<=', row.ref('guarantee_cents')))
    .executeTakeFirst()
  if (changed.numUpdatedRows !== 1n) throw noRoom
  return true
}

export const isNoRoom = (error: unknown): boolean => error === noRoom
