import type { z } from 'zod'
import type { getDay } from '../../protocol/api/till.ts'
import type { Deps } from '../deps.ts'
import type { TillWho } from '../http/who.ts'
import { tillPayments } from './payments.store.ts'
import { helsinkiTime, nextDay } from './undoWindow.ts'

/** A merchant's day, from midnight to midnight in Finland: what its shop's books should say. */
export async function readDay(deps: Deps, who: TillWho, day: string): Promise<z.output<typeof getDay.answer>> {
  const rows = await deps.db
    .selectFrom('payments')
    .selectAll()
    .where('merchant_id', '=', who.merchantId)
    .where('accepted_at', '>=', helsinkiTime(day, 0))
    .where('accepted_at', '<', helsinkiTime(nextDay(day), 0))
    .orderBy('till_id')
    .orderBy('receipt_number')
    .execute()
  const sum = (cents: (row: (typeof rows)[number]) => bigint) => rows.reduce((total, row) => total + cents(row), 0n)
  const acceptedCents = sum((row) => row.price_cents)
  const undoneCents = sum((row) => (row.state === 'undone' ? row.price_cents : 0n))
  const refundedCents = sum((row) => row.refunded_cents)
  return {
    acceptedCents,
    undoneCents,
    refundedCents,
    totalCents: acceptedCents - undoneCents - refundedCents,
    payments: await tillPayments(deps.db, rows),
  }
}
