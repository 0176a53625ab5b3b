import type { z } from 'zod'
import type * as api from '../../protocol/api/grants.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { check, ruleSetOf } from '../eligibility/eligibility.ts'
import { Refused } from '../http/refused.ts'
import type { StaffWho } from '../http/who.ts'
import { type CaseEnvelope, logAccess, openCaseEnvelope } from '../people/people.ts'
import { startOfDay } from '../vouchers/vouchers.ts'
import { type NeedContent, openDecision, openNeed, sealNeed } from './envelopes.ts'
import * as store from './grants.store.ts'
import { type ShownNeed, showCase, showNeed } from './showing.ts'

type Facts = z.output<typeof api.facts>

/** One of the worker's own cases with all that was decided in it. Refuses `not_found`. */
export function readCase(deps: Deps, who: StaffWho, caseId: string): Promise<z.output<typeof api.getCase.answer>> {
  return inTransaction(deps.db, async (tx) => {
    const envelope = await openCaseEnvelope(tx, deps, who, caseId)
    return await showCase(tx, deps, envelope)
  })
}

/**
 * Records a need of one of the worker's own cases; the programme's published rules are checked at once. A repeat answers the
 * same. Refuses `not_found` and `already_exists`.
 */
export function recordNeed(
  deps: Deps,
  who: StaffWho,
  caseId: string,
  asked: z.output<typeof api.recordNeed.body>,
): Promise<ShownNeed> {
  return inTransaction(deps.db, async (tx) => {
    const envelope = await openCaseEnvelope(tx, deps, who, caseId)
    const programme = await store.findProgramme(tx, asked.programme, who.organisation)
    // Where decisions are made in the case system, needs are recorded there too.
    if (programme === undefined || programme.mode !== 'full') throw new Refused('not_found')
    const facts = { ...factsOf(envelope), ...asked.facts }
    const content: NeedContent = {
      text: asked.text,
      facts,
      check: programme.rule_set === null ? null : check(ruleSetOf(programme.rule_set), facts),
      createdAt: deps.now(),
    }
    const isNew = await store.insertNeed(tx, {
      id: asked.id,
      case_id: envelope.caseRow.id,
      programme_id: programme.id,
      sealed: await sealNeed(envelope, content),
      rule_set: programme.rule_set,
      outcome: content.check?.outcome ?? null,
      created_by: who.staffId,
      // The exact time is sealed: beside the time of a first payment it would join the two.
      created_at: startOfDay(deps.now()),
    })
    if (!isNew) return await recordedBefore(tx, envelope, asked, facts)
    await logAccess(tx, who, 'recorded need', asked.id)
    return await showOne(tx, envelope, asked.id)
  })
}

async function recordedBefore(
  tx: Tx,
  envelope: CaseEnvelope,
  asked: z.output<typeof api.recordNeed.body>,
  facts: Facts,
): Promise<ShownNeed> {
  const row = await store.findNeed(tx, asked.id)
  if (row?.case_id !== envelope.caseRow.id || row.programme_id !== asked.programme) throw new Refused('already_exists')
  const { content } = await openNeed(envelope, row)
  if (content.text !== asked.text || !isSame(content.facts, facts)) throw new Refused('already_exists')
  return await showOne(tx, envelope, row.id)
}

function isSame(one: Facts, other: Facts): boolean {
  const names = [...Object.keys(one), ...Object.keys(other)] as (keyof Facts)[]
  return names.every((name) => one[name] === other[name])
}

/** What the case says already is not asked again. */
function factsOf({ caseRow }: CaseEnvelope): Facts {
  return { ageBand: caseRow.age_band, municipality: caseRow.municipality }
}

/** Checks again with more facts, until the need is decided. Refuses `not_found` and `wrong_state`. */
export function checkNeed(deps: Deps, who: StaffWho, needId: string, more: Facts): Promise<ShownNeed> {
  return inTransaction(deps.db, async (tx) => {
    const envelope = await caseOfNeed(tx, deps, who, needId)
    const row = await store.takeNeed(tx, needId)
    if (row === undefined) throw new Refused('not_found')
    if ((await store.decisionOf(tx, needId)) !== undefined) throw new Refused('wrong_state')
    const { content } = await openNeed(envelope, row)
    const facts = { ...content.facts, ...more }
    const checked = row.rule_set === null ? null : check(ruleSetOf(row.rule_set), facts)
    await store.updateNeed(tx, needId, {
      sealed: await sealNeed(envelope, { ...content, facts, check: checked }),
      outcome: checked?.outcome ?? null,
    })
    await logAccess(tx, who, 'checked need', needId)
    return await showOne(tx, envelope, needId)
  })
}

/** The worker's own case behind a need. Refuses `not_found`. */
export async function caseOfNeed(tx: Tx, deps: Deps, who: StaffWho, needId: string): Promise<CaseEnvelope> {
  const need = await store.findNeed(tx, needId)
  if (need === undefined) throw new Refused('not_found')
  return await openCaseEnvelope(tx, deps, who, need.case_id)
}

/** One need as its worker sees it. */
export async function showOne(tx: Tx, envelope: CaseEnvelope, needId: string): Promise<ShownNeed> {
  const row = await store.findNeed(tx, needId)
  if (row === undefined) throw new Refused('not_found')
  const decision = await store.decisionOf(tx, needId)
  return await showNeed(
    tx,
    await openNeed(envelope, row),
    decision === undefined ? null : await openDecision(envelope, decision),
  )
}
