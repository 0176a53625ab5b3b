import { Router } from 'express'
import * as api from '../../protocol/api/audit.ts'
import { actAsServer } from '../db/acting.ts'
import type { Deps } from '../deps.ts'
import { serve } from '../http/serve.ts'
import { reconcile } from './audit.ts'
import { type AuditVerification, verifyAuditLog } from './auditLog.ts'

export function auditRoutes(_deps: Deps): Router {
  const router = Router()
  // Both read everything, and tell sums.
  serve(router, api.reconcile, ({ deps, who }) => actAsServer(() => reconcile(deps, who.organisation)))

  // The whole log is read: whoever asks meanwhile hears the same answer.
  let underWay: Promise<AuditVerification> | null = null
  serve(router, api.verifyAuditLog, ({ deps: { db, chain, now } }) => {
    const verify = () => verifyAuditLog({ db, client: chain.client, auditAnchor: chain.auditAnchor, now })
    underWay ??= actAsServer(verify).finally(() => {
      underWay = null
    })
    return underWay
  })
  return router
}
