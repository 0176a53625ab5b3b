import { join } from 'node:path'
import express, { type Express, type Router } from 'express'
import { acceptancesRoutes } from './acceptances/acceptances.routes.ts'
import { auditRoutes } from './audit/audit.routes.ts'
import type { Deps } from './deps.ts'
import { isRuleSet } from './eligibility/eligibility.ts'
import { grantsRoutes } from './grants/grants.routes.ts'
import { healthRoutes } from './http/health.ts'
import { createLimits } from './http/limits.ts'
import { pages } from './http/pages.ts'
import { answerProblems, noSuchPath } from './http/problem.ts'
import { privateByDefault, securityHeaders } from './http/security.ts'
import type { Locals } from './http/serve.ts'
import { networkRoutes } from './network/network.routes.ts'
import { openApiDocument } from './openapi.ts'
import { peopleRoutes } from './people/people.routes.ts'
import { postRoutes } from './post/post.routes.ts'
import { settlementsRoutes } from './settlements/settlements.routes.ts'
import { vouchersRoutes } from './vouchers/vouchers.routes.ts'
import { replaceNotes } from './vouchers/vouchers.ts'
import { watchRequests } from './watch/requests.ts'

const builtPages = join(import.meta.dirname, '../wallet-app/dist')

/**
 * The whole server as one handler of requests; of a worker, its health alone. `issuer` is the sample's sign-in page, if
 * there is one.
 */
export function createApp(deps: Deps, issuer: Router | null): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', deps.config.trustedProxies)
  app.set('query parser', 'simple')
  app.locals = Object.assign(app.locals, { deps, limits: createLimits(deps.config) } satisfies Locals)

  app.use(watchRequests(deps))
  app.use(securityHeaders(deps.config.origin), privateByDefault)
  app.use(healthRoutes())
  if (deps.config.process !== 'worker') {
    app.use(steps(deps))
    app.use(description())
    if (issuer !== null) app.use(issuer)
    app.use(pages(builtPages))
  }
  app.use(noSuchPath)
  app.use(answerProblems(deps))
  return app
}

/** In the order in which a voucher lives; what an earlier step needs of a later one is handed to it here. */
function steps(deps: Deps): Router[] {
  return [
    peopleRoutes(deps, { onNewWallet: (tx, mailboxId) => replaceNotes(tx, deps, mailboxId) }),
    networkRoutes(deps, { knowsRuleSet: isRuleSet }),
    vouchersRoutes(deps),
    grantsRoutes(deps),
    acceptancesRoutes(deps),
    postRoutes(deps),
    settlementsRoutes(deps),
    auditRoutes(deps),
  ]
}

function description(): Router {
  const router = express.Router()
  const document = openApiDocument()
  router.get('/api/openapi.json', (_, res) => {
    res.json(document)
  })
  return router
}
