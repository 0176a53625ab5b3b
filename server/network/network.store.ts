import type { Insertable, Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Fundings, Merchants, Programmes, Tables } from '../db/tables.ts'
import type { Tx } from '../db/transaction.ts'

type Db = Kysely<Tables>

/* Programmes */

export async function insertProgramme(tx: Tx, row: Insertable<Programmes>): Promise<boolean> {
  const added = await tx
    .insertInto('programmes')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  return added !== undefined
}

export function programmesOf(db: Db, organisation: string) {
  return db.selectFrom('programmes').selectAll().where('organisation_id', '=', organisation).orderBy('id').execute()
}

export function findProgramme(db: Db, id: number) {
  return db.selectFrom('programmes').selectAll().where('id', '=', id).executeTakeFirst()
}

export function findFunding(db: Db, id: string) {
  return db.selectFrom('fundings').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function insertFunding(tx: Tx, row: Insertable<Fundings>): Promise<boolean> {
  const added = await tx
    .insertInto('fundings')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return added !== undefined
}

/* Merchants */

export async function insertMerchant(tx: Tx, row: Insertable<Merchants>): Promise<boolean> {
  const added = await tx
    .insertInto('merchants')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return added !== undefined
}

export function merchantsOf(db: Db, organisation: string) {
  return db.selectFrom('merchants').selectAll().where('organisation_id', '=', organisation).orderBy('id').execute()
}

/** Locked: two people must not approve or suspend the same merchant past each other. */
export function takeMerchant(tx: Tx, id: number, organisation: string) {
  return tx
    .selectFrom('merchants')
    .selectAll()
    .where('id', '=', id)
    .where('organisation_id', '=', organisation)
    .forUpdate()
    .executeTakeFirst()
}

export function approvedMerchants(db: Db) {
  return db.selectFrom('merchants').selectAll().where('state', '=', 'approved').orderBy('id').execute()
}

export async function markApproved(tx: Tx, id: number, approvedBy: string): Promise<void> {
  await tx.updateTable('merchants').set({ approved_by: approvedBy }).where('id', '=', id).execute()
}

export async function markSuspended(tx: Tx, id: number, because: string): Promise<void> {
  const suspended = { state: 'suspended' as const, suspended_because: because }
  await tx.updateTable('merchants').set(suspended).where('id', '=', id).execute()
}

export function activeTills(db: Db) {
  return db
    .selectFrom('tills')
    .select(['id', 'merchant_id', 'name', 'accepts_ahead'])
    .where('state', '=', 'active')
    .orderBy('id')
    .execute()
}

export async function insertTillCode(tx: Tx, row: Insertable<Tables['till_codes']>): Promise<void> {
  await tx.insertInto('till_codes').values(row).execute()
}

/** Everything accepted and not given back, less what the bank has paid, by merchant. */
export async function owedByMerchant(db: Db, organisation: string): Promise<Map<number, bigint>> {
  const { rows } = await sql<{ id: number; cents: bigint }>`
    select m.id, greatest(0,
        coalesce((select sum(a.amount_cents) from acceptances a where a.merchant_id = m.id and a.state <> 'undone'), 0)
      - coalesce((select sum(r.cents) from refunds r where r.merchant_id = m.id), 0)
      - coalesce((select sum(l.cents) from settlement_lines l where l.merchant_id = m.id and l.state = 'paid'), 0)
    ) as cents
    from merchants m where m.organisation_id = ${organisation}`.execute(db)
  return new Map(rows.map(({ id, cents }) => [id, cents]))
}

/* Directory */

export function organisations(db: Db) {
  return db.selectFrom('organisations').select(['id', 'name', 'phone']).orderBy('id').execute()
}
