import { setTimeout as wait } from 'node:timers/promises'
import { Router } from 'express'
import { sql } from 'kysely'
import { live, ready } from '../../protocol/api/audit.ts'
import type { Deps } from '../deps.ts'
import { Refused } from './refused.ts'
import { serve } from './serve.ts'

const patienceMilliseconds = 3000
/** A node may swallow what it is asked; a proxy that waited for it would take every server away. */
const chainMilliseconds = 200

/**
 * For whoever watches the process: does it run, and should a proxy send it requests? Only the database decides, and is waited
 * for; of a chain that does not answer at once, what is known is told. Without the chain payments are accepted all the same, and a proxy that took every server away for it would stop them. Whether the
 * process is only starting, or ending, is for the door to say.
 */
export function healthRoutes(): Router {
  const router = Router()
  let isChainKnown = false
  const knownChain = async ({ chain }: Deps) => {
    const asked = answers(chain.client.getBlockNumber({ cacheTime: 0 })).then((is) => {
      isChainKnown = is
    })
    await Promise.race([asked, wait(chainMilliseconds, undefined, { ref: false })])
    return isChainKnown
  }
  serve(router, live, () => ({ live: true as const }))
  serve(router, ready, async ({ deps }) => {
    const [database, chain] = await Promise.all([answers(sql`select 1`.execute(deps.db)), knownChain(deps)])
    if (!database) throw new Refused('unavailable', { database, chain })
    return { database, chain }
  })
  return router
}

async function answers(asked: Promise<unknown>): Promise<boolean> {
  const answered = asked.then(
    () => true,
    () => false,
  )
  return Promise.race([answered, wait(patienceMilliseconds, false, { ref: false })])
}
