import express, { type Request, type Response, type Router } from 'express'
import { z } from 'zod'
import type { Actor, Endpoint } from '../../protocol/api/endpoint.ts'
import { readStatement } from '../../protocol/api/settlements.ts'
import { actAs } from '../db/acting.ts'
import type { Deps } from '../deps.ts'
import { logRefusal } from './accessLog.ts'
import type { Limits } from './limits.ts'
import { Refused } from './refused.ts'
import { nameRoute } from './route.ts'
import { findSession, tokenIn } from './sessions.ts'
import { actingFor, sessionActorOf, type Who, type WhoOf } from './who.ts'

type Decoded<S> = S extends z.ZodType ? z.output<S> : undefined

export interface Asked<E extends Endpoint> {
  params: Decoded<E['params']>
  query: Decoded<E['query']>
  body: Decoded<E['body']>
  who: WhoOf<E['actors'][number]>
  deps: Deps
  req: Request
  res: Response
}

/** What `createApp` puts into `app.locals` for every route. */
export interface Locals {
  deps: Deps
  limits: Limits
}

/** A statement of a bank is a JSON string of XML: its escapes make it longer than the XML itself. */
const mostBody: Record<string, string> = { [readStatement.path]: '7mb' }

/**
 * Puts one endpoint of protocol/api on a router: finds out who asks, reads what is asked through the endpoint's schemas,
 * and answers through its schema, so that nothing unlisted goes in or out. A handler only decides, and the database lets it
 * see only what who asks may see.
 *
 * Refuses `too_many_requests`, `origin_not_allowed`, `not_signed_in`, `not_allowed`, `too_large`, `bad_request`.
 */
export function serve<E extends Endpoint>(
  router: Router,
  endpoint: E,
  handler: (asked: Asked<E>) => Promise<z.output<E['answer']>> | z.output<E['answer']>,
): void {
  const readBody = express.json({ limit: mostBody[endpoint.path] ?? '100kb' })
  router[endpoint.method](
    endpoint.path,
    async (req: Request, res: Response, next) => {
      const { deps, limits } = req.app.locals as Locals
      nameRoute(res, endpoint.path)
      if (endpoint.method === 'post' && req.headers.origin !== deps.config.origin)
        throw new Refused('origin_not_allowed')
      const { who, token } = await identify(req, deps, endpoint.actors)
      await limits.count(req, res, token)
      if (who === null) throw new Refused('not_signed_in')
      if (who.actor === 'staff' && !who.roles.some((role) => endpoint.actors.includes(role))) {
        const refused = new Refused('not_allowed')
        await logRefusal(deps.db, who, refused, endpoint.path, undefined)
        throw refused
      }
      res.locals.who = who
      // Only now: nobody makes the server read a large body without being known to it.
      if (endpoint.body === undefined) next()
      else readBody(req, res, next)
    },
    async (req: Request, res: Response) => {
      const { deps } = req.app.locals as Locals
      const asked = {
        params: endpoint.params?.parse(req.params),
        query: endpoint.query?.parse(req.query),
        body: endpoint.body?.parse(req.body),
        who: res.locals.who as Who,
        deps,
        req,
        res,
      }
      const acting = actingFor(asked.who, endpoint.actors)
      const decide = async () => await handler(asked as unknown as Asked<E>)
      const given = await (acting === null ? decide() : actAs(acting, decide)).catch(async (error: unknown) => {
        await logRefusal(deps.db, asked.who, error, endpoint.path, asked.params as object | undefined)
        throw error
      })
      const answer = z.encode(endpoint.answer, given)
      res.status(endpoint.status ?? 200)
      if (typeof answer === 'string') res.send(answer)
      else res.json(answer)
    },
  )
}

/** The session of the cookie that one of the actors comes with; the token only when it is a live one. */
async function identify(
  req: Request,
  deps: Deps,
  actors: readonly Actor[],
): Promise<{ who: Who | null; token: string | null }> {
  for (const actor of new Set(actors.map(sessionActorOf))) {
    if (actor === null) continue
    const token = tokenIn(req, actor)
    const found = token === null ? null : await findSession(deps.db, deps.now(), actor, token)
    if (found !== null) return { who: found.who, token }
  }
  return { who: actors.includes('public') ? { actor: 'public' } : null, token: null }
}
