import { Router } from 'express'
import * as api from '../../protocol/api/settlements.ts'
import type { Deps } from '../deps.ts'
import { serve } from '../http/serve.ts'
import { approve, draft, drop, listSettlements, paymentFile } from './settlements.ts'
import { readBankStatement } from './statements.ts'

export function settlementsRoutes(_deps: Deps): Router {
  const router = Router()

  serve(router, api.listSettlements, async ({ deps, who }) => ({ settlements: await listSettlements(deps, who) }))
  serve(router, api.draftSettlement, ({ deps, who, body }) => draft(deps, who, body))
  serve(router, api.approveSettlement, ({ deps, who, params, body }) =>
    approve(deps, who, params.settlement, body.totalCents),
  )
  serve(router, api.dropSettlement, ({ deps, who, params }) => drop(deps, who, params.settlement))
  serve(router, api.getPaymentFile, async ({ deps, who, params, res }) => {
    const xml = await paymentFile(deps, who, params.settlement)
    res.type('application/xml').attachment(`pain.001-${params.settlement}.xml`)
    return xml
  })
  serve(router, api.readStatement, ({ deps, who, body }) => readBankStatement(deps, who, body.xml))

  return router
}
