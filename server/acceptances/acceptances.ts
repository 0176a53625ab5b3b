import { randomBytes, randomUUID } from 'node:crypto'
import type { Address, Hex } from 'viem'
import type { SignedCharge } from '../../protocol/charge.ts'
import type { Cents } from '../../protocol/money.ts'
import type { ChangeNote } from '../../protocol/receipt.ts'
import { commitmentOf, type SpendOffer } from '../../protocol/spend.ts'
import { fromHex, toHex } from '../db/bytes.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import type { TillWho, WalletWho } from '../http/who.ts'
import { logAccess } from '../people/people.ts'
import {
  lockMailbox,
  type Movement,
  mailboxOf,
  move,
  type NoteFacts,
  spendNote,
  takeNotes,
} from '../vouchers/vouchers.ts'
import { type ChargeKind, isSameCharge, takeCharge, takeOrOpenCharge } from './charges.ts'
import { checkAskedAt, checkDeadline, checkNotes, checkOffer, checkSignedAt, drawn } from './checks.ts'
import {
  findPaymentByNonce,
  findTill,
  nextReceiptNumber,
  noteIdsOf,
  receiptToStore,
  storedReceipt,
  takeTill,
  type WalletReceipt,
} from './payments.store.ts'
import { type SignedNoteReceipt, signNote, signPayment } from './receipts.ts'
import { holdersOf, tillKeyOf } from './signatures.ts'
import { nextRefundAfter, postAfter, undoUntil } from './undoWindow.ts'

/* What later steps see of a payment. */
export { nextRefundAfter }

/** One purchase as it is asked for, with whoever sends it. */
export interface Purchase {
  charge: Omit<SignedCharge, 'signature'>
  kind: ChargeKind
  offer: SpendOffer
  /** Who signed each spend; right only where it is the note's holder. */
  holders: readonly Address[]
  by: TillWho | WalletWho
}

/** A till's charge and a phone's offer, sent by either of them. Refuses with the words of `paying`. */
export async function pay(
  deps: Deps,
  by: TillWho | WalletWho,
  { charge, offer }: { charge: SignedCharge; offer: SpendOffer },
): Promise<WalletReceipt> {
  checkOffer(charge, offer)
  if (by.actor === 'till' && charge.till !== by.tillId) throw new Refused('not_here')
  const till = await findTill(deps.db, charge.till)
  if (till === null || till.merchant_id !== charge.merchant) throw new Refused('not_here')
  if ((await tillKeyOf(deps.chain, charge)) !== toHex(till.address)) throw new Refused('signature_not_valid')
  const holders = await holdersOf(deps.chain, offer)
  const kind = by.actor === 'till' ? 'typed' : 'shown'
  return await acceptAndTell(deps, { charge, kind, offer, holders, by })
}

/** Pays a till that will be offline: its receipt is the phone's to show. Refuses `not_found` unless the till takes such. */
export async function payAhead(
  deps: Deps,
  by: WalletWho,
  { till: tillId, priceCents, offer }: { till: number; priceCents: Cents; offer: SpendOffer },
): Promise<WalletReceipt> {
  const till = await findTill(deps.db, tillId)
  if (till === null) throw new Refused('not_found')
  const askedAt = Math.floor(deps.now().getTime() / 1000)
  const charge = { merchant: till.merchant_id, till: tillId, priceCents, nonce: offer.opening.nonce, askedAt }
  checkOffer(charge, offer)
  const holders = await holdersOf(deps.chain, offer)
  return await acceptAndTell(deps, { charge, kind: 'ahead', offer, holders, by })
}

/** What is told and counted is committed. */
async function acceptAndTell(deps: Deps, purchase: Purchase): Promise<WalletReceipt> {
  const { receipt, isRepeat } = await inTransaction(deps.db, (tx) => accept(tx, deps, purchase))
  deps.news.tell(purchase.charge.nonce)
  deps.metrics.acceptances.inc({ kind: purchase.kind, repeat: isRepeat ? 'yes' : 'no' })
  return receipt
}

/**
 * The one place where value becomes a shop's. The commit of `tx` is the programme's debt, whatever the chain does; the
 * evening post only proves it.
 *
 * The same notes, nonce, price and till are answered with the same receipt for ever; a used note in anything else is
 * `already_used`, and a nonce pays once. All notes or none.
 */
export async function accept(
  tx: Tx,
  deps: Deps,
  purchase: Purchase,
): Promise<{ receipt: WalletReceipt; isRepeat: boolean }> {
  const { charge, offer, by } = purchase
  const now = deps.now()
  const till = await takeTill(tx, charge.till)
  if (till === null) throw new Refused('not_here')
  const ids = offer.notes.map((note) => note.noteId)
  const mailboxId = await mailboxOf(tx, ids)
  if (mailboxId === null || (by.actor === 'wallet' && mailboxId !== by.mailboxId)) throw new Refused('unknown_note')
  const before = await answeredBefore(tx, purchase, ids)
  if (before !== null) return { receipt: before, isRepeat: true }
  if (purchase.kind === 'ahead' && !till.accepts_ahead) throw new Refused('not_found')

  const known = await takeCharge(tx, charge.nonce)
  const organisation = await lockMailbox(tx, mailboxId)
  const notes = await takeNotes(tx, ids)
  if (notes.some((note, place) => note.holder !== purchase.holders[place])) throw new Refused('signature_not_valid')
  checkNotes(notes, { organisation: till.organisation_id, purposes: till.purposes }, organisation, now)
  if (known !== undefined && (known.state !== 'open' || known.expires_at < now || !isSameCharge(known, charge))) {
    throw new Refused('charge_not_open')
  }
  if (known === undefined && purchase.kind === 'shown') checkAskedAt(charge.askedAt, now)
  if (known === undefined && purchase.kind !== 'shown') checkSignedAt(offer.opening.signedAt, now)
  if (await isGivenUp(tx, ids, charge.nonce)) throw new Refused('charge_not_open')
  checkDeadline(offer.deadline, now, deps.chain.graceSeconds)
  if (till.merchant_state !== 'approved') throw new Refused('merchant_suspended')
  if (till.state !== 'active') throw new Refused('till_stopped')

  const signed = notes.map((note, place) => ({ ...note, mostCents: offer.notes[place]?.mostCents ?? 0n }))
  const amounts = drawn(charge.priceCents, signed)
  if (known === undefined) {
    const opened = await takeOrOpenCharge(tx, now, charge, purchase.kind)
    if (opened?.state !== 'open' || !isSameCharge(opened, charge)) throw new Refused('charge_not_open')
  }
  const parts = notes.map((note, place) => ({ note, amountCents: amounts[place] ?? 0n, signed: offer.notes[place] }))
  return { receipt: await commit(tx, deps, purchase, parts.filter(isNeeded)), isRepeat: false }
}

