import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Address, Hex } from 'viem'
import { type Cents, capOf } from '../../protocol/money.ts'
import type { ChangeNote } from '../../protocol/receipt.ts'
import { fromHex, toHex } from '../db/bytes.ts'
import type { NoteState, Notes, Sheets } from '../db/tables.ts'
import type { Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { takeAddress } from './addresses.ts'
import { type Movement, startOfDay } from './books.ts'

/** A note with what its voucher and its programme say about using it. */
export interface NoteFacts {
  id: Hex
  holder: Address | null
  faceCents: Cents
  capCents: Cents
  state: NoteState
  isNewValue: boolean
  sheetId: Hex | null
  sheetState: Sheets['state'] | null
  voucherId: string
  mailboxId: string
  validUntil: Date
  programmeId: number
  programmeState: 'opening' | 'open' | 'closed'
  organisation: string
  kind: 'value' | 'service'
  purposes: number
  undoSeconds: number | null
  /** Whether the wallet its holder belongs to is the mailbox's active one. */
  isWalletActive: boolean
}

/**
 * Everything that makes, uses or ends notes takes the mailbox first: payment, undo, loss and expiry of one youth come
 * one after the other, of different youths beside each other.
 *
 * LOCKS, always in this order: till, charge, payment, mailboxes (by id), notes (by id), sheets (shared, by id),
 * acceptances (by note), address stock, vouchers (by id), programmes (by id).
 *
 * @returns the mailbox's organisation.
 */
export async function lockMailbox(tx: Tx, mailboxId: string): Promise<string> {
  const { rows } = await sql<{ organisation_id: string }>`
    select organisation_id from mailboxes where id = ${mailboxId} for no key update`.execute(tx)
  if (rows[0] === undefined) throw new Error('There is no such mailbox')
  return rows[0].organisation_id
}

/** The mailbox that all these notes lie in; null when one does not exist, or they are not of one mailbox. */
export async function mailboxOf(tx: Tx, noteIds: readonly Hex[]): Promise<string | null> {
  const rows = await tx
    .selectFrom('notes')
    .innerJoin('vouchers', 'vouchers.id', 'notes.voucher_id')
    .select('vouchers.mailbox_id')
    .where('notes.id', 'in', noteIds.map(fromHex))
    .execute()
  const first = rows[0]?.mailbox_id ?? null
  return rows.length === noteIds.length && rows.every((row) => row.mailbox_id === first) ? first : null
}

/** Locks notes and then reads them, in the order of `noteIds`, so that what is read is what is locked. */
export async function takeNotes(tx: Tx, noteIds: readonly Hex[]): Promise<NoteFacts[]> {
  if (noteIds.length === 0) return []
  const ids = noteIds.map(fromHex)
  await tx.selectFrom('notes').select('id').where('id', 'in', ids).orderBy('id').forUpdate().execute()
  // Shared, so that a sheet does not become final between this reading and the commit that counts on it.
  await sql`select id from sheets where id in (select sheet_id from notes where id in (${sql.join(ids)}))
    order by id for share`.execute(tx)
  const rows = await tx
    .selectFrom('notes')
    .innerJoin('vouchers', 'vouchers.id', 'notes.voucher_id')
    .innerJoin('programmes', 'programmes.id', 'vouchers.programme_id')
    .leftJoin('sheets', 'sheets.id', 'notes.sheet_id')
    .leftJoin('address_stock', 'address_stock.address', 'notes.holder')
    .leftJoin('wallets', 'wallets.id', 'address_stock.wallet_id')
    .select(['notes.id', 'notes.holder', 'notes.face_cents', 'notes.cap_cents', 'notes.state', 'notes.is_new_value'])
    .select(['notes.sheet_id', 'sheets.state as sheet_state', 'notes.voucher_id', 'vouchers.mailbox_id'])
    .select(['vouchers.valid_until', 'vouchers.programme_id', 'programmes.state as programme_state'])
    .select(['programmes.organisation_id', 'programmes.kind', 'programmes.purposes', 'programmes.undo_seconds'])
    .select('wallets.state as wallet_state')
    .where('notes.id', 'in', ids)
    .execute()
  const facts = rows.map(
    (row): NoteFacts => ({
      id: toHex(row.id),
      holder: row.holder === null ? null : toHex(row.holder),
      faceCents: row.face_cents,
      capCents: row.cap_cents,
      state: row.state,
      isNewValue: row.is_new_value,
      sheetId: row.sheet_id === null ? null : toHex(row.sheet_id),
      sheetState: row.sheet_state,
      voucherId: row.voucher_id,
      mailboxId: row.mailbox_id,
      validUntil: row.valid_until,
      programmeId: row.programme_id,
      programmeState: row.programme_state,
      organisation: row.organisation_id,
      kind: row.kind,
      purposes: row.purposes,
      undoSeconds: row.undo_seconds,
      isWalletActive: row.wallet_state === 'active',
    }),
  )
  return noteIds.flatMap((id) => facts.filter((note) => note.id === id))
}

/** The open notes of a mailbox or a voucher, by id. */
export async function openNoteIds(tx: Tx, of: { mailboxId: string } | { voucherId: string }): Promise<Hex[]> {
  const query = tx
    .selectFrom('notes')
    .innerJoin('vouchers', 'vouchers.id', 'notes.voucher_id')
    .select('notes.id')
    .where('notes.state', '=', 'open')
    .orderBy('notes.id')
  const rows = await ('mailboxId' in of
    ? query.where('vouchers.mailbox_id', '=', of.mailboxId)
    : query.where('vouchers.id', '=', of.voucherId)
  ).execute()
  return rows.map(({ id }) => toHex(id))
}

export interface Fresh {
  mailboxId: string
  voucherId: string
  programmeId: number
  faces: readonly Cents[]
  origin: Notes['origin']
  /** Null for the notes of a grant. */
  parentId: Hex | null
  isNewValue: boolean
}

/** Writes fresh notes and gives them holders as far as the stock goes. Their movements are the caller's to book. */
export async function writeNotes(
  tx: Tx,
  deps: Pick<Deps, 'now'>,
  fresh: Fresh,
): Promise<{ notes: ChangeNote[]; movements: Movement[] }> {
  const { voucherId, programmeId, origin, isNewValue } = fresh
  const notes: ChangeNote[] = []
  for (const cents of fresh.faces) {
    const noteId = toHex(randomBytes(16))
    notes.push({ noteId, holder: await takeAddress(tx, fresh.mailboxId, noteId), cents })
  }
  const rows = notes.map(({ noteId, holder, cents }) => ({
    id: fromHex(noteId),
    voucher_id: voucherId,
    holder: holder === null ? null : fromHex(holder),
    face_cents: cents,
    cap_cents: capOf(cents),
    state: 'open' as const,
    origin,
    parent_id: fresh.parentId === null ? null : fromHex(fresh.parentId),
    is_new_value: isNewValue,
    created_at: startOfDay(deps.now()),
  }))
  await tx.insertInto('notes').values(rows).execute()
  const movements = notes.map(
    ({ noteId, cents }): Movement => ({ voucherId, programmeId, noteId, kind: 'issue', cents }),
  )
  return { notes, movements }
}

/** Value that was never on a sheet stays new however often it is issued afresh. */
export function isStillNew(parent: NoteFacts): boolean {
  return parent.isNewValue && parent.sheetId === null
}

/** Ends an open note. False when it is open no longer: the caller's act then does not happen. */
export async function retireNote(
  tx: Tx,
  noteId: Hex,
  because: NonNullable<Notes['retired_because']>,
): Promise<boolean> {
  return await changeState(tx, noteId, 'open', { state: 'retired', retired_because: because })
}

/** The one way a note changes its state here: from exactly the state it was seen in. */
export async function changeState(
  tx: Tx,
  noteId: Hex,
  from: NoteState,
  to: { state: NoteState; retired_because?: NonNullable<Notes['retired_because']> },
): Promise<boolean> {
  const changed = await tx
    .updateTable('notes')
    .set(to)
    .where('id', '=', fromHex(noteId))
    .where('state', '=', from)
    .executeTakeFirst()
  return changed.numUpdatedRows === 1n
}
