import type { Insertable, Kysely } from 'kysely'
import type { Tables } from '../db/tables.ts'
import type { Who } from './who.ts'

/** Who acts without a session: this server by its clock, or whoever sent a transaction to the chain. */
export type Author = Who | { actor: 'server' } | { actor: 'chain'; id: string }

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

function idOf(who: Author): string {
  if (who.actor === 'wallet') return who.walletId
  if (who.actor === 'till') return String(who.tillId)
  if (who.actor === 'staff') return who.staffId
  return who.actor === 'chain' ? who.id : ''
}
