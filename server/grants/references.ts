import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type * as api from '../../protocol/api/grants.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import type { StaffWho } from '../http/who.ts'
import { type CaseEnvelope, openCaseEnvelope } from '../people/people.ts'
import { startOfDay } from '../vouchers/vouchers.ts'
import { grantOrWait } from './decisions.ts'
import { type OpenDecision, openDecision, sealNeed } from './envelopes.ts'
import * as store from './grants.store.ts'
import { type ShownDecision, showDecision } from './showing.ts'

type Asked = z.output<typeof api.grantByReference.body>

/**
 * Turns a decision that was made in the organisation's own case system into a voucher. One decision number makes one grant
 * in one case and programme, however often and by whichever id it is sent; the same number may stand in many cases, as of a
 * whole school class.
 *
 * Refuses `not_found`, `wrong_state` (a programme whose decisions are made here), `above_limit`, `outside_the_rules`,
 * `budget_exceeded` and `already_exists`.
 */
export function grantByReference(deps: Deps, who: StaffWho, asked: Asked): Promise<ShownDecision> {
  return inTransaction(deps.db, async (tx) => {
    const envelope = await openCaseEnvelope(tx, deps, who, asked.case)
    const programme = await store.findProgramme(tx, asked.programme, who.organisation)
    if (programme === undefined) throw new Refused('not_found')
    if (programme.mode !== 'reference' && !programme.is_universal) throw new Refused('wrong_state')
    await store.holdCase(tx, envelope.caseRow.id)
    const before = await grantedBefore(tx, envelope, asked)
    if (before !== null) return await showDecision(tx, before)

    const needId = randomUUID()
    const content = { text: '', facts: {}, check: null, createdAt: deps.now() }
    await store.insertNeed(tx, {
      id: needId,
      case_id: envelope.caseRow.id,
      programme_id: programme.id,
      sealed: await sealNeed(envelope, content),
      rule_set: null,
      outcome: null,
      created_by: who.staffId,
      created_at: startOfDay(deps.now()),
    })
    const { id, amountCents, validUntil, decisionNumber } = asked
    const terms = { id, needId, reason: '', isEmergency: false, amountCents, validUntil, decisionNumber }
    await grantOrWait(tx, deps, who, envelope, programme, terms)
    const row = await store.findDecision(tx, id)
    if (row === undefined) throw new Error('A decision has gone')
    return await showDecision(tx, await openDecision(envelope, row))
  })
}

/** The grant of this decision number. Refuses `already_exists` when it was another amount. */
async function grantedBefore(tx: Tx, envelope: CaseEnvelope, asked: Asked): Promise<OpenDecision | null> {
  for (const row of await store.decisionsOf(tx, envelope.caseRow.id)) {
    const decision = await openDecision(envelope, row)
    if (decision.content.grant?.decisionNumber !== asked.decisionNumber) continue
    const need = await store.findNeed(tx, row.need_id)
    if (need?.programme_id !== asked.programme) continue
    if (decision.content.grant.amountCents !== asked.amountCents) throw new Refused('already_exists')
    return decision
  }
  return null
}
