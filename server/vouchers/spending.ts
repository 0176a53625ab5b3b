import type { Cents } from '../../protocol/money.ts'
import type { ChangeNote } from '../../protocol/receipt.ts'
import type { Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import type { Movement } from './books.ts'
import { changeState, isStillNew, type NoteFacts, writeNotes } from './notes.ts'
import { splitGrant, splitIntoNotes } from './splitIntoNotes.ts'

/** What an act did with notes; its movements go to `move`, which the act calls last. */
export interface Reissued {
  fresh: ChangeNote[]
  movements: Movement[]
}

/**
 * A whole note is spent; what the amount leaves of it comes back as fresh notes, or, of a service, ends at once.
 * The caller holds the mailbox and the note (`takeNotes`). Refuses `already_used`.
 */
export async function spendNote(tx: Tx, deps: Deps, note: NoteFacts, amountCents: Cents): Promise<Reissued> {
  const rest = note.faceCents - amountCents
  if (amountCents <= 0n || rest < 0n) throw new Error(`A note of ${note.faceCents} cents cannot pay ${amountCents}`)
  if (!(await changeState(tx, note.id, 'open', { state: 'accepted' }))) throw new Refused('already_used')

  const of = { voucherId: note.voucherId, programmeId: note.programmeId, noteId: note.id }
  const movements: Movement[] = [
    { ...of, kind: 'retire', cents: note.faceCents },
    { ...of, kind: 'accept', cents: amountCents },
  ]
  if (rest === 0n) return { fresh: [], movements }
  if (note.kind === 'service') return { fresh: [], movements: [...movements, { ...of, kind: 'rest', cents: rest }] }
  const change = await writeNotes(tx, deps, {
    ...note,
    faces: splitIntoNotes(rest, note.kind),
    origin: 'change',
    parentId: note.id,
    isNewValue: isStillNew(note),
  })
  return { fresh: change.notes, movements: [...movements, ...change.movements] }
}

/**
 * The purchase never was: what was accepted of the note is issued afresh, and with it the rest that ended with a service.
 * Change stands. Null when it is accepted no longer.
 */
export async function undoNote(tx: Tx, deps: Deps, note: NoteFacts, cents: Cents): Promise<Reissued | null> {
  if (!(await changeState(tx, note.id, 'accepted', { state: 'undone' }))) return null
  const rest = note.kind === 'service' ? note.faceCents - cents : 0n
  return await giveBack(tx, deps, note, { kind: 'undo', cents, rest })
}

/**
 * Value that a shop gave back. The note stays spent; when its redemption is final the chain books the refund, so that
 * the fresh notes are no new value even if the old one was on no sheet yet.
 */
export async function refundNote(tx: Tx, deps: Deps, note: NoteFacts, cents: Cents): Promise<Reissued> {
  return await giveBack(tx, deps, note, { kind: 'refund', cents, rest: 0n })
}

interface Back {
  kind: 'undo' | 'refund'
  /** Of what was accepted. */
  cents: Cents
  /** Of what ended beside it. */
  rest: Cents
}

async function giveBack(tx: Tx, deps: Deps, note: NoteFacts, { kind, cents, rest }: Back): Promise<Reissued> {
  const { notes, movements } = await writeNotes(tx, deps, {
    ...note,
    // A refund's cents stand on chain: a lone note of just that face would be known when it is spent.
    faces: splitGrant(cents + rest, note.kind),
    origin: kind,
    parentId: note.id,
    isNewValue: kind === 'undo' && isStillNew(note),
  })
  const of = { voucherId: note.voucherId, programmeId: note.programmeId, noteId: note.id }
  const back: Movement[] = [{ ...of, kind, cents }]
  if (rest > 0n) back.push({ ...of, kind: 'unrest', cents: rest })
  return { fresh: notes, movements: [...back, ...movements] }
}
