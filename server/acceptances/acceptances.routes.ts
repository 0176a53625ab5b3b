import { Router } from 'express'
import * as till from '../../protocol/api/till.ts'
import * as wallet from '../../protocol/api/wallet.ts'
import type { Deps } from '../deps.ts'
import { nameRoute } from '../http/route.ts'
import { serve } from '../http/serve.ts'
import { pay, payAhead } from './acceptances.ts'
import { listAhead, reportAhead } from './ahead.ts'
import { awaitCharge, cancelCharge, openCharge, readCharge } from './charges.ts'
import { readDay } from './day.ts'
import { readTillPayment } from './payments.store.ts'
import { refundPayment } from './refunds.ts'
import { giveUp, undoPayment } from './undo.ts'

/** Paying, from the phone's side and from the till's. */
export function acceptancesRoutes(_deps: Deps): Router {
  const router = Router()
  serve(router, wallet.payFromWallet, ({ body, who, deps }) => pay(deps, who, body))
  serve(router, wallet.payAhead, ({ body, who, deps }) => payAhead(deps, who, body))
  serve(router, wallet.giveUp, ({ body, who, deps }) => giveUp(deps, who, body.nonce, body.offer))

  serve(router, till.openCharge, ({ body, who, deps }) => openCharge(deps, who, body))
  serve(router, till.getCharge, ({ params, query, who, deps, res }) => {
    if (query.wait !== 'yes') return readCharge(deps, who, params.nonce)
    // How long it waits says nothing of how fast the server is.
    nameRoute(res, `${till.getCharge.path}?wait`)
    return awaitCharge(deps, who, params.nonce, res)
  })
  serve(router, till.cancelCharge, ({ params, who, deps }) => cancelCharge(deps, who, params.nonce))
  serve(router, till.payAtTill, async ({ body, who, deps }) => {
    const { receipt } = await pay(deps, who, body)
    return await readTillPayment(deps.db, receipt.payment)
  })
  serve(router, till.undoPayment, ({ params, who, deps }) => undoPayment(deps, who, params.payment))
  serve(router, till.refundPayment, ({ params, body, who, deps }) => refundPayment(deps, who, params.payment, body))
  serve(router, till.reportAhead, ({ body, who, deps }) => reportAhead(deps, who, body))
  serve(router, till.listAhead, async ({ who, deps }) => ({ payments: await listAhead(deps, who) }))
  serve(router, till.getDay, ({ query, who, deps }) => readDay(deps, who, query.day))
  return router
}
