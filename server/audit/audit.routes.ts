import { Router } from 'express'
import * as api from '../../protocol/api/audit.ts'
import type { Deps } from '../deps.ts'
import { serve } from '../http/serve.ts'
import { reconcile } from './audit.ts'

export function auditRoutes(_deps: Deps): Router {
  const router = Router()
  serve(router, api.reconcile, ({ deps, who }) => reconcile(deps, who.organisation))
  return router
}
