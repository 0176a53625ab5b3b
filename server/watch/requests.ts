import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import { routeOf } from '../http/route.ts'
import type { Metrics } from './metrics.ts'

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'OPTIONS'])

/**
 * Counts and logs each request by the template of its path: nothing that stands in a path, a query, a header or a body goes
 * any further. 499: the caller went before the answer.
 */
export function watchRequests({ metrics, log }: { metrics: Metrics; log: Logger }): RequestHandler {
  return (req, res, next) => {
    const began = performance.now()
    res.once('close', () => {
      const seconds = (performance.now() - began) / 1000
      const method = methods.has(req.method) ? req.method : 'other'
      const status = res.writableFinished ? res.statusCode : 499
      metrics.requests.observe({ method, route: routeOf(res), status }, seconds)
      const milliseconds = Math.round(seconds * 1000)
      log[status >= 500 ? 'warn' : 'debug']({ method, route: routeOf(res), status, milliseconds }, 'answered')
    })
    next()
  }
}
