import { sql } from 'kysely'
import type { Hex } from 'viem'
import type { Appliers } from '../chain/indexer.ts'
import { fromHex } from '../db/bytes.ts'
import type { Tx } from '../db/transaction.ts'
import { endOrders, type Finished } from './guarantee.ts'
import { recountReclaimed } from './pots.ts'
import { skipReasons } from './skips.ts'

/** What is final on chain about sheets, notes and acceptances. Locks: notes, sheets, acceptances, programmes. */
export const postAppliers: Appliers = {
  async SheetCut(tx, { sheet }) {
    const id = fromHex(sheet)
    await tx.updateTable('sheets').set({ state: 'final' }).where('id', '=', id).where('state', '=', 'queued').execute()
    await coverNotes(tx, id)
  },

  async Redeemed(tx, redemptions) {
    for (const [sheet, ofSheet] of Map.groupBy(redemptions, (one) => one.sheet)) {
      await finish(
        tx,
        sheet,
        ofSheet.map(({ index }) => index),
        'final',
      )
    }
  },

  async GuaranteePaid(tx, { sheet, index, amountCents }) {
    const [finished] = await finish(tx, sheet, [index], 'guaranteed')
    if (finished === undefined) return
    await changePots(tx, finished.programme_id, { guarantee: -amountCents, uncovered: 0n })
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
  return (await notesAt(tx, sheet, [index]))[0] ?? null
}

/** Held in the order of their ids, as everybody holds notes. */
async function notesAt(tx: Tx, sheet: Hex, indexes: readonly bigint[]): Promise<Buffer[]> {
  const notes = await tx
    .selectFrom('notes')
    .select('id')
    .where('sheet_id', '=', fromHex(sheet))
    .where('leaf_index', 'in', indexes.map(Number))
    .orderBy('id')
    .forUpdate()
    .execute()
  return notes.map((note) => note.id)
}

/**
 * Answers the acceptances that became final, in as many statements for hundreds as for one. None is finished twice, nor an
 * undone one whose receipt was posted before its revocation: it stays undone here, and the reconciliation names it.
 */
async function finish(
  tx: Tx,
  sheet: Hex,
  indexes: readonly bigint[],
  state: 'final' | 'guaranteed',
): Promise<Finished[]> {
  const ids = await notesAt(tx, sheet, indexes)
  if (ids.length === 0) return []
  const finished = await tx
    .updateTable('acceptances')
    .set({ state, ...(state === 'final' ? { skipped: null } : {}) })
    .where('note_id', 'in', ids)
    .where('state', 'in', ['accepted', 'posted'])
    .returning(['note_id', 'programme_id', 'amount_cents'])
    .execute()
  if (finished.length === 0) return []
  const finishedIds = finished.map(({ note_id }) => note_id)
  await tx.updateTable('notes').set({ state }).where('id', 'in', finishedIds).execute()
  // Whoever posted or paid them: what was set aside for our own orders is no longer needed.
  await endOrders(tx, finished)
  return finished
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
