import type { Selectable } from 'kysely'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Cases } from '../db/tables.ts'
import type { Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { logAccess } from '../http/accessLog.ts'
import { Refused } from '../http/refused.ts'
import type { StaffWho } from '../http/who.ts'

/* What later steps write down of their own acts. */
export { logAccess }

const caseContent = z.object({ mailbox: z.uuid() })

/** A case with its key in hand. */
export interface CaseEnvelope {
  caseRow: Selectable<Cases>
  /** The only way from a case to its mailbox; never store the two side by side. */
  mailboxId: string
  /** JSON content under the person's key, for a `sealed` column. */
  seal(content: unknown): Promise<Buffer>
  unseal(sealed: Uint8Array): Promise<unknown>
}

/** Opens one of the worker's own cases and logs the reading. Refuses `not_found`: others' cases look like none. */
export async function openCaseEnvelope(tx: Tx, deps: Deps, who: StaffWho, caseId: string): Promise<CaseEnvelope> {
  const caseRow = await tx
    .selectFrom('cases')
    .selectAll()
    .where('id', '=', caseId)
    .where('worker_id', '=', who.staffId)
    .where('organisation_id', '=', who.organisation)
    .executeTakeFirst()
  if (caseRow === undefined) throw new Refused('not_found')
  await logAccess(tx, who, 'opened case', caseId)
  return envelopeOf(deps, caseRow)
}

/** Opens a case of the same organisation for its second person, and logs the reading. Refuses `not_found`. */
export async function openCaseToReview(tx: Tx, deps: Deps, who: StaffWho, caseId: string): Promise<CaseEnvelope> {
  const caseRow = await tx
    .selectFrom('cases')
    .selectAll()
    .where('id', '=', caseId)
    .where('organisation_id', '=', who.organisation)
    .executeTakeFirst()
  if (caseRow === undefined || !who.roles.includes('approver')) throw new Refused('not_found')
  await logAccess(tx, who, 'reviewed case', caseId)
  return envelopeOf(deps, caseRow)
}

/** The case with its key in hand, without a log entry: for lists that log once for all. */
export async function envelopeOf(deps: Deps, caseRow: Selectable<Cases>): Promise<CaseEnvelope> {
  const { mailbox } = caseContent.parse(await deps.vault.open(caseRow.id, caseRow.sealed))
  return {
    caseRow,
    mailboxId: mailbox,
    seal: (content) => deps.vault.seal(caseRow.id, content),
    unseal: (sealed) => deps.vault.open(caseRow.id, sealed),
  }
}

/**
 * Counts what one person decided alone on one day (`dayOf`), within a limit that holds for the whole day.
 * Refuses `above_limit`, and then counts nothing.
 */
export async function addToStaffDay(
  tx: Tx,
  staffId: string,
  day: string,
  cents: bigint,
  limitCents: bigint,
): Promise<void> {
  if (cents > limitCents) throw new Refused('above_limit', { limitCents: limitCents.toString() })
  const counted = await tx
    .insertInto('staff_days')
    .values({ staff_id: staffId, day, decided_cents: cents })
    .onConflict((conflict) =>
      conflict
        .columns(['staff_id', 'day'])
        .doUpdateSet({ decided_cents: sql`staff_days.decided_cents + excluded.decided_cents` })
        .where(sql<boolean>`staff_days.decided_cents + excluded.decided_cents <= ${limitCents}`),
    )
    .returning('staff_id')
    .executeTakeFirst()
  if (counted === undefined) throw new Refused('above_limit', { limitCents: limitCents.toString() })
}
