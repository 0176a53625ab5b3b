import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Hex } from 'viem'
import type { Notes } from '../db/tables.ts'
import type { Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import { giveHoldersToWaiting } from './addresses.ts'
import { type Movement, move } from './books.ts'
import { isStillNew, lockMailbox, type NoteFacts, openNoteIds, retireNote, takeNotes, writeNotes } from './notes.ts'

/** Vouchers that one run ends at most, so that it holds no lock for long. */
const mostAtOnce = 50

/**
 * A new phone: every open note of the mailbox that the old phone has a key for is issued afresh for the new one, face by
 * face, and notes that waited get their holders. What the old phone signed is worth nothing from this commit on.
 */
export async function replaceNotes(tx: Tx, deps: Deps, mailboxId: string): Promise<void> {
  await lockMailbox(tx, mailboxId)
  const notes = await takeNotes(tx, await openNoteIds(tx, { mailboxId }))
  const strangers = notes.filter((note) => note.holder !== null && !note.isWalletActive)
  const movements: Movement[] = []
  for (const note of strangers) movements.push(...(await renew(tx, deps, note, 'replaced', 'replacement')))
  await giveHoldersToWaiting(tx, mailboxId)
  await move(tx, deps, { actId: randomUUID(), movements })
}

/** Gives what is left until `validUntil`. Refuses `wrong_state`: nothing is left, or the time would not grow. */
export async function extendVoucher(
  tx: Tx,
  deps: Deps,
  { voucherId, validUntil }: { voucherId: string; validUntil: Date },
): Promise<void> {
  const notes = await holdVoucher(tx, voucherId)
  const [first] = notes
  if (first === undefined || first.validUntil < deps.now() || validUntil <= first.validUntil) {
    throw new Refused('wrong_state')
  }
  await tx.updateTable('vouchers').set({ valid_until: validUntil }).where('id', '=', voucherId).execute()
  const movements: Movement[] = []
  for (const note of notes) movements.push(...(await renew(tx, deps, note, 'extended', 'extension')))
  await move(tx, deps, { actId: randomUUID(), movements })
}

/**
 * Ends what is left of a voucher. Its time ends with it, so that what an undo or a refund brings back later ends too.
 * What is spent stays spent.
 */
export async function revokeVoucher(tx: Tx, deps: Deps, voucherId: string): Promise<void> {
  const notes = await holdVoucher(tx, voucherId)
  await sql`update vouchers set valid_until = least(valid_until, ${deps.now()}) where id = ${voucherId}`.execute(tx)
  const movements: Movement[] = []
  for (const note of notes) movements.push(...(await end(tx, note, 'revoked')))
  await move(tx, deps, { actId: randomUUID(), movements })
}

/** Ends the open notes of vouchers whose last moment has passed, of one mailbox or of all; answers how many notes ended. */
export async function expireDue(tx: Tx, deps: Deps, mailboxId?: string): Promise<number> {
  let due = tx
    .selectFrom('vouchers')
    .select(['id', 'mailbox_id'])
    .where('left_cents', '>', 0n)
    .where('valid_until', '<', deps.now())
    .limit(mostAtOnce)
  if (mailboxId !== undefined) due = due.where('mailbox_id', '=', mailboxId)
  const vouchers = await due.execute()
  // All mailboxes before any note: an act of one youth must never wait for us while we wait for it.
  for (const id of [...new Set(vouchers.map((voucher) => voucher.mailbox_id))].sort()) await lockMailbox(tx, id)

  const ids: Hex[] = []
  for (const { id } of vouchers) ids.push(...(await openNoteIds(tx, { voucherId: id })))
  const notes = (await takeNotes(tx, ids)).filter((note) => note.validUntil < deps.now())
  const movements: Movement[] = []
  for (const note of notes) movements.push(...(await end(tx, note, 'expired')))
  await move(tx, deps, { actId: randomUUID(), movements })
  return notes.length
}

/** Takes the mailbox of a voucher and then its open notes. */
async function holdVoucher(tx: Tx, voucherId: string): Promise<NoteFacts[]> {
  const voucher = await tx
    .selectFrom('vouchers')
    .select('mailbox_id')
    .where('id', '=', voucherId)
    .executeTakeFirstOrThrow()
  await lockMailbox(tx, voucher.mailbox_id)
  return await takeNotes(tx, await openNoteIds(tx, { voucherId }))
}

async function renew(
  tx: Tx,
  deps: Deps,
  note: NoteFacts,
  because: 'replaced' | 'extended',
  origin: Notes['origin'],
): Promise<Movement[]> {
  const retired = await retire(tx, note, because)
  const { movements } = await writeNotes(tx, deps, {
    ...note,
    faces: [note.faceCents],
    origin,
    parentId: note.id,
    isNewValue: isStillNew(note),
  })
  return [retired, ...movements]
}

async function end(tx: Tx, note: NoteFacts, because: 'expired' | 'revoked'): Promise<Movement[]> {
  const retired = await retire(tx, note, because)
  return [retired, { ...retired, kind: because === 'expired' ? 'expire' : 'revoke' }]
}

async function retire(tx: Tx, note: NoteFacts, because: NonNullable<Notes['retired_because']>): Promise<Movement> {
  // The caller holds the note and has seen it open.
  if (!(await retireNote(tx, note.id, because))) throw new Error(`Note ${note.id} is open no longer`)
  const { voucherId, programmeId, id: noteId, faceCents: cents } = note
  return { voucherId, programmeId, noteId, kind: 'retire', cents }
}
