import type { Hex } from 'viem'
import { toHex } from '../db/bytes.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import type { TillWho } from '../http/who.ts'
import { logAccess } from '../people/people.ts'
import { type Payment, type TillPayment, takePayment, tillPayments } from './payments.store.ts'
import { isRequestKnown, refundHeld } from './refunds.ts'
import { undoHeld } from './undo.ts'

type Report = Record<'used' | 'unused' | 'refused', Hex[]>

/**
 * What a till says of receipts paid ahead: `used` stands; `unused` gives the value back, by an undo, or by a refund where it
 * has been posted. `refused`, for a person to look at, is what is not this till's, what was reported the other way before,
 * and what is due as a refund whose request id, the payment's own, a till has used already.
 */
export async function reportAhead(
  deps: Deps,
  who: TillWho,
  report: { used: readonly Hex[]; unused: readonly Hex[] },
): Promise<Report> {
  const answer: Report = { used: [], unused: [], refused: [] }
  for (const [said, ids] of [
    ['used', report.used],
    ['unused', report.unused],
  ] as const) {
    for (const id of new Set(ids)) {
      // Each on its own: one bad line must not hold up the others.
      const isDone = await inTransaction(deps.db, (tx) => reportOne(tx, deps, who, id, said))
      answer[isDone ? said : 'refused'].push(id)
    }
  }
  return answer
}

async function reportOne(tx: Tx, deps: Deps, who: TillWho, id: Hex, said: 'used' | 'unused'): Promise<boolean> {
  const payment = await takePayment(tx, id)
  if (payment === undefined || payment.till_id !== who.tillId || payment.ahead === null) return false
  if (payment.ahead !== 'waiting') return payment.ahead === said
  if (said === 'used' && payment.state === 'undone') return false
  if (said === 'unused' && !(await giveAllBack(tx, deps, payment))) return false
  await logAccess(tx, who, `reported payment ${said}`, id)
  await tx
    .updateTable('payments')
    .set({ ahead: said })
    .where('id', '=', payment.id)
    .where('ahead', '=', 'waiting')
    .execute()
  return true
}

/** False, and nothing is given back, when the id that the refund would have is taken. */
async function giveAllBack(tx: Tx, deps: Deps, payment: Payment): Promise<boolean> {
  try {
    await undoHeld(tx, deps, payment, 'until_posted')
  } catch (error) {
    // Posted or partly refunded, seen under its locks and before anything was written.
    if (!(error instanceof Refused) || error.refusal !== 'undo_window_closed') throw error
    const left = payment.price_cents - payment.refunded_cents
    if (left === 0n) return true
    const id = toHex(payment.id)
    if (await isRequestKnown(tx, id)) return false
    await refundHeld(tx, deps, payment, id, left, 'any_time')
  }
  return true
}

/** Receipts paid ahead at this till that are neither used nor given back. */
export async function listAhead(deps: Deps, who: TillWho): Promise<TillPayment[]> {
  const payments = await deps.db
    .selectFrom('payments')
    .selectAll()
    .where('till_id', '=', who.tillId)
    .where('ahead', '=', 'waiting')
    .where('state', '=', 'accepted')
    .orderBy('receipt_number')
    .execute()
  return await tillPayments(deps.db, payments)
}