/** A note of an offer, and what it pays. */
interface Part {
  note: NoteFacts
  amountCents: Cents
  signed: SpendOffer['notes'][number]
}

/** "Up to" may offer more notes than the price needs: those stay open. */
function isNeeded(part: Omit<Part, 'signed'> & { signed: Part['signed'] | undefined }): part is Part {
  return part.amountCents > 0n && part.signed !== undefined
}

/** The stored receipt when exactly this was accepted before, whatever has happened since. */
async function answeredBefore(tx: Tx, { charge }: Purchase, ids: readonly Hex[]): Promise<WalletReceipt | null> {
  const payment = await findPaymentByNonce(tx, charge.nonce)
  if (payment?.till_id !== charge.till || payment.price_cents !== charge.priceCents) return null
  const accepted = await noteIdsOf(tx, payment)
  const isSame = accepted.every((id) => ids.includes(id))
  return isSame ? storedReceipt(payment) : null
}

async function isGivenUp(tx: Tx, ids: readonly Hex[], nonce: Hex): Promise<boolean> {
  const row = await tx
    .selectFrom('given_up_spends')
    .select('note_id')
    .where('note_id', 'in', ids.map(fromHex))
    .where('nonce', '=', fromHex(nonce))
    .executeTakeFirst()
  return row !== undefined
}

async function commit(
  tx: Tx,
  deps: Deps,
  { charge, kind, offer, by }: Purchase,
  parts: readonly Part[],
): Promise<WalletReceipt> {
  const now = deps.now()
  const movements: Movement[] = []
  const change: ChangeNote[] = []
  const uncovered = new Map<number, Cents>()
  for (const { note, amountCents } of parts) {
    const spent = await spendNote(tx, deps, note, amountCents)
    movements.push(...spent.movements)
    change.push(...spent.fresh)
    if (note.sheetState !== 'final')
      uncovered.set(note.programmeId, (uncovered.get(note.programmeId) ?? 0n) + amountCents)
  }

  const receipt = await signPayment(deps, {
    payment: toHex(randomBytes(16)),
    merchant: charge.merchant,
    till: charge.till,
    priceCents: charge.priceCents,
    nonce: charge.nonce,
    receiptNumber: await nextReceiptNumber(tx, charge.till),
    acceptedAt: Math.floor(now.getTime() / 1000),
  })
  const windows = parts.map(({ note }) => undoUntil(now, note.undoSeconds).getTime())
  const until = new Date(Math.max(...windows))
  await tx
    .insertInto('payments')
    .values({
      id: fromHex(receipt.payment),
      nonce: fromHex(charge.nonce),
      merchant_id: charge.merchant,
      till_id: charge.till,
      receipt_number: receipt.receiptNumber,
      price_cents: charge.priceCents,
      state: 'accepted',
      ahead: kind === 'ahead' ? 'waiting' : null,
      receipt: receiptToStore({ receipt, change }),
      accepted_at: now,
      undo_until: until,
    })
    .execute()
  for (const [place, part] of parts.entries()) {
    const { note, amountCents } = part
    const commitment = commitmentOf(offer.opening, note.id)
    const signed = await signNote(deps, receipt, { noteId: note.id, amountCents, commitment }, change)
    const postedAfter = postAfter(until, place, note.undoSeconds, deps.config.postIntervalSeconds)
    await insertAcceptance(tx, offer.deadline, part, signed, receipt.payment, postedAfter)
  }
  await tx.updateTable('charges').set({ state: 'paid' }).where('nonce', '=', fromHex(charge.nonce)).execute()
  await move(tx, deps, { actId: randomUUID(), movements, uncovered })
  await logAccess(tx, by, 'accepted payment', receipt.payment)
  return { receipt, change }
}

async function insertAcceptance(
  tx: Tx,
  deadline: bigint,
  { note, signed: spend }: Part,
  signed: SignedNoteReceipt,
  payment: Hex,
  postedAfter: Date,
): Promise<void> {
  await tx
    .insertInto('acceptances')
    .values({
      note_id: fromHex(note.id),
      payment_id: fromHex(payment),
      programme_id: note.programmeId,
      merchant_id: signed.merchant,
      amount_cents: signed.amountCents,
      most_cents: spend.mostCents,
      deadline: new Date(Number(deadline) * 1000),
      commitment: fromHex(signed.commitment),
      signature: fromHex(spend.signature),
      receipt_details: fromHex(signed.details),
      receipt_signature: fromHex(signed.signature),
      state: 'accepted',
      post_after: postedAfter,
      is_uncovered: note.sheetState !== 'final',
    })
    .execute()
}
