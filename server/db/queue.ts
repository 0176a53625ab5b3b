import { type PGlite, types } from '@electric-sql/pglite'
import { type Db, PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import { isDatabaseAway } from './away.ts'
import type { Engine } from './database.ts'
import { safeWords } from './safeWords.ts'

/** Work that comes back for ever. */
export interface Chore {
  name: string
  /** How long a turn that is due may wait to be noticed. */
  noticedWithinSeconds: number
  /** Asks the database what is due and does it. Answers in how many seconds to ask again. */
  turn(): Promise<number>
}

export interface Queue {
  /** Resolves when what was under way has ended; waits half a minute for it at most. */
  stop(): Promise<void>
}

const queueOptions = {
  // One waits and one runs, however many servers there are.
  policy: 'stately',
  // There is always a next turn: a chore that fails is tried again until it works.
  retryLimit: 1_000_000,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 60,
  // A server that died is noticed by its silence, not by the longest time that a turn could take.
  heartbeatSeconds: 30,
  expireInSeconds: 3600,
  deleteAfterSeconds: 3600,
} as const

/**
 * Lets this server take its turns in every chore. A turn, when it has worked, orders the next one, so that the interval
 * counts from its end; each is one job of pg-boss, in a schema of its own in the same database.
 */
export async function startQueue(engine: Engine, chores: readonly Chore[], log: Logger): Promise<Queue> {
  const boss = new PgBoss({
    ...connectionOf(engine),
    schedule: false,
    superviseIntervalSeconds: 30,
    monitorIntervalSeconds: 30,
    // No chore waits for another.
    flowIntervalSeconds: 3600,
    bamIntervalSeconds: 3600,
  })
  boss.on('error', (error) => log.warn(safeWords(error), 'The job queue had to wait for its database'))
  await boss.start()
  for (const chore of chores) await startChore(boss, engine, chore, log)
  return { stop: () => boss.stop({ graceful: true, timeout: 30_000 }) }
}

async function startChore(boss: PgBoss, { engine }: Engine, chore: Chore, log: Logger): Promise<void> {
  const { name } = chore
  const { policy, ...changeable } = queueOptions
  await boss.createQueue(name, queueOptions)
  await boss.updateQueue(name, changeable)
  // Nobody else has this database open: what seems to be running was cut off.
  if (engine === 'pglite') await boss.deleteAllJobs(name)
  await boss.work(name, { pollingIntervalSeconds: chore.noticedWithinSeconds }, async () => {
    const seconds = await chore.turn().catch((error: unknown) => {
      // A database that is away is known already; anything else is a bug of ours.
      const level = isDatabaseAway(error) ? 'warn' : 'error'
      log[level]({ job: name, ...safeWords(error) }, 'A job failed; it is tried again')
      // pg-boss keeps what it is thrown in a table, and the message of the real one may quote a row.
      throw new Error('The log says where')
    })
    await boss.send(name, null, { startAfter: Math.ceil(seconds) })
  })
  await boss.send(name)
}

function connectionOf(engine: Engine) {
  if (engine.engine === 'pglite') {
    return { db: onLite(engine.lite), backend: 'pglite', reindex: false, monitorVacuum: false } as const
  }
  // Connections of its own: ours answer with other types.
  const { connectionString } = engine.pool.options
  if (connectionString === undefined) throw new Error('The pool was not opened by a connection string')
  return { connectionString, max: 2 }
}

const readers = { parsers: types.parsers }

/**
 * pg-boss's own adapter sends BEGIN and COMMIT as text: when such a block fails, statements of ours land in the broken
 * transaction. Through `transaction`, PGlite keeps everybody else out until it is undone.
 */
function onLite(lite: PGlite): Db {
  return {
    async executeSql(text, values) {
      if (values !== undefined && values.length > 0) return await lite.query(text, values, readers)
      const block = /^\s*BEGIN;(.*)COMMIT;\s*$/s.exec(text)?.[1]
      const results = await (block === undefined
        ? lite.exec(text, readers)
        : lite.transaction((tx) => tx.exec(block, readers)))
      return { rows: results.flatMap(({ rows }) => rows) }
    },
  }
}
