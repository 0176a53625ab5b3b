import { createHash, randomBytes } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { z } from 'zod'
import type * as api from '../../protocol/api/grants.ts'
import type { Cents } from '../../protocol/money.ts'
import { dayOf } from '../days.ts'
import type { Decisions, Programmes } from '../db/tables.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import type { StaffWho } from '../http/who.ts'
import { addToStaffDay, type CaseEnvelope, logAccess } from '../people/people.ts'
import { issue, startOfDay } from '../vouchers/vouchers.ts'
import { type DecisionContent, type DecisionGrant, openDecision, sealDecision } from './envelopes.ts'
import * as store from './grants.store.ts'
import { caseOfNeed, showOne } from './needs.ts'
import type { ShownNeed } from './showing.ts'

/** The longest that a voucher may be granted or extended for. */
const mostDays = 366
const day = 86_400_000
/** An emergency is counted with the day's decisions but not held back by them. */
const noLimit: Cents = 10n ** 15n

type Asked = z.output<typeof api.decideNeed.body>

/**
 * A person's yes or no, with a reason, whatever the check said. A yes within the worker's limits is a voucher at once; above
 * them it waits for a second person; an emergency is a voucher at once and waits all the same. A repeat answers the same.
 *
 * Refuses `not_found`, `wrong_state` (decided already, programme not open), `above_limit` (of the programme),
 * `outside_the_rules`, `budget_exceeded` and `already_exists`.
 */
export function decide(deps: Deps, who: StaffWho, needId: string, asked: Asked): Promise<ShownNeed> {
  return inTransaction(deps.db, async (tx) => {
    const envelope = await caseOfNeed(tx, deps, who, needId)
    const need = await store.takeNeed(tx, needId)
    if (need === undefined) throw new Refused('not_found')
    const before = await store.decisionOf(tx, needId)
    if (before !== undefined) {
      await checkRepeat(envelope, before, asked)
      return await showOne(tx, envelope, needId)
    }
    const base = { id: asked.id, needId, reason: asked.reason }
    if (asked.outcome === 'refused') {
      await record(tx, deps, who, envelope, { ...base, outcome: 'refused', state: 'decided', grant: null })
    } else {
      const programme = await store.findProgramme(tx, need.programme_id, who.organisation)
      if (programme === undefined) throw new Refused('not_found')
      const { amountCents, validUntil, isEmergency } = asked
      await grantOrWait(tx, deps, who, envelope, programme, {
        ...base,
        ...{ amountCents, validUntil, isEmergency, decisionNumber: null },
      })
    }
    return await showOne(tx, envelope, needId)
  })
}

async function checkRepeat(envelope: CaseEnvelope, row: Selectable<Decisions>, asked: Asked): Promise<void> {
  if (row.id !== asked.id.toLowerCase()) throw new Refused('wrong_state')
  const { content } = await openDecision(envelope, row)
  const isSame =
    row.outcome === asked.outcome &&
    content.reason === asked.reason &&
    (asked.outcome === 'refused' || content.grant?.amountCents === asked.amountCents)
  if (!isSame) throw new Refused('already_exists')
}

export interface AskedGrant {
  id: string
  needId: string
  reason: string
  amountCents: Cents
  validUntil: Date
  isEmergency: boolean
  decisionNumber: string | null
}

/** Grants at once where the worker may, else leaves the grant to a second person. */
export async function grantOrWait(
  tx: Tx,
  deps: Deps,
  who: StaffWho,
  envelope: CaseEnvelope,
  programme: Selectable<Programmes>,
  { id, needId, reason, isEmergency, amountCents, validUntil, decisionNumber }: AskedGrant,
): Promise<void> {
  if (programme.state !== 'open') throw new Refused('wrong_state')
  if (amountCents > programme.most_per_grant_cents) {
    throw new Refused('above_limit', { limitCents: programme.most_per_grant_cents.toString() })
  }
  checkValidUntil(deps, validUntil)
  const isAtOnce = isEmergency || (await isWithinLimits(tx, deps, who, amountCents))
  if (isEmergency) await addToStaffDay(tx, who.staffId, dayOf(deps.now()), amountCents, noLimit)

  const salt = randomBytes(32).toString('hex')
  const grant: DecisionGrant = { amountCents, validUntil, decisionNumber, salt, voucherId: null }
  if (isAtOnce) grant.voucherId = await issueFor(tx, deps, envelope, programme.id, id, grant)
  const state = isAtOnce && !isEmergency ? 'decided' : 'waiting_for_second'
  await record(tx, deps, who, envelope, { id, needId, reason, outcome: 'granted', state, isEmergency, grant })
}

/** Refuses `outside_the_rules`. */
export function checkValidUntil(deps: Deps, validUntil: Date): void {
  const ahead = validUntil.getTime() - deps.now().getTime()
  if (ahead <= 0 || ahead > mostDays * day) throw new Refused('outside_the_rules', { mostDays })
}

async function isWithinLimits(tx: Tx, deps: Deps, who: StaffWho, cents: Cents): Promise<boolean> {
  try {
    await addToStaffDay(tx, who.staffId, dayOf(deps.now()), cents, who.limitCents)
    return true
  } catch (error) {
    if (error instanceof Refused && error.refusal === 'above_limit') return false
    throw error
  }
}

/** The voucher carries a proof of its decision that only the case's key opens: nothing else leads from one to the other. */
export async function issueFor(
  tx: Tx,
  deps: Deps,
  envelope: CaseEnvelope,
  programmeId: number,
  decisionId: string,
  { amountCents, validUntil, salt }: DecisionGrant,
): Promise<string> {
  const decisionProof = proofOf(decisionId, salt)
  return await issue(tx, deps, { mailboxId: envelope.mailboxId, programmeId, amountCents, validUntil, decisionProof })
}

/** sha256 of the decision's id in lower case and its salt. */
export function proofOf(decisionId: string, salt: string): Buffer {
  return createHash('sha256').update(`${decisionId.toLowerCase()}:${salt}`).digest()
}

interface Recorded {
  id: string
  needId: string
  reason: string
  outcome: 'granted' | 'refused'
  state: Decisions['state']
  isEmergency?: boolean
  grant: DecisionGrant | null
}

async function record(
  tx: Tx,
  deps: Deps,
  who: StaffWho,
  envelope: CaseEnvelope,
  { id, needId, reason, outcome, state, isEmergency, grant }: Recorded,
): Promise<void> {
  const content: DecisionContent = { reason, decidedAt: deps.now(), grant, acts: [] }
  const isNew = await store.insertDecision(tx, {
    id,
    need_id: needId,
    case_id: envelope.caseRow.id,
    outcome,
    state,
    is_emergency: isEmergency ?? false,
    decided_by: who.staffId,
    sealed: await sealDecision(envelope, content),
    // The exact time is sealed, as of needs.
    decided_at: startOfDay(deps.now()),
  })
  if (!isNew) throw new Refused('already_exists')
  await logAccess(tx, who, outcome === 'granted' ? 'decided to grant' : 'decided to refuse', id)
}
