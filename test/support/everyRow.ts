import { sql } from 'kysely'
import type { Db } from '../../server/db/database.ts'

/** What a refused call may leave behind: who is signed in, which nonces are used, and who tried to read. */
const mayChange = ['sessions', 'sign_in_nonces', 'access_log', 'audit_log', 'audit_head', 'migrations']

/** A hash of every row of every table but those, to hold against a later one. */
export async function everyRow(db: Db): Promise<Record<string, string>> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name`.execute(db)
  const names = tables.map(({ name }) => name).filter((name) => !mayChange.includes(name))
  if (names.length < 25) throw new Error(`Only ${names.length} tables are watched`)
  const hashes = names.map(
    (name) => sql`select ${name}::text as name,
      coalesce((select md5(string_agg(md5(one::text), '' order by one::text)) from ${sql.table(name)} as one), '') as hash`,
  )
  const { rows } = await sql<{ name: string; hash: string }>`${sql.join(hashes, sql` union all `)}`.execute(db)
  return Object.fromEntries(rows.map(({ name, hash }) => [name, hash]))
}
