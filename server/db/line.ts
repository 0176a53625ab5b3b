import { AsyncLocalStorage } from 'node:async_hooks'
import type pg from 'pg'

/** The connection that a transaction is lent. */
export class Line {
  client: pg.PoolClient | null = null

  /** Ends it without asking: what waits for its answer fails. On PGlite there is nothing to end. */
  cut(): void {
    void this.client?.end()
  }
}

/** Kysely keeps to itself which connection a transaction has: whoever begins one inside `lines.run` is told. */
export const lines = new AsyncLocalStorage<Line>()

/** A pool that tells which line it lends. */
export function lending(pool: pg.Pool) {
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const line = lines.getStore()
      const client = await pool.connect()
      if (line !== undefined) line.client = client
      return client
    },
  }
}

/** Waits so long for what was asked over a line; then cuts it, and what was asked fails. */
export async function answered<T>(line: Line, milliseconds: number, asked: Promise<T>): Promise<T> {
  const timer = setTimeout(() => line.cut(), milliseconds)
  return await asked.finally(() => clearTimeout(timer))
}
