import type { Insertable, Kysely } from 'kysely'
import type { Tables } from '../db/tables.ts'
import { Refused } from './refused.ts'
import type { StaffWho, Who } from './who.ts'

/** Who acts without a session: this server by its clock, or whoever sent a transaction to the chain. */
export type Author =
  | Exclude<Who, { actor: 'staff' }>
  | Pick<StaffWho, 'actor' | 'staffId'>
  | { actor: 'server' }
  | { actor: 'chain'; id: string }

/**
 * Who read or changed what; in the transaction of a change, so that neither is without the other. Append-only: the audit
 * step chains it afterwards, so that it costs an insert and waits for nobody. The subject is an id, details are counts, ids
 * and words of ours: never a word about a person.
 *
 * HAZARD: never a phone's or a mailbox's arrival (enrolment, sign-in, stock, reading its own): its moment, beside the
 * worker who opened a case, would tell whose phone it is.
 */
export async function logAccess(
  db: Kysely<Tables>,
  who: Author,
  action: string,
  subject: string,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const entry: Insertable<Tables['access_log']> = {
    actor: who.actor,
    actor_id: idOf(who),
    action,
    subject,
    details: JSON.stringify(details),
  }
  await db.insertInto('access_log').values(entry).execute()
}

/** Refusals that tell of somebody who looked or reached where they may not. */
const telling: ReadonlySet<string> = new Set(['not_found', 'not_allowed', 'same_person'])

/** A member of staff was refused: what was undone with the transaction is written down here, by the name of the endpoint. */
export async function logRefusal(
  db: Kysely<Tables>,
  who: Who,
  error: unknown,
  path: string,
  params: object | undefined,
): Promise<void> {
  if (who.actor !== 'staff' || !(error instanceof Refused) || !telling.has(error.refusal)) return
  const [subject = ''] = Object.values(params ?? {})
  await logAccess(db, who, 'was refused', String(subject), { refusal: error.refusal, path })
}

function idOf(who: Author): string {
  if (who.actor === 'wallet') return who.walletId
  if (who.actor === 'till') return String(who.tillId)
  if (who.actor === 'staff') return who.staffId
  return who.actor === 'chain' ? who.id : ''
}
