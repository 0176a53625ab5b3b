import type { Insertable, Selectable, Updateable } from 'kysely'
import type { Decisions, Needs, Programmes, Tables, Words } from '../db/tables.ts'
import type { Tx } from '../db/transaction.ts'

export async function findNeed(tx: Tx, id: string): Promise<Selectable<Needs> | undefined> {
  return await tx.selectFrom('needs').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Holds a need: one decision is made of it. */
export async function takeNeed(tx: Tx, id: string): Promise<Selectable<Needs> | undefined> {
  return await tx.selectFrom('needs').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
}

export async function needsOf(tx: Tx, caseId: string): Promise<Selectable<Needs>[]> {
  return await tx.selectFrom('needs').selectAll().where('case_id', '=', caseId).execute()
}

/** False when the id is taken. */
export async function insertNeed(tx: Tx, row: Insertable<Tables['needs']>): Promise<boolean> {
  const added = await tx
    .insertInto('needs')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return added !== undefined
}

export async function updateNeed(tx: Tx, id: string, change: Updateable<Tables['needs']>): Promise<void> {
  await tx.updateTable('needs').set(change).where('id', '=', id).execute()
}

export async function findDecision(tx: Tx, id: string): Promise<Selectable<Decisions> | undefined> {
  return await tx.selectFrom('decisions').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Holds a decision: approval, revocation and extension of it come one after the other. */
export async function takeDecision(tx: Tx, id: string): Promise<Selectable<Decisions> | undefined> {
  return await tx.selectFrom('decisions').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
}

export async function decisionOf(tx: Tx, needId: string): Promise<Selectable<Decisions> | undefined> {
  return await tx.selectFrom('decisions').selectAll().where('need_id', '=', needId).executeTakeFirst()
}

export async function decisionsOf(tx: Tx, caseId: string): Promise<Selectable<Decisions>[]> {
  return await tx.selectFrom('decisions').selectAll().where('case_id', '=', caseId).execute()
}

/** False when the id is taken. */
export async function insertDecision(tx: Tx, row: Insertable<Tables['decisions']>): Promise<boolean> {
  const added = await tx
    .insertInto('decisions')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return added !== undefined
}

export async function updateDecision(tx: Tx, id: string, change: Updateable<Tables['decisions']>): Promise<void> {
  await tx.updateTable('decisions').set(change).where('id', '=', id).execute()
}

/** What waits for a second person in an organisation, the oldest first, each with its case and need. */
export async function waitingDecisions(tx: Tx, organisation: string) {
  const decisions = await tx
    .selectFrom('decisions')
    .innerJoin('cases', 'cases.id', 'decisions.case_id')
    .selectAll('decisions')
    .where('cases.organisation_id', '=', organisation)
    .where('decisions.state', '=', 'waiting_for_second')
    .orderBy('decisions.decided_at')
    .orderBy('decisions.id')
    .limit(200)
    .execute()
  const waiting = []
  for (const decision of decisions) {
    const need = await tx.selectFrom('needs').selectAll().where('id', '=', decision.need_id).executeTakeFirstOrThrow()
    const caseRow = await tx.selectFrom('cases').selectAll().where('id', '=', need.case_id).executeTakeFirstOrThrow()
    const programmeName = await programmeNameOf(tx, need.programme_id)
    waiting.push({ decision, need, caseRow, programmeName })
  }
  return waiting
}

/** Nothing for other organisations' programmes too: nobody learns of them here. */
export async function findProgramme(
  tx: Tx,
  id: number,
  organisation: string,
): Promise<Selectable<Programmes> | undefined> {
  return await tx
    .selectFrom('programmes')
    .selectAll()
    .where('id', '=', id)
    .where('organisation_id', '=', organisation)
    .executeTakeFirst()
}

export async function programmeNameOf(tx: Tx, id: number): Promise<Words> {
  const row = await tx.selectFrom('programmes').select('name').where('id', '=', id).executeTakeFirstOrThrow()
  return row.name
}

/** Holds a case, so that two grants with one decision number do not pass each other. */
export async function holdCase(tx: Tx, id: string): Promise<void> {
  await tx.selectFrom('cases').select('id').where('id', '=', id).forUpdate().execute()
}

export async function staffNames(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await tx.selectFrom('staff').select(['id', 'name']).where('id', 'in', ids).execute()
  return new Map(rows.map((row) => [row.id, row.name]))
}
