import type { EventEmitter } from 'node:events'
import type { Selectable } from 'kysely'
import { sql } from 'kysely'
import type { Hex } from 'viem'
import { type Charge, chargeSeconds, type SignedCharge } from '../../protocol/charge.ts'
import { fromHex, toHex } from '../db/bytes.ts'
import type { Charges } from '../db/tables.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import type { TillWho } from '../http/who.ts'
import { logAccess } from '../people/people.ts'
import { checkAskedAt } from './checks.ts'
import { findPaymentByNonce, findTill, type TillPayment, takePayment, tillPayments } from './payments.store.ts'
import { tillKeyOf } from './signatures.ts'
import { undoHeld } from './undo.ts'

export type ChargeRow = Selectable<Charges>
export type ChargeKind = Charges['kind']

export async function takeCharge(tx: Tx, nonce: Hex): Promise<ChargeRow | undefined> {
  return await tx.selectFrom('charges').selectAll().where('nonce', '=', fromHex(nonce)).forUpdate().executeTakeFirst()
}

/**
 * Opens a charge for five minutes from now unless its nonce is known, and holds it either way. Undefined for a nonce of
 * another merchant's: the database does not show it to this one.
 */
export async function takeOrOpenCharge(
  tx: Tx,
  now: Date,
  { nonce, merchant, till, priceCents }: Omit<Charge, 'askedAt'>,
  kind: ChargeKind,
): Promise<ChargeRow | undefined> {
  const opened = await tx
    .insertInto('charges')
    .values({
      nonce: fromHex(nonce),
      merchant_id: merchant,
      till_id: till,
      price_cents: priceCents,
      kind,
      state: 'open',
      opened_at: now,
      expires_at: new Date(now.getTime() + chargeSeconds * 1000),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  // What we have just inserted nobody else sees, let alone holds.
  return opened ?? (await takeCharge(tx, nonce))
}

export function isSameCharge(row: ChargeRow, charge: Omit<Charge, 'askedAt'>): boolean {
  return row.merchant_id === charge.merchant && row.till_id === charge.till && row.price_cents === charge.priceCents
}

/** Refuses `signature_not_valid`, `merchant_suspended`, `too_old`, and `already_exists` for a nonce that asked for something else. */
export async function openCharge(
  deps: Deps,
  who: TillWho,
  charge: SignedCharge,
): Promise<{ state: ChargeRow['state']; expiresAt: Date }> {
  const signer = await tillKeyOf(deps.chain, charge)
  return await inTransaction(deps.db, async (tx) => {
    const till = await findTill(tx, who.tillId)
    const isOwn = charge.till === who.tillId && charge.merchant === who.merchantId
    if (till === null || !isOwn || signer !== toHex(till.address)) throw new Refused('signature_not_valid')

    let row = await takeCharge(tx, charge.nonce)
    if (row === undefined) {
      if (till.merchant_state !== 'approved') throw new Refused('merchant_suspended')
      checkAskedAt(charge.askedAt, deps.now())
      row = await takeOrOpenCharge(tx, deps.now(), charge, 'shown')
    }
    if (row === undefined || !isSameCharge(row, charge)) throw new Refused('already_exists')
    return { state: row.state, expiresAt: row.expires_at }
  })
}

/** Refuses `not_found`: also for another till's charge. */
export async function readCharge(
  deps: Deps,
  who: TillWho,
  nonce: Hex,
): Promise<{ state: ChargeRow['state']; expiresAt: Date; payment: TillPayment | null }> {
  // One statement for the state: a charge that reads as paid has its payment.
  const row = await deps.db
    .selectFrom('charges')
    .selectAll()
    .where('nonce', '=', fromHex(nonce))
    .where('till_id', '=', who.tillId)
    .executeTakeFirst()
  if (row === undefined) throw new Refused('not_found')
  const payment = row.state === 'open' ? undefined : await findPaymentByNonce(deps.db, nonce)
  const [seen] = payment === undefined ? [] : await tillPayments(deps.db, [payment])
  return { state: row.state, expiresAt: row.expires_at, payment: seen ?? null }
}

/** Less than a phone or a till waits for any answer. */
const mostWaitMilliseconds = 8000
/** The news may be lost with a process or a connection: then it is seen so late. */
const lookAgainMilliseconds = 2000

/** As `readCharge`, when the charge is no longer open; as it is after eight seconds, or when this server ends. */
export async function awaitCharge(
  deps: Deps,
  who: TillWho,
  nonce: Hex,
  res: EventEmitter,
): Promise<Awaited<ReturnType<typeof readCharge>>> {
  const leave = new AbortController()
  res.once('close', () => leave.abort())
  const until = Date.now() + mostWaitMilliseconds
  try {
    for (;;) {
      // Listens before it looks: what is told in between is not missed.
      const patience = Math.max(0, Math.min(lookAgainMilliseconds, until - Date.now()))
      const told = deps.news.next(nonce, patience, leave.signal)
      const seen = await readCharge(deps, who, nonce)
      const isOver = seen.state !== 'open' || Date.now() >= until || leave.signal.aborted
      if (isOver || !(await told)) return seen
    }
  } finally {
    leave.abort()
  }
}

/**
 * Kills a charge for good, also one that the server has not heard of yet; an acceptance that the till has not shown is
 * undone with it. Refuses `not_found` (another till's) and `undo_window_closed`.
 */
export async function cancelCharge(deps: Deps, who: TillWho, nonce: Hex): Promise<{ state: 'cancelled' | 'undone' }> {
  const ended = await inTransaction(deps.db, (tx) => cancelHeld(tx, deps, who, nonce))
  deps.news.tell(nonce)
  return ended
}

async function cancelHeld(tx: Tx, deps: Deps, who: TillWho, nonce: Hex): Promise<{ state: 'cancelled' | 'undone' }> {
  const now = deps.now()
  const { rows } = await sql`insert into charges (nonce, merchant_id, till_id, kind, state, opened_at, expires_at)
    values (${fromHex(nonce)}, ${who.merchantId}, ${who.tillId}, 'shown', 'cancelled', ${now}, ${now})
    on conflict do nothing returning 1`.execute(tx)
  const charge = await takeCharge(tx, nonce)
  if (charge?.till_id !== who.tillId) throw new Refused('not_found')
  await tx.updateTable('charges').set({ state: 'cancelled' }).where('nonce', '=', charge.nonce).execute()
  const paid = await findPaymentByNonce(tx, nonce)
  const payment = paid && (await takePayment(tx, toHex(paid.id)))
  const isChanged = rows.length > 0 || charge.state !== 'cancelled' || (payment && payment.state !== 'undone')
  if (isChanged) await logAccess(tx, who, 'cancelled charge', nonce)
  if (paid === undefined) return { state: 'cancelled' }
  if (payment !== undefined) await undoHeld(tx, deps, payment, 'in_window')
  return { state: 'undone' }
}
