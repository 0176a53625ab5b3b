import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely'
import pg from 'pg'
import { lending } from './line.ts'
import { openLite, readers, withSimpleStatements } from './lite.ts'
import { preparingClient } from './prepared.ts'
import type { Tables } from './tables.ts'

export type Db = Kysely<Tables>

export type Engine = { engine: 'pglite'; lite: PGlite } | { engine: 'postgres'; pool: pg.Pool }

export type Database = Engine & {
  db: Db
  /** Ends open statements and lets go of the engine. */
  close(): Promise<void>
}

export interface DatabaseConfig {
  /** Without one, PostgreSQL runs inside this process. */
  databaseUrl: string | null
  /** Where that PostgreSQL keeps its files; null keeps them in memory. */
  dataFolder: string | null
}

/** Opens whichever engine the configuration names. `onLost` hears of idle connections that break; the pool replaces them. */
export async function openDatabase(config: DatabaseConfig, onLost: (error: Error) => void): Promise<Database> {
  if (config.databaseUrl !== null) return usePool(config.databaseUrl, onLost)
  if (config.dataFolder !== null) mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 })
  return useLite(await openLite({ folder: config.dataFolder === null ? null : join(config.dataFolder, 'postgres') }))
}

export function useLite(lite: PGlite): Database {
  const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: withSimpleStatements(lite) }) })
  return {
    engine: 'pglite',
    lite,
    db,
    async close() {
      await db.destroy()
      if (!lite.closed) await lite.close()
    },
  }
}

/** A server that lost power says nothing: without limits its transaction would hold a counter's row for hours. */
const settings = {
  timezone: 'UTC',
  // Longer than any transaction of ours waits for us.
  idle_in_transaction_session_timeout: '20s',
  tcp_keepalives_idle: 10,
  tcp_keepalives_interval: 5,
  tcp_keepalives_count: 3,
}

function usePool(connectionString: string, onLost: (error: Error) => void): Database {
  const pool = new pg.Pool({
    connectionString,
    Client: preparingClient(),
    max: 20,
    // For a connection, and for one of the pool's to be free: then the caller hears that it should try again.
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    types: {
      getTypeParser: (id, format) => readers[id] ?? pg.types.getTypeParser(id, format ?? 'text'),
    } as pg.CustomTypesConfig,
  })
  // Without a listener, a database restart would end the whole process.
  pool.on('error', onLost)
  // The pool listens to idle connections only. One that breaks while a transaction holds it, between two statements, would
  // do the same; that transaction hears of it from its next statement.
  pool.on('connect', (client) => client.on('error', () => {}))
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: lending(pool) }) })
  return { engine: 'postgres', pool, db, close: () => db.destroy() }
}
