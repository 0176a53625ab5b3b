import { type Selectable, sql } from 'kysely'
import type { Cents } from '../../protocol/money.ts'
import type { Db } from '../db/database.ts'
import type { SettlementLines, Settlements } from '../db/tables.ts'
import type { Tx } from '../db/transaction.ts'

export type SettlementRow = Selectable<Settlements>
export type LineRow = Selectable<SettlementLines>

/** Settlements of one organisation, newest first; `id` picks one. */
export async function findSettlements(db: Db, organisation: string, id?: string): Promise<SettlementRow[]> {
  const query = db
    .selectFrom('settlements')
    .innerJoin('staff', 'staff.id', 'settlements.created_by')
    .selectAll('settlements')
    .where('staff.organisation_id', '=', organisation)
    .orderBy('settlements.created_at', 'desc')
    .orderBy('settlements.id')
  return await (id === undefined ? query : query.where('settlements.id', '=', id)).execute()
}

/** Holds one settlement of the organisation. */
export async function takeSettlement(tx: Tx, organisation: string, id: string): Promise<SettlementRow | undefined> {
  await tx.selectFrom('settlements').select('id').where('id', '=', id).forUpdate().execute()
  return (await findSettlements(tx, organisation, id))[0]
}

export async function linesOf(db: Db, settlementIds: readonly string[]): Promise<LineRow[]> {
  if (settlementIds.length === 0) return []
  return await db
    .selectFrom('settlement_lines')
    .selectAll()
    .where('settlement_id', 'in', settlementIds)
    .orderBy('merchant_id')
    .execute()
}

/** How many payments each line pays. */
export async function paymentsByLine(db: Db, lineIds: readonly string[]): Promise<Map<string, number>> {
  if (lineIds.length === 0) return new Map()
  const { rows } = await sql<{ id: string; count: bigint }>`
    select settlement_line_id as id, count(distinct payment_id) as count
    from acceptances where settlement_line_id in (${sql.join(lineIds)}) group by 1`.execute(db)
  return new Map(rows.map((row) => [row.id, Number(row.count)]))
}

export interface Claim {
  merchant_id: number
  name: string
  iban: string
  bank_reference: string
  cents: Cents
}

/**
 * What each merchant of the organisation is owed and no settlement has: final and guaranteed acceptances less final refunds.
 * A merchant with a refund on its way to the chain waits: both would take the same cents. Holds the merchants, so that two
 * drafts at once come one after the other.
 */
export async function takeClaims(tx: Tx, organisation: string): Promise<Claim[]> {
  await sql`select id from merchants where organisation_id = ${organisation} order by id for no key update`.execute(tx)
  const { rows } = await sql<Claim>`
    select m.id as merchant_id, m.name, m.iban, m.bank_reference,
        coalesce((select sum(a.amount_cents) from acceptances a
          where a.merchant_id = m.id and a.state in ('final', 'guaranteed') and a.settlement_line_id is null), 0)
      - coalesce((select sum(r.cents) from refunds r
          where r.merchant_id = m.id and r.state = 'final' and r.settlement_line_id is null), 0) as cents
    from merchants m
    where m.organisation_id = ${organisation}
      and not exists (
        select 1 from refunds r
        where r.merchant_id = m.id and r.state = 'queued' and r.refunded_before_cents is not null)
    order by m.id`.execute(tx)
  return rows.filter((row) => row.cents > 0n)
}

/** Puts what `takeClaims` counted into a line: each acceptance and refund in one settlement only. */
export async function fillLine(tx: Tx, merchantId: number, lineId: string): Promise<Cents> {
  const { rows } = await sql<{ cents: bigint }>`
    with taken as (
      update acceptances set settlement_line_id = ${lineId}
      where merchant_id = ${merchantId} and state in ('final', 'guaranteed') and settlement_line_id is null
      returning amount_cents),
    given_back as (
      update refunds set settlement_line_id = ${lineId}
      where merchant_id = ${merchantId} and state = 'final' and settlement_line_id is null
      returning cents)
    select coalesce((select sum(amount_cents) from taken), 0)
      - coalesce((select sum(cents) from given_back), 0) as cents`.execute(tx)
  return rows[0]?.cents ?? 0n
}

/** What was in these lines is free for the next settlement. */
export async function emptyLines(tx: Tx, lineIds: readonly string[]): Promise<void> {
  if (lineIds.length === 0) return
  for (const table of ['acceptances', 'refunds'] as const) {
    await tx.updateTable(table).set({ settlement_line_id: null }).where('settlement_line_id', 'in', lineIds).execute()
  }
}

export interface Debt {
  merchant_id: number
  programme_id: number
}

/** Which of these merchants owe which programme's guarantee, as the chain's events say. */
export async function debtsOf(tx: Tx, merchantIds: readonly number[]): Promise<Debt[]> {
  const { rows } = await sql<Debt & { cents: bigint }>`
    select merchant_id, programme_id, sum(cents) as cents from (
      select r.merchant_id, r.programme_id, (l.args->>'debtCents')::bigint as cents
      from chain_logs l join refunds r on '0x' || encode(r.id, 'hex') = l.args->>'refundId'
      where l.event = 'Refunded'
      union all
      select (l.args->>'merchant')::integer, (l.args->>'programme')::integer, -(l.args->>'cents')::bigint
      from chain_logs l where l.event = 'DebtNetted') as moved
    where merchant_id in (${sql.join(merchantIds)})
    group by merchant_id, programme_id`.execute(tx)
  return rows.filter((row) => row.cents > 0n)
}

export async function namesOf(db: Db, staffIds: readonly string[]): Promise<Map<string, string>> {
  if (staffIds.length === 0) return new Map()
  const rows = await db.selectFrom('staff').select(['id', 'name']).where('id', 'in', staffIds).execute()
  return new Map(rows.map((row) => [row.id, row.name]))
}

export async function merchantNames(db: Db, ids: readonly number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('merchants').select(['id', 'name']).where('id', 'in', ids).execute()
  return new Map(rows.map((row) => [row.id, row.name]))
}
