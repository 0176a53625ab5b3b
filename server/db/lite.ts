import { PGlite, type Transaction } from '@electric-sql/pglite'
import { types } from 'pg'
import { actingSql, actingValues, whoActs } from './acting.ts'

/** Both engines read the same: bytes as Buffer, whole numbers as bigint, days as text. */
export const readers: Record<number, (text: string) => unknown> = {
  [types.builtins.INT8]: BigInt,
  // No table has a numeric column: every numeric is a sum of cents.
  [types.builtins.NUMERIC]: BigInt,
  [types.builtins.DATE]: (text) => text,
  [types.builtins.BYTEA]: (text) => Buffer.from(text.slice(2), 'hex'),
}

export interface LiteSource {
  /** Null keeps everything in memory. */
  folder: string | null
  /** The bytes of an earlier `dumpDataDir`. */
  dump?: Blob
}

/** PostgreSQL inside this process. The folder must belong to this process alone: see server/lock.ts. */
export async function openLite({ folder, dump }: LiteSource): Promise<PGlite> {
  const lite = await PGlite.create({
    ...(folder === null ? {} : { dataDir: folder }),
    ...(dump === undefined ? {} : { loadDataDir: dump }),
    parsers: readers,
  })
  await lite.exec(`set timezone = 'UTC'`)
  return lite
}

/**
 * PGlite's `query` takes one statement, a migration file has many: what has no parameters is sent as PostgreSQL's
 * simple protocol, which takes several, as it is on a real server. Whoever acts for somebody does so for one transaction:
 * all share the one connection.
 */
export function withSimpleStatements(lite: PGlite): PGlite {
  const transaction = (work: (tx: Transaction) => Promise<unknown>) => {
    const acting = whoActs()
    return lite.transaction(async (tx) => {
      if (acting !== null) await tx.query(actingSql('commit'), actingValues(acting))
      return await work(
        new Proxy(tx, { get: (inner, key) => (key === 'query' ? simpleQuery(inner) : Reflect.get(inner, key)) }),
      )
    })
  }
  const query = (text: string, parameters: unknown[] = [], options = {}) =>
    whoActs() === null
      ? simpleQuery(lite)(text, parameters, options)
      : transaction((tx) => simpleQuery(tx)(text, parameters, options))
  return new Proxy(lite, {
    get(target, name) {
      if (name === 'query') return query
      if (name === 'transaction') return transaction
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function simpleQuery(engine: Pick<PGlite, 'query' | 'exec'>) {
  return async (text: string, parameters: unknown[] = [], options = {}) =>
    parameters.length > 0 ? engine.query(text, parameters, options) : (await engine.exec(text, options)).at(-1)
}
