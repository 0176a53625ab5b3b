import { Router } from 'express'
import * as api from '../../protocol/api/wallet.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { serve } from '../http/serve.ts'
import { addStock, giveHoldersToWaiting, readStock } from './addresses.ts'
import { lockMailbox } from './notes.ts'
import { readWallet } from './walletView.ts'

/** What a wallet holds, and the addresses it brings for what it will hold. */
export function vouchersRoutes(_deps: Deps): Router {
  const router = Router()
  serve(router, api.getWallet, ({ who, deps }) => readWallet(deps, who))
  serve(router, api.uploadStock, ({ body, who, deps }) =>
    inTransaction(deps.db, async (tx) => {
      await lockMailbox(tx, who.mailboxId)
      await addStock(tx, who.walletId, body.from, body.addresses)
      await giveHoldersToWaiting(tx, who.mailboxId)
      return readStock(tx, who.walletId)
    }),
  )
  return router
}
