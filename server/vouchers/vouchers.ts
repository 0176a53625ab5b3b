import { randomUUID } from 'node:crypto'
import type { Cents } from '../../protocol/money.ts'
import type { Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import { giveHoldersToWaiting } from './addresses.ts'
import { type Act, type Movement, move, startOfDay } from './books.ts'
import { expireDue, extendVoucher, replaceNotes, revokeVoucher } from './endings.ts'
import { lockMailbox, mailboxOf, type NoteFacts, takeNotes, writeNotes } from './notes.ts'
import { type Reissued, refundNote, spendNote, undoNote } from './spending.ts'
import { splitGrant } from './splitIntoNotes.ts'

/* What later steps see of vouchers. */
export type { Act, Movement, NoteFacts, Reissued }
export {
  expireDue,
  extendVoucher,
  giveHoldersToWaiting,
  lockMailbox,
  mailboxOf,
  move,
  refundNote,
  replaceNotes,
  revokeVoucher,
  spendNote,
  startOfDay,
  takeNotes,
  undoNote,
}

export interface Grant {
  mailboxId: string
  programmeId: number
  amountCents: Cents
  validUntil: Date
  /** sha256(decision id, salt): what an auditor with the case's key can check, and nobody else can join. */
  decisionProof: Uint8Array
}

/**
 * Turns value of a programme into a voucher, usable from the commit on.
 * Refuses `budget_exceeded`, and `wrong_state` for a programme that is not open.
 */
export async function issue(tx: Tx, deps: Deps, grant: Grant): Promise<string> {
  const { mailboxId, programmeId, amountCents, validUntil, decisionProof } = grant
  await lockMailbox(tx, mailboxId)
  const programme = await tx
    .selectFrom('programmes')
    .select(['kind', 'state'])
    .where('id', '=', programmeId)
    .executeTakeFirst()
  if (programme?.state !== 'open') throw new Refused('wrong_state')

  const voucherId = randomUUID()
  await tx
    .insertInto('vouchers')
    .values({
      id: voucherId,
      mailbox_id: mailboxId,
      programme_id: programmeId,
      decision_proof: decisionProof,
      valid_until: validUntil,
      granted_cents: amountCents,
      left_cents: amountCents,
    })
    .execute()
  const { movements } = await writeNotes(tx, deps, {
    mailboxId,
    voucherId,
    programmeId,
    faces: splitGrant(amountCents, programme.kind),
    origin: 'grant',
    parentId: null,
    isNewValue: true,
  })
  const granted: Movement = { voucherId, programmeId, noteId: null, kind: 'grant', cents: amountCents }
  await move(tx, deps, { actId: randomUUID(), movements: [granted, ...movements] })
  return voucherId
}

export interface Balance {
  grantedCents: Cents
  spentCents: Cents
  leftCents: Cents
  endedCents: Cents
  validUntil: Date
  kind: 'value' | 'service'
}

/** What became of a voucher, in sums alone. */
export async function balanceOf(tx: Tx, voucherId: string): Promise<Balance> {
  const row = await tx
    .selectFrom('vouchers')
    .innerJoin('programmes', 'programmes.id', 'vouchers.programme_id')
    .select(['vouchers.granted_cents', 'vouchers.spent_cents', 'vouchers.left_cents', 'vouchers.valid_until'])
    .select(['vouchers.expired_cents', 'vouchers.revoked_cents', 'programmes.kind'])
    .where('vouchers.id', '=', voucherId)
    .executeTakeFirstOrThrow()
  return {
    grantedCents: row.granted_cents,
    spentCents: row.spent_cents,
    leftCents: row.left_cents,
    endedCents: row.expired_cents + row.revoked_cents,
    validUntil: row.valid_until,
    kind: row.kind,
  }
}
