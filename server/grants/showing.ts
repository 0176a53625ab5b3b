import type { z } from 'zod'
import type * as api from '../../protocol/api/grants.ts'
import type { Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import type { CaseEnvelope } from '../people/people.ts'
import { expireDue } from '../vouchers/vouchers.ts'
import { landedOf, type OpenDecision, type OpenNeed, openDecision, openNeed } from './envelopes.ts'
import * as store from './grants.store.ts'

export type ShownNeed = z.output<typeof api.need>
export type ShownDecision = z.output<typeof api.decision>

export async function showCase(
  tx: Tx,
  deps: Deps,
  envelope: CaseEnvelope,
): Promise<z.output<typeof api.getCase.answer>> {
  const { caseRow, mailboxId } = envelope
  await expireDue(tx, deps, mailboxId)
  const decisions = await store.decisionsOf(tx, caseRow.id)
  const needs = []
  for (const row of await store.needsOf(tx, caseRow.id)) {
    const decision = decisions.find((one) => one.need_id === row.id)
    needs.push(
      await showNeed(
        tx,
        await openNeed(envelope, row),
        decision === undefined ? null : await openDecision(envelope, decision),
      ),
    )
  }
  return {
    id: caseRow.id,
    pseudonym: caseRow.pseudonym,
    ageBand: caseRow.age_band,
    municipality: caseRow.municipality,
    language: caseRow.language,
    hasWallet: await hasWallet(tx, mailboxId),
    needs: needs.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime()),
  }
}

async function hasWallet(tx: Tx, mailboxId: string): Promise<boolean> {
  const wallet = await tx
    .selectFrom('wallets')
    .select('id')
    .where('mailbox_id', '=', mailboxId)
    .where('state', '=', 'active')
    .executeTakeFirst()
  return wallet !== undefined
}

export async function showNeed(tx: Tx, { row, content }: OpenNeed, decision: OpenDecision | null): Promise<ShownNeed> {
  return {
    id: row.id,
    programme: row.programme_id,
    programmeName: await store.programmeNameOf(tx, row.programme_id),
    text: content.text,
    facts: content.facts,
    check: content.check,
    decision: decision === null ? null : await showDecision(tx, decision),
    createdAt: content.createdAt,
  }
}

export async function showDecision(tx: Tx, { row, content }: OpenDecision): Promise<ShownDecision> {
  const ids = [row.decided_by, ...(row.approved_by === null ? [] : [row.approved_by])]
  const names = await store.staffNames(tx, ids)
  return {
    id: row.id,
    outcome: row.outcome,
    state: row.state,
    isEmergency: row.is_emergency,
    amountCents: content.grant?.amountCents ?? null,
    validUntil: content.grant?.validUntil ?? null,
    reason: content.reason,
    decidedBy: names.get(row.decided_by) ?? '',
    decidedAt: content.decidedAt,
    approvedBy: row.approved_by === null ? null : (names.get(row.approved_by) ?? ''),
    landed: await landedOf(tx, content.grant),
  }
}
