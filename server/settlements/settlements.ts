import { randomBytes, randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { settlement } from '../../protocol/api/settlements.ts'
import type { Cents } from '../../protocol/money.ts'
import { enqueue } from '../chain/outbox.ts'
import { dayOf } from '../days.ts'
import { toHex } from '../db/bytes.ts'
import type { Db } from '../db/database.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import type { StaffWho } from '../http/who.ts'
import { logAccess } from '../people/people.ts'
import { writePain001 } from './pain001.ts'
import {
  debtsOf,
  emptyLines,
  fillLine,
  findSettlements,
  type LineRow,
  linesOf,
  merchantNames,
  namesOf,
  paymentsByLine,
  type SettlementRow,
  takeClaims,
  takeSettlement,
} from './settlements.store.ts'

export type Settlement = z.output<typeof settlement>

export async function listSettlements(deps: Deps, who: StaffWho): Promise<Settlement[]> {
  return await shown(deps.db, await findSettlements(deps.db, who.organisation))
}

/**
 * Drafts what every merchant of the organisation is owed, one line each. A repeat answers the same.
 * Refuses `already_exists` for another draft's id, `bad_request` for a past day, `wrong_state` when nobody is owed anything.
 */
export function draft(
  deps: Deps,
  who: StaffWho,
  { id, executionDate }: { id: string; executionDate: string },
): Promise<Settlement> {
  if (executionDate < dayOf(deps.now())) throw new Refused('bad_request', { fields: { executionDate: 'in_the_past' } })
  return inTransaction(deps.db, async (tx) => {
    const claims = await takeClaims(tx, who.organisation)
    const known = await tx.selectFrom('settlements').selectAll().where('id', '=', id).executeTakeFirst()
    if (known !== undefined) {
      const isSame = known.created_by === who.staffId && known.execution_date === executionDate
      if (!isSame) throw new Refused('already_exists')
      return await shownOne(tx, who, id)
    }
    const drafted = await tx
      .insertInto('settlements')
      .values({
        id,
        state: 'draft',
        created_by: who.staffId,
        first_approved_by: null,
        second_approved_by: null,
        created_at: deps.now(),
        execution_date: executionDate,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
    // Another organisation's, which the database does not show.
    if (drafted === undefined) throw new Refused('already_exists')
    if (claims.length === 0) throw new Refused('wrong_state')
    for (const claim of claims) {
      const lineId = randomUUID()
      await tx
        .insertInto('settlement_lines')
        .values({
          id: lineId,
          settlement_id: id,
          merchant_id: claim.merchant_id,
          cents: claim.cents,
          iban: claim.iban,
          creditor_name: claim.name,
          bank_reference: claim.bank_reference,
          // The bank sees the one, chain readers see the other, and neither leads to the other.
          end_to_end_id: `K${randomBytes(16).toString('hex').toUpperCase()}`,
          chain_ref: randomBytes(32),
          state: 'draft',
        })
        .execute()
      if ((await fillLine(tx, claim.merchant_id, lineId)) !== claim.cents)
        throw new Error('A claim changed under its lock')
    }
    await logAccess(tx, who, 'drafted settlement', id)
    return await shownOne(tx, who, id)
  })
}

/**
 * One of two people's yes, each with the total typed again; the second sets the claims aside on chain.
 * Refuses `not_found`, `wrong_state`, `same_person`, and `bad_request` when the total is another.
 */
export function approve(deps: Deps, who: StaffWho, id: string, totalCents: Cents): Promise<Settlement> {
  return inTransaction(deps.db, async (tx) => {
    const row = await takeSettlement(tx, who.organisation, id)
    if (row === undefined) throw new Refused('not_found')
    if (row.state !== 'draft' && row.state !== 'once_approved') throw new Refused('wrong_state')
    if (row.first_approved_by === who.staffId) throw new Refused('same_person')
    const lines = await linesOf(tx, [id])
    if (totalOf(lines) !== totalCents) throw new Refused('bad_request', { fields: { totalCents: 'differs' } })

    const change =
      row.state === 'draft'
        ? ({ state: 'once_approved', first_approved_by: who.staffId } as const)
        : ({ state: 'approved', second_approved_by: who.staffId } as const)
    await tx.updateTable('settlements').set(change).where('id', '=', id).where('state', '=', row.state).execute()
    if (change.state === 'approved') await startOnChain(tx, id, lines)
    await logAccess(tx, who, 'approved settlement', id)
    return await shownOne(tx, who, id)
  })
}

/** Each takes some 31,000 gas, and a transaction may have 16.7 million. */
const mostInACall = 200

/** A merchant's debt is netted first: the contract pays nobody who owes a guarantee. */
async function startOnChain(tx: Tx, id: string, lines: readonly LineRow[]): Promise<void> {
  const order = { lane: 'finance', target: 'vouchers' } as const
  const merchants = lines.map((line) => line.merchant_id)
  for (const { merchant_id, programme_id } of await debtsOf(tx, merchants)) {
    await enqueue(tx, {
      ...order,
      subject: `net:${id}:${merchant_id}:${programme_id}`,
      kind: 'netDebt',
      functionName: 'netDebt',
      args: [merchant_id, programme_id],
    })
  }
  const payments = lines.map((line) => ({ ref: toHex(line.chain_ref), merchant: line.merchant_id, cents: line.cents }))
  for (let first = 0; first < payments.length; first += mostInACall) {
    const args = [payments.slice(first, first + mostInACall)] as const
    await enqueue(tx, { ...order, subject: `settle:${id}:${first}`, kind: 'settle', functionName: 'settle', args })
  }
  await tx.updateTable('settlement_lines').set({ state: 'settling' }).where('settlement_id', '=', id).execute()
}

/** Refuses `not_found`, and `wrong_state` once two people have approved. */
export function drop(deps: Deps, who: StaffWho, id: string): Promise<Settlement> {
  return inTransaction(deps.db, async (tx) => {
    const row = await takeSettlement(tx, who.organisation, id)
    if (row === undefined) throw new Refused('not_found')
    if (row.state !== 'draft' && row.state !== 'once_approved') throw new Refused('wrong_state')
    const lines = await linesOf(tx, [id])
    await emptyLines(
      tx,
      lines.map((line) => line.id),
    )
    await tx.updateTable('settlements').set({ state: 'dropped' }).where('id', '=', id).execute()
    await logAccess(tx, who, 'dropped settlement', id)
    return await shownOne(tx, who, id)
  })
}

/** The bank's file, the same bytes each time. Refuses `not_found`, and `wrong_state` until the chain says settling, finally. */
export function paymentFile(deps: Deps, who: StaffWho, id: string): Promise<string> {
  return inTransaction(deps.db, async (tx) => {
    const row = await takeSettlement(tx, who.organisation, id)
    if (row === undefined) throw new Refused('not_found')
    if (row.state !== 'ready' && row.state !== 'filed') throw new Refused('wrong_state')
    const lines = await linesOf(tx, [id])
    await tx.updateTable('settlements').set({ state: 'filed' }).where('id', '=', id).execute()
    await logAccess(tx, who, 'downloaded payment file', id)
    return writePain001({
      messageId: id.replaceAll('-', ''),
      createdAt: row.created_at,
      executionDate: row.execution_date,
      debtor: deps.config.debtor,
      transfers: lines.map((line) => ({
        endToEndId: line.end_to_end_id,
        cents: line.cents,
        creditorName: line.creditor_name,
        iban: line.iban,
        bankReference: line.bank_reference,
      })),
    })
  })
}

function totalOf(lines: readonly LineRow[]): Cents {
  return lines.reduce((sum, line) => sum + line.cents, 0n)
}

async function shownOne(tx: Tx, who: StaffWho, id: string): Promise<Settlement> {
  const [one] = await shown(tx, await findSettlements(tx, who.organisation, id))
  if (one === undefined) throw new Refused('not_found')
  return one
}

async function shown(db: Db, rows: readonly SettlementRow[]): Promise<Settlement[]> {
  const lines = await linesOf(
    db,
    rows.map((row) => row.id),
  )
  const payments = await paymentsByLine(
    db,
    lines.map((line) => line.id),
  )
  const merchants = await merchantNames(
    db,
    lines.map((line) => line.merchant_id),
  )
  const people = rows.flatMap((row) => [row.created_by, row.first_approved_by, row.second_approved_by])
  const names = await namesOf(
    db,
    people.filter((person) => person !== null),
  )
  const byApproval = (row: SettlementRow) =>
    [row.first_approved_by, row.second_approved_by].filter((person) => person !== null)
  return rows.map((row) => {
    const own = lines.filter((line) => line.settlement_id === row.id)
    return {
      id: row.id,
      state: row.state,
      executionDate: row.execution_date,
      totalCents: totalOf(own),
      createdAt: row.created_at,
      createdBy: names.get(row.created_by) ?? '',
      approvals: byApproval(row).map((person) => names.get(person) ?? ''),
      lines: own.map((line) => ({
        merchant: line.merchant_id,
        merchantName: merchants.get(line.merchant_id) ?? line.creditor_name,
        iban: line.iban,
        bankReference: line.bank_reference,
        endToEndId: line.end_to_end_id,
        payments: payments.get(line.id) ?? 0,
        cents: line.cents,
        state: line.state,
      })),
    }
  })
}
