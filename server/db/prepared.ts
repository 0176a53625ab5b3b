import pg from 'pg'

/** A longer list of values is one of many lengths, and each length would be a statement of its own. */
const mostValues = 32
/** A connection keeps each until it ends. */
const mostStatements = 400
/** What a migration adds to a table would change what a prepared statement answers, and PostgreSQL refuses that. */
const allColumns = /[\s.]\*/

/** The statements of one pool's connections. */
export class Statements {
  readonly #names = new Map<string, string>()

  /** Under which name PostgreSQL is to remember how it does this; undefined for what is not worth it. */
  nameOf(text: string, values: readonly unknown[]): string | undefined {
    const known = this.#names.get(text)
    if (known !== undefined) return known
    const isFull = this.#names.size === mostStatements
    if (values.length === 0 || values.length > mostValues || isFull || allColumns.test(text)) return undefined
    const name = `kipina_${this.#names.size}`
    this.#names.set(text, name)
    return name
  }
}

/**
 * Connections on which PostgreSQL reads and plans a statement once, and not at each payment anew: that is half of what an
 * acceptance costs it. For one pool.
 */
export function preparingClient(): typeof pg.Client {
  const statements = new Statements()
  return class extends pg.Client {
    override query = ((text: unknown, values: unknown, ...more: unknown[]) => {
      const name = typeof text === 'string' && Array.isArray(values) ? statements.nameOf(text, values) : undefined
      const query = super.query as (...given: unknown[]) => unknown
      if (name === undefined) return query.call(this, text, values, ...more)
      return query.call(this, { name, text, values }, ...more)
    }) as typeof pg.Client.prototype.query
  }
}
