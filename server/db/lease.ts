import { sql } from 'kysely'
import type { Db } from './database.ts'

/**
 * Takes or keeps work that one server at a time does, for so many seconds by the database's own clock: servers may disagree
 * about the time. A holder that dies loses it when they are over.
 *
 * @returns false when another holds it.
 */
export async function hold(db: Db, name: string, holder: string, seconds: number): Promise<boolean> {
  const { rows } = await sql`
    insert into leases (name, holder, held_until)
    values (${name}, ${holder}, now() + make_interval(secs => ${seconds}))
    on conflict (name) do update set holder = excluded.holder, held_until = excluded.held_until
    where leases.holder = excluded.holder or leases.held_until < now()
    returning 1`.execute(db)
  return rows.length === 1
}

/** Gives it to whoever asks next, if this holder still has it. */
export async function letGo(db: Db, name: string, holder: string): Promise<void> {
  await db.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute()
}
