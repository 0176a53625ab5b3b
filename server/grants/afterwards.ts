import type { Selectable } from 'kysely'
import type { z } from 'zod'
import type * as api from '../../protocol/api/grants.ts'
import { dayOf } from '../days.ts'
import type { Decisions } from '../db/tables.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import type { StaffWho } from '../http/who.ts'
import {
  addToStaffDay,
  type CaseEnvelope,
  envelopeOf,
  logAccess,
  openCaseEnvelope,
  openCaseToReview,
} from '../people/people.ts'
import { expireDue, extendVoucher, revokeVoucher } from '../vouchers/vouchers.ts'
import { checkValidUntil, issueFor } from './decisions.ts'
import { type DecisionContent, openDecision, openNeed, sealDecision } from './envelopes.ts'
import * as store from './grants.store.ts'
import { type ShownDecision, showDecision } from './showing.ts'

type Act = DecisionContent['acts'][number]
type Approvals = z.output<typeof api.listApprovals.answer>

/** What waits for a second person in the organisation; the reading is logged once. */
export function listApprovals(deps: Deps, who: StaffWho): Promise<Approvals> {
  return inTransaction(deps.db, async (tx) => {
    const waiting = await store.waitingDecisions(tx, who.organisation)
    const cases = [...new Set(waiting.map(({ caseRow }) => caseRow.id))]
    await logAccess(tx, who, 'listed approvals', who.organisation, { cases })
    const approvals: Approvals['approvals'] = []
    for (const { caseRow, decision, need, programmeName } of waiting) {
      const envelope = await envelopeOf(deps, caseRow)
      const { content } = await openDecision(envelope, decision)
      if (content.grant === null) throw new Error('A grant that waits without its terms')
      const names = await store.staffNames(tx, [decision.decided_by])
      approvals.push({
        decision: decision.id,
        pseudonym: caseRow.pseudonym,
        programmeName,
        amountCents: content.grant.amountCents,
        validUntil: content.grant.validUntil,
        reason: content.reason,
        decidedBy: names.get(decision.decided_by) ?? '',
        isEmergency: decision.is_emergency,
        check: (await openNeed(envelope, need)).content.check,
      })
    }
    return { approvals }
  })
}

/**
 * The second person's yes or no. A yes makes the voucher, within that person's own limits; an emergency has its voucher
 * already, and a no ends what is left of it. A repeat by the same person answers the same.
 *
 * Refuses `not_found`, `wrong_state`, `same_person`, `above_limit` and `budget_exceeded`.
 */
export function approve(
  deps: Deps,
  who: StaffWho,
  decisionId: string,
  { approve: isYes, reason }: { approve: boolean; reason: string },
): Promise<ShownDecision> {
  return inTransaction(deps.db, async (tx) => {
    const row = await store.takeDecision(tx, decisionId)
    if (row === undefined) throw new Refused('not_found')
    const envelope = await openCaseToReview(tx, deps, who, row.case_id)
    const opened = await openDecision(envelope, row)
    const what = isYes ? 'approved' : 'turned_down'
    if (row.state !== 'waiting_for_second') {
      if (row.approved_by === who.staffId && opened.content.acts.some((act) => act.what === what)) {
        return await showDecision(tx, opened)
      }
      throw new Refused('wrong_state')
    }
    if (row.decided_by === who.staffId) throw new Refused('same_person')

    const { grant } = opened.content
    if (grant === null) throw new Error('A grant that waits without its terms')
    if (isYes && grant.voucherId === null) {
      if (grant.validUntil <= deps.now()) throw new Refused('wrong_state')
      await addToStaffDay(tx, who.staffId, dayOf(deps.now()), grant.amountCents, who.limitCents)
      const need = await store.findNeed(tx, row.need_id)
      if (need === undefined) throw new Error('A decision without a need')
      grant.voucherId = await issueFor(tx, deps, envelope, need.programme_id, row.id, grant)
    }
    if (!isYes && grant.voucherId !== null) await revokeVoucher(tx, deps, grant.voucherId)
    const hasEnded = opened.content.acts.some((act) => act.what === 'revoked')
    const state = !isYes ? 'turned_down' : hasEnded ? 'ended' : 'decided'
    const act = { what, by: who.staffId, reason, at: deps.now(), validUntil: null } as const
    await logAccess(tx, who, isYes ? 'approved grant' : 'turned grant down', row.id)
    return await add(tx, envelope, row, opened.content, act, { state, approved_by: who.staffId })
  })
}

/**
 * Ends what is left of a grant, with a reason; of one that still waits, all of it. An emergency is reviewed all the same.
 * Refuses `not_found` and `wrong_state`.
 */
export function revoke(deps: Deps, who: StaffWho, decisionId: string, reason: string): Promise<ShownDecision> {
  return inTransaction(deps.db, async (tx) => {
    const { row, content, envelope } = await takeOwn(tx, deps, who, decisionId)
    const hasEnded = content.acts.some((act) => act.what === 'revoked')
    if (!['decided', 'waiting_for_second'].includes(row.state) || content.grant === null || hasEnded) {
      throw new Refused('wrong_state')
    }
    const { voucherId } = content.grant
    if (voucherId !== null) {
      await expireDue(tx, deps, envelope.mailboxId)
      await revokeVoucher(tx, deps, voucherId)
    }
    const isToReview = row.state === 'waiting_for_second' && voucherId !== null
    const act = { what: 'revoked', by: who.staffId, reason, at: deps.now(), validUntil: null } as const
    await logAccess(tx, who, 'revoked grant', row.id)
    return await add(tx, envelope, row, content, act, { state: isToReview ? row.state : 'ended' })
  })
}

/** Gives what is left more time. Refuses `not_found` and `wrong_state` (nothing left, no more time, over a year). */
export function extend(
  deps: Deps,
  who: StaffWho,
  decisionId: string,
  { reason, validUntil }: { reason: string; validUntil: Date },
): Promise<ShownDecision> {
  return inTransaction(deps.db, async (tx) => {
    const { row, content, envelope } = await takeOwn(tx, deps, who, decisionId)
    if (row.state !== 'decided' || !content.grant?.voucherId) throw new Refused('wrong_state')
    try {
      checkValidUntil(deps, validUntil)
    } catch {
      throw new Refused('wrong_state')
    }
    await extendVoucher(tx, deps, { voucherId: content.grant.voucherId, validUntil })
    const extended = { ...content, grant: { ...content.grant, validUntil } }
    const act = { what: 'extended', by: who.staffId, reason, at: deps.now(), validUntil } as const
    await logAccess(tx, who, 'extended grant', row.id)
    return await add(tx, envelope, row, extended, act, {})
  })
}

async function takeOwn(tx: Tx, deps: Deps, who: StaffWho, decisionId: string) {
  const found = await store.findDecision(tx, decisionId)
  if (found === undefined) throw new Refused('not_found')
  const envelope = await openCaseEnvelope(tx, deps, who, found.case_id)
  const row = await store.takeDecision(tx, decisionId)
  if (row === undefined) throw new Refused('not_found')
  return { ...(await openDecision(envelope, row)), envelope }
}

async function add(
  tx: Tx,
  envelope: CaseEnvelope,
  row: Selectable<Decisions>,
  content: DecisionContent,
  act: Act,
  change: Partial<Pick<Selectable<Decisions>, 'state' | 'approved_by'>>,
): Promise<ShownDecision> {
  const after = { ...content, acts: [...content.acts, act] }
  await store.updateDecision(tx, row.id, { ...change, sealed: await sealDecision(envelope, after) })
  return await showDecision(tx, { row: { ...row, ...change }, content: after })
}
