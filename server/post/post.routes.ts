import { Router } from 'express'
import { sql } from 'kysely'
import type { z } from 'zod'
import { getPost, payGuarantee, type postState, runPost } from '../../protocol/api/audit.ts'
import { listProofs } from '../../protocol/api/till.ts'
import { actAsServer } from '../db/acting.ts'
import { toHex } from '../db/bytes.ts'
import type { Deps } from '../deps.ts'
import { serve } from '../http/serve.ts'
import { logAccess } from '../people/people.ts'
import { orderGuarantees } from './guarantee.ts'
import { placeOf } from './places.ts'
import { runEveningPost } from './post.ts'

export function postRoutes(_deps: Deps): Router {
  const router = Router()

  serve(router, getPost, ({ deps }) => actAsServer(() => readPost(deps)))

  serve(router, runPost, async ({ deps, who, body }) => {
    await logAccess(deps.db, who, 'ran evening post', who.organisation, body)
    await actAsServer(() => runEveningPost(deps, body))
    return await actAsServer(() => readPost(deps))
  })

  serve(router, payGuarantee, async ({ deps, who }) => {
    await logAccess(deps.db, who, 'asked to pay guarantees', who.organisation)
    const queued = await actAsServer(() => orderGuarantees(deps))
    await deps.chain.advance()
    return { queued }
  })

  serve(router, listProofs, async ({ deps, who }) => ({ proofs: await proofsOf(deps, who.merchantId) }))

  return router
}

/** Whole amounts and counts only: nothing here is about one youth. */
async function readPost(deps: Deps): Promise<z.output<typeof postState>> {
  const { rows } = await sql<Record<string, bigint>>`
    select
      (select count(*) from acceptances where state = 'accepted') as unposted,
      (select coalesce(sum(amount_cents), 0) from acceptances where state = 'accepted') as unposted_cents,
      (select count(*) from acceptances where state = 'posted' and skipped is null) as posted,
      (select count(*) from notes where sheet_id is null and state in ('open', 'accepted')) as unsheeted,
      (select count(*) from outbox where state <> 'final') as pending,
      (select count(*) from acceptances where revoke_state in ('wanted', 'queued')) as revokes,
      (select count(*) from refunds where state = 'queued') as refunds,
      (select count(*) from acceptances where state = 'posted' and skipped is not null) as skipped`.execute(deps.db)
  const { stage, started_at } = await deps.db.selectFrom('post_state').selectAll().executeTakeFirstOrThrow()
  const count = (name: string) => Number(rows[0]?.[name] ?? 0n)
  return {
    unpostedCount: count('unposted'),
    unpostedCents: rows[0]?.unposted_cents ?? 0n,
    postedCount: count('posted'),
    unsheetedNotes: count('unsheeted'),
    outboxPending: count('pending'),
    revokesPending: count('revokes'),
    refundsPending: count('refunds'),
    waitingForGuarantee: count('skipped'),
    stage,
    lastRunAt: started_at,
  }
}

type Proof = z.output<typeof listProofs.answer>['proofs'][number]

/** What a merchant needs to post by itself, should the operator fall silent. What is final needs no proof any more. */
async function proofsOf(deps: Deps, merchantId: number): Promise<Proof[]> {
  const acceptances = await deps.db
    .selectFrom('acceptances')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('state', 'in', ['accepted', 'posted'])
    .orderBy('note_id')
    .execute()
  const proofs: Proof[] = []
  for (const acceptance of acceptances) {
    const noteId = toHex(acceptance.note_id)
    const place = await placeOf(deps.db, noteId)
    if (place === null) continue
    proofs.push({
      receipt: {
        noteId,
        merchant: acceptance.merchant_id,
        amountCents: acceptance.amount_cents,
        commitment: toHex(acceptance.commitment),
        details: toHex(acceptance.receipt_details),
        signature: toHex(acceptance.receipt_signature),
      },
      sheet: place.sheet,
      index: place.index,
      capCents: place.capCents,
      mostCents: acceptance.most_cents,
      deadline: String(Math.floor(acceptance.deadline.getTime() / 1000)),
      spendSignature: toHex(acceptance.signature),
      proof: place.siblings,
    })
  }
  return proofs
}
