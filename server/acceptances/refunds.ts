import { randomBytes, randomUUID } from 'node:crypto'
import type { Hex } from 'viem'
import type { Cents } from '../../protocol/money.ts'
import { fromHex, toHex } from '../db/bytes.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import type { TillWho } from '../http/who.ts'
import { logAccess } from '../people/people.ts'
import { lockMailbox, type Movement, mailboxOf, move, refundNote, takeNotes } from '../vouchers/vouchers.ts'
import {
  checkIsToldBy,
  noteIdsOf,
  type Payment,
  readTillPayment,
  type TillPayment,
  takeAcceptances,
  takePayment,
} from './payments.store.ts'

/**
 * Gives back a part of a payment, or all, once its undo window is over: to the voucher, at once, never in cash. The same
 * request is answered the same.
 *
 * Refuses `not_found`, `wrong_state` (undone, still to be undone, or another till's to say), `refund_exceeds_payment`, and
 * `already_exists` for a request id that asked for something else.
 */
export function refundPayment(
  deps: Deps,
  who: TillWho,
  paymentId: Hex,
  { id, cents }: { id: Hex; cents: Cents },
): Promise<TillPayment> {
  return inTransaction(deps.db, async (tx) => {
    const payment = await takePayment(tx, paymentId)
    if (payment?.merchant_id !== who.merchantId) throw new Refused('not_found')
    checkIsToldBy(payment, who)
    if (!(await wasDone(tx, payment, id, cents))) {
      await refundHeld(tx, deps, payment, id, cents, 'after_window')
      await logAccess(tx, who, 'refunded payment', paymentId, { request: id })
    }
    return await readTillPayment(tx, paymentId)
  })
}

async function wasDone(tx: Tx, payment: Payment, id: Hex, cents: Cents): Promise<boolean> {
  const rows = await tx
    .selectFrom('refunds')
    .select(['payment_id', 'cents'])
    .where('request_id', '=', fromHex(id))
    .execute()
  if (rows.length === 0) return false
  const isSame =
    rows.every((row) => row.payment_id.equals(payment.id)) && rows.reduce((sum, row) => sum + row.cents, 0n) === cents
  if (!isSame) throw new Refused('already_exists')
  return true
}

/** Whether any refund was asked for under this id. */
export async function isRequestKnown(tx: Tx, requestId: Hex): Promise<boolean> {
  const rows = tx.selectFrom('refunds').select('id').where('request_id', '=', fromHex(requestId))
  return (await rows.limit(1).executeTakeFirst()) !== undefined
}

/** The refund itself, of a payment that the caller holds. Each note gives what it still can, in the order of posting. */
export async function refundHeld(
  tx: Tx,
  deps: Deps,
  payment: Payment,
  requestId: Hex,
  cents: Cents,
  when: 'after_window' | 'any_time',
): Promise<void> {
  if (payment.state === 'undone') throw new Refused('wrong_state')
  if (payment.refunded_cents + cents > payment.price_cents) throw new Refused('refund_exceeds_payment')
  const ids = await noteIdsOf(tx, payment)
  const mailboxId = await mailboxOf(tx, ids)
  if (mailboxId === null) throw new Error('A payment without a mailbox')
  await lockMailbox(tx, mailboxId)
  const notes = await takeNotes(tx, ids)
  const acceptances = await takeAcceptances(tx, payment)
  const isPosted = acceptances.some(({ state }) => state !== 'accepted')
  if (when === 'after_window' && deps.now() <= payment.undo_until && !isPosted) throw new Refused('wrong_state')

  const movements: Movement[] = []
  let left = cents
  for (const { note_id, amount_cents, refunded_cents, merchant_id, programme_id } of acceptances) {
    const can = amount_cents - refunded_cents
    const part = can < left ? can : left
    const note = notes.find((one) => one.id === toHex(note_id))
    if (part === 0n || note === undefined) continue
    left -= part
    const changed = await tx
      .updateTable('acceptances')
      .set((row) => ({ refunded_cents: row('refunded_cents', '+', part) }))
      .where('note_id', '=', note_id)
      .where('refunded_cents', '=', refunded_cents)
      .executeTakeFirst()
    if (changed.numUpdatedRows !== 1n) throw new Error('An acceptance has changed under its lock')
    await tx
      .insertInto('refunds')
      .values({
        id: randomBytes(16),
        request_id: fromHex(requestId),
        note_id,
        payment_id: payment.id,
        merchant_id,
        programme_id,
        cents: part,
        state: 'queued',
        created_at: deps.now(),
      })
      .execute()
    movements.push(...(await refundNote(tx, deps, note, part)).movements)
  }
  if (left > 0n) throw new Error('A payment has less than its acceptances say')
  await tx
    .updateTable('payments')
    .set((row) => ({ refunded_cents: row('refunded_cents', '+', cents) }))
    .where('id', '=', payment.id)
    .where('state', '=', 'accepted')
    .execute()
  await move(tx, deps, { actId: randomUUID(), movements })
}
