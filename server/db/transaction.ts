import { setTimeout as wait } from 'node:timers/promises'
import type { Kysely, Transaction } from 'kysely'
import { answered, Line, lines } from './line.ts'
import type { Tables } from './tables.ts'

export type Tx = Transaction<Tables>

/** Serialisation failure and deadlock: the database undid everything, and the same work may simply be done again. */
const retryable = new Set(['40001', '40P01'])
const mostTries = 5
const limitMilliseconds = 15_000
/** After that limit nobody waits long for a line that may be silent. */
const undoneMilliseconds = 2000

export class TooLong extends Error {
  override name = 'TooLong'
}

/**
 * Runs `work` in one transaction: all of it is durable when this resolves, nothing of it when it rejects.
 * Retries only what the database undid by itself, so `work` may run again: it must touch nothing but `tx`.
 *
 * @throws what `work` throws, and `TooLong` when it takes longer than 15 seconds. A database that answers nothing is cut off:
 * then, as whenever a connection breaks at a commit, nobody knows whether it happened (`isDatabaseAway`).
 */
export async function inTransaction<T>(db: Kysely<Tables>, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await once(db, work)
    } catch (error) {
      if (tries === mostTries || !retryable.has(sqlStateOf(error) ?? '')) throw error
      await wait(2 ** tries * (5 + Math.random() * 5))
    }
  }
}

async function once<T>(db: Kysely<Tables>, work: (tx: Tx) => Promise<T>): Promise<T> {
  // A controlled transaction refuses statements after its end: work that comes too late cannot write on its own.
  const line = new Line()
  const tx = await answered(
    line,
    limitMilliseconds,
    lines.run(line, () => db.startTransaction().execute()),
  )
  const limit = new AbortController()
  try {
    const late = wait(limitMilliseconds, undefined, { signal: limit.signal }).then(() => {
      throw new TooLong(
        `A transaction took more than ${limitMilliseconds / 1000} s and was undone. Was \`db\` used inside it instead of ` +
          '`tx`? On PGlite that waits for itself for ever.',
      )
    })
    const result = await Promise.race([work(tx), late])
    await answered(line, limitMilliseconds, tx.commit().execute())
    return result
  } catch (error) {
    // A failed commit has ended the transaction already; the first error is the one that tells what happened.
    if (!tx.isCommitted && !tx.isRolledBack)
      await answered(line, undoneMilliseconds, tx.rollback().execute()).catch(() => {})
    throw error
  } finally {
    limit.abort()
  }
}

/** The SQLSTATE of a database error on either engine, or null for anything else. */
export function sqlStateOf(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null
}

/** The constraint that a statement broke, by its name in the migrations; null when the error is something else. */
export function brokenConstraintOf(error: unknown): string | null {
  const name = error instanceof Error && 'constraint' in error ? error.constraint : null
  return typeof name === 'string' ? name : null
}
