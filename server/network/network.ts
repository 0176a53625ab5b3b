import type { Selectable } from 'kysely'
import { keccak256, toHex as textToHex } from 'viem'
import type { z } from 'zod'
import type * as api from '../../protocol/api/network.ts'
import { mostNoteCents } from '../../protocol/money.ts'
import { maskOf, purposesOf } from '../../protocol/purposes.ts'
import { enqueue } from '../chain/outbox.ts'
import type { Programmes } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import type { StaffWho } from '../http/who.ts'
import { logAccess } from '../people/people.ts'
import { findFunding, findProgramme, insertFunding, insertProgramme, programmesOf } from './network.store.ts'

type Programme = z.output<typeof api.programme>
type NewProgramme = z.output<typeof api.openProgramme.body>
type NewFunding = z.output<typeof api.fundProgramme.body>
type Funded = z.output<typeof api.fundProgramme.answer>

/** Opens a programme; it grants when its opening is final on chain. Refuses `already_exists` and `bad_request`. */
export function openProgramme(deps: Deps, who: StaffWho, asked: NewProgramme): Promise<Programme> {
  const tooLarge = asked.templates.some((template) => template.amountCents > asked.mostPerGrantCents)
  if (tooLarge) throw new Refused('bad_request', { fields: { templates: 'above_most_per_grant' } })
  // A service voucher is one note: what is left of it is never change.
  if (asked.kind === 'service' && asked.mostPerGrantCents > mostNoteCents) {
    throw new Refused('bad_request', { fields: { mostPerGrantCents: 'above_one_note' } })
  }
  return inTransaction(deps.db, async (tx) => {
    const row = {
      id: asked.id,
      organisation_id: who.organisation,
      name: JSON.stringify(asked.name),
      label: JSON.stringify(asked.label),
      kind: asked.kind,
      mode: asked.mode,
      is_universal: asked.isUniversal,
      purposes: maskOf(asked.purposes),
      rule_set: asked.ruleSet,
      templates: JSON.stringify(
        asked.templates.map((template) => ({ ...template, amountCents: template.amountCents.toString() })),
      ),
      most_per_grant_cents: asked.mostPerGrantCents,
      daily_limit_cents: asked.dailyLimitCents,
      undo_seconds: asked.undoSeconds,
    }
    if (!(await insertProgramme(tx, row))) throw new Refused('already_exists')
    await enqueue(tx, {
      subject: `open:${asked.id}`,
      kind: 'openProgramme',
      lane: 'admin',
      target: 'vouchers',
      functionName: 'openProgramme',
      args: [asked.id, deps.keys.issuer.address, asked.dailyLimitCents],
    })
    await logAccess(tx, who, 'opened programme', String(asked.id))
    return shownProgramme((await findProgramme(tx, asked.id)) as Selectable<Programmes>)
  })
}

export async function listProgrammes(deps: Deps, who: StaffWho): Promise<Programme[]> {
  return (await programmesOf(deps.db, who.organisation)).map(shownProgramme)
}

function shownProgramme(row: Selectable<Programmes>): Programme {
  return {
    id: row.id,
    organisation: row.organisation_id,
    name: row.name,
    label: row.label,
    kind: row.kind,
    mode: row.mode,
    isUniversal: row.is_universal,
    purposes: purposesOf(row.purposes),
    ruleSet: row.rule_set,
    templates: row.templates.map((template) => ({ ...template, amountCents: BigInt(template.amountCents) })),
    mostPerGrantCents: row.most_per_grant_cents,
    dailyLimitCents: row.daily_limit_cents,
    undoSeconds: row.undo_seconds,
    state: row.state,
    budgetCents: row.budget_cents,
    floatCents: row.float_cents,
    guaranteeCents: row.guarantee_cents,
    grantableCents: row.budget_cents + row.reclaimed_cents - row.granted_cents,
    grantedCents: row.granted_cents,
    spentCents: row.spent_cents,
    leftCents: row.left_cents,
    expiredCents: row.expired_cents,
    revokedCents: row.revoked_cents,
  }
}

/**
 * Books money that arrived at the bank: tokens are minted against the bank's reference, then put into the programme's
 * three pots. A repeat answers the same. Refuses `not_found`, `already_exists` and `bad_request`.
 */
export function fundProgramme(deps: Deps, who: StaffWho, programme: number, asked: NewFunding): Promise<Funded> {
  const { id, bankReference, budgetCents, floatCents, guaranteeCents } = asked
  const total = budgetCents + floatCents + guaranteeCents
  if (total === 0n) throw new Refused('bad_request', { fields: { budgetCents: 'nothing_to_book' } })
  return inTransaction(deps.db, async (tx) => {
    const found = await findProgramme(tx, programme)
    if (found?.organisation_id !== who.organisation) throw new Refused('not_found')
    const row = {
      id,
      programme_id: programme,
      bank_reference: bankReference,
      budget_cents: budgetCents,
      float_cents: floatCents,
      guarantee_cents: guaranteeCents,
      state: 'queued' as const,
      created_by: who.staffId,
      created_at: deps.now(),
    }
    if (!(await insertFunding(tx, row))) {
      const before = await findFunding(tx, id)
      const isSame =
        before?.programme_id === programme &&
        before.bank_reference === bankReference &&
        before.budget_cents === budgetCents &&
        before.float_cents === floatCents &&
        before.guarantee_cents === guaranteeCents
      if (!isSame) throw new Refused('already_exists')
      return { id, state: before.state }
    }
    const order = { lane: 'treasury' } as const
    const entry = keccak256(textToHex(bankReference))
    const mint = { ...order, kind: 'mint', target: 'budgetToken', functionName: 'mint', args: [entry, total] } as const
    await enqueue(tx, { ...mint, subject: `mint:${id}` })
    await enqueue(tx, {
      ...order,
      subject: `fund:${id}`,
      kind: 'fund',
      target: 'vouchers',
      functionName: 'fund',
      args: [programme, budgetCents, floatCents, guaranteeCents],
    })
    await logAccess(tx, who, 'funded programme', String(programme))
    return { id, state: 'queued' as const }
  })
}
