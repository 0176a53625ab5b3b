import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { z } from 'zod'
import type { caseSummary, openCase as openCaseEndpoint } from '../../protocol/api/people.ts'
import type { Db } from '../db/database.ts'
import type { Cases } from '../db/tables.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { codeHash, newCode } from '../http/codes.ts'
import { Refused } from '../http/refused.ts'
import type { StaffWho } from '../http/who.ts'
import {
  casesOf,
  findCase,
  insertCase,
  insertMailbox,
  mailboxesWithWallet,
  replaceEnrolmentCode,
} from './people.store.ts'
import { envelopeOf, logAccess, openCaseEnvelope } from './people.ts'

type CaseSummary = z.output<typeof caseSummary>
type NewCase = z.output<typeof openCaseEndpoint.body>

const hour = 3_600_000

/**
 * Opens a case and the mailbox that only its envelope names. A repeat by the same worker answers the same.
 * Refuses `already_exists` when the id or, within the organisation, the pseudonym is another case's.
 */
export function openCase(deps: Deps, who: StaffWho, asked: NewCase): Promise<CaseSummary> {
  return inTransaction(deps.db, async (tx) => {
    const before = await findCase(tx, asked.id)
    if (before !== undefined) return repeated(deps, tx, who, asked, before)

    const mailboxId = randomUUID()
    const row = {
      id: asked.id,
      organisation_id: who.organisation,
      worker_id: who.staffId,
      pseudonym: asked.pseudonym,
      age_band: asked.ageBand,
      municipality: asked.municipality,
      language: asked.language,
      sealed: await deps.vault.seal(asked.id, { mailbox: mailboxId }),
      created_at: deps.now(),
    }
    if (!(await insertCase(tx, row))) throw new Refused('already_exists')
    await insertMailbox(tx, mailboxId, who.organisation)
    await logAccess(tx, who, 'made case', asked.id)
    return summaryOf(row, false)
  })
}

async function repeated(
  deps: Deps,
  tx: Tx,
  who: StaffWho,
  asked: NewCase,
  row: Selectable<Cases>,
): Promise<CaseSummary> {
  const isSame =
    row.worker_id === who.staffId &&
    row.pseudonym === asked.pseudonym &&
    row.age_band === asked.ageBand &&
    row.municipality === asked.municipality &&
    row.language === asked.language
  if (!isSame) throw new Refused('already_exists')
  await logAccess(tx, who, 'opened case', row.id)
  return (await summariesOf(deps, tx, [row]))[0] as CaseSummary
}

/** The worker's own cases, newest first, at most 500; the reading is logged once. */
export async function listCases(deps: Deps, who: StaffWho): Promise<CaseSummary[]> {
  const rows = await casesOf(deps.db, who.staffId, who.organisation)
  await logAccess(deps.db, who, 'listed cases', who.organisation, { cases: rows.map(({ id }) => id) })
  return summariesOf(deps, deps.db, rows)
}

async function summariesOf(deps: Deps, db: Db, rows: Selectable<Cases>[]): Promise<CaseSummary[]> {
  const mailboxIds = await Promise.all(rows.map(async (row) => (await envelopeOf(deps, row)).mailboxId))
  const withWallet = await mailboxesWithWallet(db, mailboxIds)
  return rows.map((row, place) => summaryOf(row, withWallet.has(mailboxIds[place] ?? '')))
}

function summaryOf(row: Omit<Selectable<Cases>, 'sealed'>, hasWallet: boolean): CaseSummary {
  const { id, pseudonym, municipality, language } = row
  return { id, pseudonym, ageBand: row.age_band, municipality, language, hasWallet, createdAt: row.created_at }
}

/**
 * A code for the phone of this case. It ends at a full hour, between one and two hours from now: its exact time beside the
 * log of who opened which case would join a case to its mailbox. Refuses `not_found`.
 */
export function issueCode(deps: Deps, who: StaffWho, caseId: string): Promise<{ code: string; expiresAt: Date }> {
  return inTransaction(deps.db, async (tx) => {
    const { mailboxId } = await openCaseEnvelope(tx, deps, who, caseId)
    const code = newCode()
    const expiresAt = new Date(Math.ceil((deps.now().getTime() + hour) / hour) * hour)
    await replaceEnrolmentCode(tx, codeHash(code) as Buffer, mailboxId, expiresAt)
    await logAccess(tx, who, 'issued code', caseId)
    return { code, expiresAt }
  })
}
