import { sql } from 'kysely'
import type { Hex } from 'viem'
import type { Appliers } from '../chain/indexer.ts'
import { fromHex } from '../db/bytes.ts'
import type { Tx } from '../db/transaction.ts'
import { endOrder } from './guarantee.ts'
import { recountReclaimed } from './pots.ts'
import { skipReasons } from './skips.ts'

/** What is final on chain about sheets, notes and acceptances. Locks: notes, sheets, acceptances, programmes. */
export const postAppliers: Appliers = {
  async SheetCut(tx, { sheet }) {
    const id = fromHex(sheet)
    await tx.updateTable('sheets').set({ state: 'final' }).where('id', '=', id).where('state', '=', 'queued').execute()
    await coverNotes(tx, id)
  },

  async Redeemed(tx, { sheet, index }) {
    await finish(tx, sheet, index, 'final')
  },

  async GuaranteePaid(tx, { sheet, index, amountCents }) {
    const programme = await finish(tx, sheet, index, 'guaranteed')
    if (programme === null) return
    await changePots(tx, programme, { guarantee: -amountCents, uncovered: 0n })
  },

  /** A hint only: `examineSkipped` reads what is so. Whatever became final in another way is not touched. */
  async Skipped(tx, { sheet, index, reason }) {
    const noteId = await noteAt(tx, sheet, index)
    if (noteId === null) return
    await tx
      .updateTable('acceptances')
      .set({ skipped: skipReasons[reason] ?? `reason ${reason}` })
      .where('note_id', '=', noteId)
      .where('state', '=', 'posted')
      .execute()
  },

  async Revoked(tx, { sheet, index }) {
    const noteId = await noteAt(tx, sheet, index)
    if (noteId === null) return
    await tx
      .updateTable('acceptances')
      .set({ revoke_state: 'final' })
      .where('note_id', '=', noteId)
      .where('state', '=', 'undone')
      .execute()
  },

  async Released(tx, { sheet, cents }) {
    await tx
      .updateTable('sheets')
      .set((row) => ({ released_cents: row('released_cents', '+', cents) }))
      .where('id', '=', fromHex(sheet))
      .execute()
  },

  async SheetClosed(tx, { sheet, releasedCents }) {
    await tx
      .updateTable('sheets')
      .set((row) => ({ state: 'closed', released_cents: row('released_cents', '+', releasedCents) }))
      .where('id', '=', fromHex(sheet))
      .execute()
  },

  async Reclaimed(tx, { programme }) {
    await recountReclaimed(tx, programme)
  },

  async GuaranteeRestored(tx, { programme, cents }) {
    await changePots(tx, programme, { guarantee: cents, uncovered: 0n })
  },

  async DebtNetted(tx, { programme, cents }) {
    await changePots(tx, programme, { guarantee: cents, uncovered: 0n })
  },

  async Refunded(tx, { refundId, debtCents }) {
    const refund = await tx
      .updateTable('refunds')
      .set({ state: 'final' })
      .where('id', '=', fromHex(refundId))
      .where('state', '=', 'queued')
      .returning(['programme_id', 'reserved_cents'])
      .executeTakeFirst()
    if (refund === undefined) return
    await changePots(tx, refund.programme_id, { guarantee: -debtCents, uncovered: -refund.reserved_cents })
  },
}

async function noteAt(tx: Tx, sheet: Hex, index: bigint): Promise<Buffer | null> {
  const note = await tx
    .selectFrom('notes')
    .select('id')
    .where('sheet_id', '=', fromHex(sheet))
    .where('leaf_index', '=', Number(index))
    .forUpdate()
    .executeTakeFirst()
  return note?.id ?? null
}

/**
 * Answers the programme of the acceptance that became final, or null when there is none to finish: an undone one whose
 * receipt was posted before its revocation stays undone here, and the reconciliation names it.
 */
async function finish(tx: Tx, sheet: Hex, index: bigint, state: 'final' | 'guaranteed'): Promise<number | null> {
  const noteId = await noteAt(tx, sheet, index)
  if (noteId === null) return null
  const acceptance = await tx
    .updateTable('acceptances')
    .set({ state, ...(state === 'final' ? { skipped: null } : {}) })
    .where('note_id', '=', noteId)
    .where('state', 'in', ['accepted', 'posted'])
    .returning(['programme_id', 'amount_cents'])
    .executeTakeFirst()
  if (acceptance === undefined) return null
  await tx.updateTable('notes').set({ state }).where('id', '=', noteId).execute()
  // Whoever posted or paid it: what was set aside for our own order is no longer needed.
  await endOrder(tx, noteId, acceptance)
  return acceptance.programme_id
}

/** From now on the chain itself holds the money for these acceptances, and the guarantee need not. */
async function coverNotes(tx: Tx, sheet: Buffer): Promise<void> {
  const { rows } = await sql<{ programme_id: number; amount_cents: bigint }>`
    update acceptances a set is_uncovered = false
    from notes n
    where n.id = a.note_id and n.sheet_id = ${sheet} and a.is_uncovered
    returning a.programme_id, a.amount_cents`.execute(tx)
  for (const [programme, covered] of Map.groupBy(rows, (row) => row.programme_id)) {
    const cents = covered.reduce((sum, row) => sum + row.amount_cents, 0n)
    await changePots(tx, programme, { guarantee: 0n, uncovered: -cents })
  }
}

async function changePots(tx: Tx, programme: number, change: { guarantee: bigint; uncovered: bigint }): Promise<void> {
  await tx
    .updateTable('programmes')
    .set((row) => ({
      guarantee_cents: row('guarantee_cents', '+', change.guarantee),
      uncovered_cents: row('uncovered_cents', '+', change.uncovered),
    }))
    .where('id', '=', programme)
    .execute()
}
