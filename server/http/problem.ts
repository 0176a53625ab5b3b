import type { ErrorRequestHandler, RequestHandler } from 'express'
import { ZodError } from 'zod'
import type { Problem } from '../../protocol/refusals.ts'
import { isNodeAway } from '../chain/rpcErrors.ts'
import { isDatabaseAway } from '../db/away.ts'
import { safeWords } from '../db/safeWords.ts'
import { sqlStateOf } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { Refused } from './refused.ts'
import { routeOf } from './route.ts'

/** What PostgreSQL calls text or numbers that no column can hold: a NUL in a name, a year 300000. */
const unstorable = new Set(['22003', '22007', '22008', '22021', '22P05'])

/** The one place where an error becomes an answer. */
export function refusalOf(error: unknown): Refused {
  if (error instanceof Refused) return error
  if (error instanceof ZodError) return new Refused('bad_request', { fields: fieldsOf(error) })
  if (unstorable.has(sqlStateOf(error) ?? '')) return new Refused('bad_request')
  if (isDatabaseAway(error) || isNodeAway(error)) return new Refused('unavailable')
  // Express' own readers of paths and bodies say what went wrong in `status`.
  const status = error instanceof Error && 'status' in error ? error.status : null
  if (status === 413) return new Refused('too_large')
  if (typeof status === 'number' && status >= 400 && status < 500) return new Refused('bad_request')
  return new Refused('internal')
}

/** Where the input is wrong and how, never the input itself. */
export function fieldsOf(error: ZodError): Record<string, string> {
  return Object.fromEntries(error.issues.map((issue) => [issue.path.join('.') || '(all)', issue.code]))
}

export function problemOf(refused: Refused): Problem {
  const { refusal, status, details } = refused
  return { type: 'about:blank', title: refusal.replaceAll('_', ' '), status, refusal, ...(details && { details }) }
}

export function answerProblems({ log, metrics }: Pick<Deps, 'log' | 'metrics'>): ErrorRequestHandler {
  return (error, req, res, next) => {
    const refused = refusalOf(error)
    metrics.refusals.inc({ word: refused.refusal })
    if (refused !== error && refused.status >= 500) {
      const seen = { method: req.method, route: routeOf(res), ...safeWords(error) }
      if (refused.refusal === 'internal') log.error(seen, 'bug')
      else log.warn(seen, 'The database or the node was not there, or could not work')
    }
    // Half an answer is out: only closing the connection tells the caller that it is not whole.
    if (res.headersSent) return next(error)
    if (refused.refusal === 'unavailable') res.set('Retry-After', '1')
    res
      .status(refused.status)
      .type('application/problem+json')
      .send(JSON.stringify(problemOf(refused)))
  }
}

export const noSuchPath: RequestHandler = () => {
  throw new Refused('not_found')
}
