import { sqlStateOf, TooLong } from './transaction.ts'

/** Connection exceptions, insufficient resources (a full disk, too many connections), an operator's stop, a system error. */
const classes = /^(08|53|57P|58)/
/** What was a primary is a standby now. */
const readOnly = '25006'
/** The database did not hear of us for too long inside a transaction. */
const notHeard = '25P03'
const socketCodes = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|ENOENT|EAI_AGAIN)$/
/** pg and Kysely give these no code. The last two: this process ends, and has let go of it. */
const words =
  /^Connection terminated|^timeout exceeded when trying to connect|^Client has encountered a connection error|^driver has already been destroyed|^Cannot use a pool after calling end/

/**
 * Whether the database was not there, or could not work: what was asked may or may not have happened, and may be asked
 * again. Anything else that it says is a bug of ours.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof TooLong) return true
  const state = sqlStateOf(error)
  if (state !== null && (classes.test(state) || state === readOnly || state === notHeard)) return true
  const code = 'code' in error ? String(error.code) : ''
  return socketCodes.test(code) || words.test(error.message)
}
