import { AsyncLocalStorage } from 'node:async_hooks'
import type pg from 'pg'
import { actingSql, actingValues, whoActs } from './acting.ts'

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

/** In whose name a connection works, as it was told last. */
const namedFor = new WeakMap<pg.PoolClient, string>()
const server = JSON.stringify(actingValues(null))

/** A pool that tells which line it lends, and lends none that works in another's name. */
export function lending(pool: pg.Pool) {
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const line = lines.getStore()
      const values = actingValues(whoActs())
      const client = await pool.connect()
      if (line !== undefined) line.client = client
      const name = JSON.stringify(values)
      if ((namedFor.get(client) ?? server) === name) return client
      try {
        await client.query({ name: 'acting', text: actingSql('next'), values })
      } catch (error) {
        // In whose name it works now nobody knows.
        client.release(true)
        throw error
      }
      namedFor.set(client, name)
      return client
    },
  }
}

/** Waits so long for what was asked over a line; then cuts it, and what was asked fails. */
export async function answered<T>(line: Line, milliseconds: number, asked: Promise<T>): Promise<T> {
  const timer = setTimeout(() => line.cut(), milliseconds)
  return await asked.finally(() => clearTimeout(timer))
}
