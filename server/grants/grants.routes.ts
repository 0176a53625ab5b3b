import { Router } from 'express'
import * as api from '../../protocol/api/grants.ts'
import type { Deps } from '../deps.ts'
import { serve } from '../http/serve.ts'
import * as grants from './grants.ts'

/** The desk: needs, decisions, and what is done about them afterwards. */
export function grantsRoutes(_deps: Deps): Router {
  const router = Router()
  serve(router, api.getCase, ({ params, who, deps }) => grants.readCase(deps, who, params.case))
  serve(router, api.recordNeed, ({ params, body, who, deps }) => grants.recordNeed(deps, who, params.case, body))
  serve(router, api.checkNeed, ({ params, body, who, deps }) => grants.checkNeed(deps, who, params.need, body.facts))
  serve(router, api.decideNeed, ({ params, body, who, deps }) => grants.decide(deps, who, params.need, body))
  serve(router, api.listApprovals, ({ who, deps }) => grants.listApprovals(deps, who))
  serve(router, api.approveDecision, ({ params, body, who, deps }) => grants.approve(deps, who, params.decision, body))
  serve(router, api.revokeGrant, ({ params, body, who, deps }) =>
    grants.revoke(deps, who, params.decision, body.reason),
  )
  serve(router, api.extendGrant, ({ params, body, who, deps }) => grants.extend(deps, who, params.decision, body))
  serve(router, api.grantByReference, ({ body, who, deps }) => grants.grantByReference(deps, who, body))
  return router
}
