import pg from 'pg'
import { actingSql } from '../../../server/db/acting.ts'

/** The values of a statement as the driver sends them, written out. */
type Query = { text: string; values?: unknown[] }

interface Prepared {
  prepareValue(value: unknown): string | Buffer | null
}

const naming = actingSql('next')

const { prepareValue } = (await import('pg/lib/utils.js' as string)) as Prepared

/**
 * Remembers every statement that goes to PostgreSQL through `pg`, transaction by transaction in the order of their commits,
 * with the values in their places: what somebody would run who wanted the same rows and nothing else, in nobody's name.
 */
export function recordStatements(): { take(): string[]; stop(): void } {
  const prototype = pg.Client.prototype as { query: (...args: unknown[]) => unknown }
  const original = prototype.query
  const open = new Map<object, string[]>()
  let done: string[] = []
  prototype.query = function (this: object, ...args: unknown[]) {
    keep(this, queryOf(args))
    return original.apply(this, args)
  }

  function keep(client: object, query: Query | null): void {
    if (query === null || query.text === naming) return
    const statement = written(query)
    const transaction = open.get(client)
    if (/^(begin|start transaction)/i.test(statement)) open.set(client, [statement])
    else if (transaction === undefined) done.push(statement)
    else if (/^rollback/i.test(statement)) open.delete(client)
    else {
      transaction.push(statement)
      if (!/^commit/i.test(statement)) return
      done.push(...transaction)
      open.delete(client)
    }
  }
  return {
    take() {
      const taken = done
      done = []
      return taken
    },
    stop() {
      prototype.query = original
    },
  }
}

function queryOf([first, second]: unknown[]): Query | null {
  if (typeof first === 'string') return { text: first, values: (second as unknown[] | undefined) ?? [] }
  if (typeof first !== 'object' || first === null || !('text' in first)) return null
  const { text, values } = first as { text: string; values?: unknown[] }
  // A cursor is read in parts by an object of its own; there is none on this path.
  return { text, values: values ?? (second as unknown[] | undefined) ?? [] }
}

function written({ text, values = [] }: Query): string {
  return text.replace(/\$(\d+)/g, (_, place: string) => literal(values[Number(place) - 1])).trim()
}

function literal(value: unknown): string {
  const sent = prepareValue(value)
  if (sent === null || sent === undefined) return 'null'
  return typeof sent === 'string' ? pg.escapeLiteral(sent) : `'\\x${Buffer.from(sent).toString('hex')}'`
}
