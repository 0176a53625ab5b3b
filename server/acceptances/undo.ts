import { randomUUID } from 'node:crypto'
import type { Hex } from 'viem'
import type { Cents } from '../../protocol/money.ts'
import type { SpendOffer } from '../../protocol/spend.ts'
import { fromHex, toHex } from '../db/bytes.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import type { TillWho, WalletWho } from '../http/who.ts'
import { logAccess } from '../people/people.ts'
import { lockMailbox, type Movement, mailboxOf, move, takeNotes, undoNote } from '../vouchers/vouchers.ts'
import {
  checkIsToldBy,
  findPaymentByNonce,
  noteIdsOf,
  type Payment,
  readTillPayment,
  type TillPayment,
  takeAcceptances,
  takePayment,
} from './payments.store.ts'
import { holdersOf } from './signatures.ts'

/**
 * Undoes a whole purchase: what was accepted of each note is issued afresh, of a service the whole note; change that was
 * given stands. A repeat answers the same. Refuses `not_found`, `undo_window_closed`, and `wrong_state` while it is another
 * till's to say.
 */
export function undoPayment(deps: Deps, who: TillWho, id: Hex): Promise<TillPayment> {
  return inTransaction(deps.db, async (tx) => {
    const payment = await takePayment(tx, id)
    if (payment?.merchant_id !== who.merchantId) throw new Refused('not_found')
    checkIsToldBy(payment, who)
    await undoHeld(tx, deps, payment, 'in_window')
    if (payment.state !== 'undone') await logAccess(tx, who, 'undid payment', id)
    return await readTillPayment(tx, id)
  })
}

/**
 * The undo itself, of a payment that the caller holds. `until_posted` is for what was paid ahead and certainly never used.
 * Refuses `undo_window_closed`.
 */
export async function undoHeld(
  tx: Tx,
  deps: Deps,
  payment: Payment,
  when: 'in_window' | 'until_posted',
): Promise<void> {
  if (payment.state === 'undone') return
  if (when === 'in_window' && deps.now() > payment.undo_until) throw new Refused('undo_window_closed')
  const ids = await noteIdsOf(tx, payment)
  const mailboxId = await mailboxOf(tx, ids)
  if (mailboxId === null) throw new Error('A payment without a mailbox')
  await lockMailbox(tx, mailboxId)
  const notes = await takeNotes(tx, ids)
  const acceptances = await takeAcceptances(tx, payment)
  // What once stood in a batch may be posted by anybody who has seen it, also where we would post it anew.
  if (payment.refunded_cents > 0n || acceptances.some(({ state, was_posted }) => state !== 'accepted' || was_posted)) {
    throw new Refused('undo_window_closed')
  }

  const movements: Movement[] = []
  const uncovered = new Map<number, Cents>()
  for (const acceptance of acceptances) {
    const note = notes.find(({ id }) => id === toHex(acceptance.note_id))
    const undone = note && (await undoNote(tx, deps, note, acceptance.amount_cents))
    if (!note || !undone) throw new Error('A note is not what its acceptance says')
    movements.push(...undone.movements)
    if (acceptance.is_uncovered) {
      uncovered.set(note.programmeId, (uncovered.get(note.programmeId) ?? 0n) - acceptance.amount_cents)
    }
    await tx
      .updateTable('acceptances')
      // Its receipt is out: where its note has a leaf, the chain must never take it. Without a leaf nobody can post it.
      .set({ state: 'undone', is_uncovered: false, revoke_state: note.sheetId === null ? null : 'wanted' })
      .where('note_id', '=', acceptance.note_id)
      .where('state', '=', 'accepted')
      .execute()
  }
  await tx
    .updateTable('payments')
    .set({ state: 'undone', undone_at: deps.now() })
    .where('id', '=', payment.id)
    .where('state', '=', 'accepted')
    .execute()
  await move(tx, deps, { actId: randomUUID(), movements, uncovered })
}

/**
 * A phone gives up what it has signed: nothing is accepted for these notes and this nonce from here on. An acceptance
 * stands and is answered as `paid`: its green may be on a till that we cannot see, so only the till may undo it.
 * Refuses `bad_request`, `unknown_note` and `signature_not_valid`.
 */
export async function giveUp(
  deps: Deps,
  who: WalletWho,
  nonce: Hex,
  offer: SpendOffer,
): Promise<{ state: 'cancelled' | 'undone' | 'paid' }> {
  if (offer.opening.nonce !== nonce) throw new Refused('bad_request', { field: 'nonce' })
  const holders = await holdersOf(deps.chain, offer)
  const ids = [...new Set(offer.notes.map((note) => note.noteId))]
  return await inTransaction(deps.db, async (tx) => {
    if ((await mailboxOf(tx, ids)) !== who.mailboxId) throw new Refused('unknown_note')
    // An acceptance of these notes holds the mailbox too: either it is here already, or it will find what we write.
    await lockMailbox(tx, who.mailboxId)
    const notes = await takeNotes(tx, ids)
    const isHolders = offer.notes.every(
      ({ noteId }, place) => notes.find(({ id }) => id === noteId)?.holder === holders[place],
    )
    if (!isHolders) throw new Refused('signature_not_valid')

    const payment = await findPaymentByNonce(tx, nonce)
    const accepted = payment === undefined ? [] : await noteIdsOf(tx, payment)
    if (payment !== undefined && accepted.some((id) => ids.includes(id))) {
      return { state: payment.state === 'undone' ? 'undone' : 'paid' }
    }
    await logAccess(tx, who, 'gave up spend', nonce)
    const rows = ids.map((id) => ({ note_id: fromHex(id), nonce: fromHex(nonce) }))
    await tx
      .insertInto('given_up_spends')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    return { state: 'cancelled' }
  })
}
