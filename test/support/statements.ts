import type { KyselyPlugin } from 'kysely'
import type { Db } from '../../server/db/database.ts'

/** The same database; `statements.count` grows with each statement that is sent through it, also in its transactions. */
export function countStatements(db: Db): { db: Db; statements: { readonly count: number } } {
  const statements = { count: 0 }
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      statements.count++
      return node
    },
    async transformResult({ result }) {
      return result
    },
  }
  return { db: db.withPlugin(plugin), statements }
}
