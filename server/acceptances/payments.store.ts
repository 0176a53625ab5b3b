import type { Kysely, Selectable } from 'kysely'
import { sql } from 'kysely'
import type { Hex } from 'viem'
import { z } from 'zod'
import type { tillPayment } from '../../protocol/api/till.ts'
import { walletReceipt } from '../../protocol/api/wallet.ts'
import { fromHex, toHex } from '../db/bytes.ts'
import type { Acceptances, Payments, Tables } from '../db/tables.ts'
import type { Tx } from '../db/transaction.ts'
import { Refused } from '../http/refused.ts'
import type { TillWho } from '../http/who.ts'

type Db = Kysely<Tables>
export type Payment = Selectable<Payments>
export type TillPayment = z.output<typeof tillPayment>
export type WalletReceipt = z.output<typeof walletReceipt>

/** Holds one till, so that its receipts are numbered one after the other; null when there is no such till. */
export async function takeTill(tx: Tx, tillId: number) {
  const locked = await sql`select id from tills where id = ${tillId} for no key update`.execute(tx)
  return locked.rows.length === 0 ? null : await findTill(tx, tillId)
}

export async function findTill(db: Db, tillId: number) {
  const row = await db
    .selectFrom('tills')
    .innerJoin('merchants', 'merchants.id', 'tills.merchant_id')
    .select(['tills.id', 'tills.address', 'tills.state', 'tills.accepts_ahead', 'tills.merchant_id'])
    .select(['merchants.state as merchant_state', 'merchants.organisation_id', 'merchants.purposes'])
    .where('tills.id', '=', tillId)
    .executeTakeFirst()
  return row ?? null
}

/** Also for a phone that pays: it sees nothing else of the till's other receipts. */
export async function nextReceiptNumber(tx: Tx, tillId: number): Promise<number> {
  const { rows } = await sql<{ next: number }>`select next_receipt_number(${tillId}) as next`.execute(tx)
  return rows[0]?.next ?? 1
}

export async function findPaymentByNonce(db: Db, nonce: Hex): Promise<Payment | undefined> {
  return await db.selectFrom('payments').selectAll().where('nonce', '=', fromHex(nonce)).executeTakeFirst()
}

/** Holds a payment: undo, refund, cancel and reports of one purchase come one after the other. */
export async function takePayment(tx: Tx, id: Hex): Promise<Payment | undefined> {
  return await tx.selectFrom('payments').selectAll().where('id', '=', fromHex(id)).forUpdate().executeTakeFirst()
}

/**
 * What was paid ahead may still turn its till green without a network, until that till has said what became of it: nobody
 * else gives its value back before. Refuses `wrong_state`.
 */
export function checkIsToldBy(payment: Payment, { tillId }: TillWho): void {
  if (payment.ahead === 'waiting' && payment.till_id !== tillId) throw new Refused('wrong_state')
}

export async function noteIdsOf(db: Db, payment: Pick<Payment, 'id'>): Promise<Hex[]> {
  const rows = await db
    .selectFrom('acceptances')
    .select('note_id')
    .where('payment_id', '=', payment.id)
    .orderBy('post_after')
    .orderBy('note_id')
    .execute()
  return rows.map((row) => toHex(row.note_id))
}

/** Holds what was accepted of a payment, in the order of its posting. The caller holds its notes. */
export async function takeAcceptances(tx: Tx, payment: Payment): Promise<Selectable<Acceptances>[]> {
  const rows = await tx
    .selectFrom('acceptances')
    .selectAll()
    .where('payment_id', '=', payment.id)
    .orderBy('note_id')
    .forUpdate()
    .execute()
  return rows.sort((a, b) => a.post_after.getTime() - b.post_after.getTime())
}

/** Exactly what was answered when the payment was accepted. */
export function storedReceipt(payment: Pick<Payment, 'receipt'>): WalletReceipt {
  return z.decode(walletReceipt, payment.receipt as z.input<typeof walletReceipt>)
}

export function receiptToStore(receipt: WalletReceipt): string {
  return JSON.stringify(z.encode(walletReceipt, receipt))
}

/** What a till hears of payments, with the note receipts that the escape needs. */
export async function tillPayments(db: Db, payments: readonly Payment[]): Promise<TillPayment[]> {
  if (payments.length === 0) return []
  const rows = await db
    .selectFrom('acceptances')
    .select(['note_id', 'payment_id', 'merchant_id', 'amount_cents', 'commitment', 'receipt_details'])
    .select('receipt_signature')
    .where(
      'payment_id',
      'in',
      payments.map((payment) => payment.id),
    )
    .orderBy('post_after')
    .orderBy('note_id')
    .execute()
  return payments.map((payment) => ({
    receipt: storedReceipt(payment).receipt,
    notes: rows
      .filter((row) => row.payment_id.equals(payment.id))
      .map((row) => ({
        noteId: toHex(row.note_id),
        merchant: row.merchant_id,
        amountCents: row.amount_cents,
        commitment: toHex(row.commitment),
        details: toHex(row.receipt_details),
        signature: toHex(row.receipt_signature),
      })),
    state: payment.state,
    refundedCents: payment.refunded_cents,
    ahead: payment.ahead,
    undoUntil: payment.undo_until,
  }))
}

/** One payment that is known to exist, as its till hears of it. */
export async function readTillPayment(db: Db, id: Hex): Promise<TillPayment> {
  const payment = await db.selectFrom('payments').selectAll().where('id', '=', fromHex(id)).executeTakeFirstOrThrow()
  const [seen] = await tillPayments(db, [payment])
  if (seen === undefined) throw new Error('A payment has gone')
  return seen
}
