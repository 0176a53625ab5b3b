import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from './database.ts'
import { sqlStateOf } from './transaction.ts'

const ours = join(import.meta.dirname, 'migrations')
/** Any number that nothing else here locks: two servers that start together must not migrate together. */
const lock = 5_462_011

/** A change of a table that waits for its lock holds up everybody who comes after it: it waits no longer than so. */
const lockMilliseconds = 500
const mostTries = 100
/** Somebody was in the way: lock not available, and deadlock. */
const passing = new Set(['55P03', '40P01'])

/**
 * Runs every file of `folder` that this database has not seen, in the order of their names, all or nothing. Older servers
 * may be at work meanwhile: it gives way to them, and tries again.
 *
 * @throws when a file was changed after it ran, for then nobody knows what the tables are.
 */
export async function migrate(db: Db, folder = ours): Promise<string[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await once(db, folder)
    } catch (error) {
      if (tries === mostTries || !passing.has(sqlStateOf(error) ?? '')) throw error
      await wait(100 + Math.random() * 100)
    }
  }
}

function once(db: Db, folder: string): Promise<string[]> {
  return db.transaction().execute(async (tx) => {
    // However long another server takes to migrate, it is waited for.
    await sql`select pg_advisory_xact_lock(${lock})`.execute(tx)
    await sql.raw(`set local lock_timeout = ${lockMilliseconds}`).execute(tx)
    await sql`create table if not exists migrations (
      name text primary key, content_hash text not null, applied_at timestamptz not null default now()
    )`.execute(tx)
    const { rows } = await sql<{
      name: string
      content_hash: string
    }>`select name, content_hash from migrations`.execute(tx)
    const seen = new Map(rows.map((row) => [row.name, row.content_hash]))

    const applied: string[] = []
    for (const name of readdirSync(folder)
      .filter((file) => file.endsWith('.sql'))
      .sort()) {
      const content = readFileSync(join(folder, name), 'utf8')
      const hash = createHash('sha256').update(content).digest('hex')
      if (seen.get(name) === hash) continue
      if (seen.has(name)) throw new Error(`${name} was changed after this database ran it: add a new migration instead`)
      await sql.raw(content).execute(tx)
      await sql`insert into migrations (name, content_hash) values (${name}, ${hash})`.execute(tx)
      applied.push(name)
    }
    return applied
  })
}
