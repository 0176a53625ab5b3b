import type { Request, Response } from 'express'
import { ipKeyGenerator, type RateLimitRequestHandler, rateLimit } from 'express-rate-limit'
import type { Config } from '../config.ts'
import { Refused } from './refused.ts'
import { hashOf } from './sessions.ts'

/** How often one caller may call within a minute. */
export interface Limits {
  /** Counts a call by its live session, else by its IP address. Refuses `too_many_requests`. */
  count(req: Request, res: Response, token: string | null): Promise<void>
}

/**
 * A school is one IP address: 500 youths who enrol in one minute must pass, so callers without a session have room
 * together, and everyone with a session counts alone. Counted in each process for itself.
 */
export function createLimits(config: Pick<Config, 'publicCallsPerMinute' | 'sessionCallsPerMinute'>): Limits {
  const bySession = limiter(config.sessionCallsPerMinute, (_, res) => String(res.locals.limitKey))
  const byAddress = limiter(config.publicCallsPerMinute, (req) => ipKeyGenerator(req.ip ?? ''))
  return {
    async count(req, res, token) {
      // A cookie that is no session counts by address: else everybody could invent a fresh key for each call.
      if (token === null) return run(byAddress, req, res)
      res.locals.limitKey = hashOf(token).toString('base64url')
      return run(bySession, req, res)
    },
  }
}

function limiter(limit: number, keyGenerator: (req: Request, res: Response) => string): RateLimitRequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit,
    keyGenerator,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_req, _res, next) => next(new Refused('too_many_requests', { retryAfterSeconds: 60 })),
  })
}

async function run(limit: RateLimitRequestHandler, req: Request, res: Response): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    void limit(req, res, (error?: unknown) => (error === undefined ? resolve() : reject(error)))
  })
}
