import { sqlStateOf } from './transaction.ts'

/** What the system says of a line that is cut, or of a server that is not there. */
const cut = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'ENOENT'])

/** PostgreSQL's classes: connection, resources (a full disk among them), stopping and starting, and its own system. */
const states = /^(08|53|57P|58)/

/**
 * Whether the database could not work just now: it is away, starting, or its disk is full. Nothing is wrong with what was
 * asked, and the very same may be asked again; whether it was done before is unknown.
 */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && cut.has(String(error.code)) && 'syscall' in error) return true
  if (states.test(sqlStateOf(error) ?? '')) return true
  // pg has no code for a connection that ended under a statement.
  return /^(Connection terminated|Client has encountered a connection error)/.test(error.message)
}
