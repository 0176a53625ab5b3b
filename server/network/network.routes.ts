import { Router } from 'express'
import * as api from '../../protocol/api/network.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import { serve } from '../http/serve.ts'
import { directory } from './directory.ts'
import { approveMerchant, issueTillCode, listMerchants, proposeMerchant, suspendMerchant } from './merchants.ts'
import { fundProgramme, listProgrammes, openProgramme } from './network.ts'

/** Programmes, merchants and the directory. `knowsRuleSet` is the eligibility step's, which is later than this one. */
export function networkRoutes(_deps: Deps, { knowsRuleSet }: { knowsRuleSet: (id: string) => boolean }): Router {
  const router = Router()
  serve(router, api.getDirectory, ({ deps }) => directory(deps))

  serve(router, api.listProgrammes, async ({ who, deps }) => ({ programmes: await listProgrammes(deps, who) }))
  serve(router, api.openProgramme, ({ body, who, deps }) => {
    if (body.ruleSet !== null && !knowsRuleSet(body.ruleSet)) {
      throw new Refused('bad_request', { fields: { ruleSet: 'not_known' } })
    }
    return openProgramme(deps, who, body)
  })
  serve(router, api.fundProgramme, ({ params, body, who, deps }) => fundProgramme(deps, who, params.programme, body))

  serve(router, api.listMerchants, async ({ who, deps }) => ({ merchants: await listMerchants(deps, who) }))
  serve(router, api.proposeMerchant, ({ body, who, deps }) => proposeMerchant(deps, who, body))
  serve(router, api.approveMerchant, ({ params, body, who, deps }) =>
    approveMerchant(deps, who, params.merchant, body.iban),
  )
  serve(router, api.suspendMerchant, ({ params, body, who, deps }) =>
    suspendMerchant(deps, who, params.merchant, body.reason),
  )
  serve(router, api.issueTillCode, ({ params, body, who, deps }) => issueTillCode(deps, who, params.merchant, body))
  return router
}
