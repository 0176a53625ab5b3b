import type { z } from 'zod'
import type { getWallet, voucher, walletPayment } from '../../protocol/api/wallet.ts'
import { walletReceipt } from '../../protocol/api/wallet.ts'
import { purposesOf } from '../../protocol/purposes.ts'
import { toHex } from '../db/bytes.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import type { WalletWho } from '../http/who.ts'
import { readStock } from './addresses.ts'
import { expireDue } from './endings.ts'
import { lockMailbox } from './notes.ts'

type WalletView = z.output<typeof getWallet.answer>

/** How long a phone is shown what is over. */
const shownMilliseconds = 92 * 86_400_000

/** All a wallet holds, as of one moment: nothing moves in its mailbox while this reads. */
export function readWallet(deps: Deps, who: WalletWho): Promise<WalletView> {
  return inTransaction(deps.db, async (tx) => {
    await lockMailbox(tx, who.mailboxId)
    await expireDue(tx, deps, who.mailboxId)
    const since = new Date(deps.now().getTime() - shownMilliseconds)
    return {
      vouchers: await readVouchers(tx, who.mailboxId, since),
      payments: await readPayments(tx, who, since),
      stock: await readStock(tx, who.walletId),
      serverTime: deps.now(),
    }
  })
}

async function readVouchers(tx: Tx, mailboxId: string, since: Date): Promise<z.output<typeof voucher>[]> {
  const vouchers = await tx
    .selectFrom('vouchers')
    .innerJoin('programmes', 'programmes.id', 'vouchers.programme_id')
    .select(['vouchers.id', 'vouchers.valid_until', 'vouchers.granted_cents', 'vouchers.left_cents'])
    .select(['programmes.label', 'programmes.purposes', 'programmes.kind'])
    .where('vouchers.mailbox_id', '=', mailboxId)
    .where('vouchers.valid_until', '>', since)
    .orderBy('vouchers.valid_until')
    .orderBy('vouchers.id')
    .execute()
  const notes = await tx
    .selectFrom('notes')
    .innerJoin('vouchers', 'vouchers.id', 'notes.voucher_id')
    .select(['notes.id', 'notes.voucher_id', 'notes.holder', 'notes.face_cents'])
    .where('vouchers.mailbox_id', '=', mailboxId)
    .where('notes.state', '=', 'open')
    .orderBy('notes.face_cents', 'desc')
    .orderBy('notes.id')
    .execute()
  return vouchers.map((row) => ({
    id: row.id,
    label: row.label,
    purposes: purposesOf(row.purposes),
    kind: row.kind,
    validUntil: row.valid_until,
    grantedCents: row.granted_cents,
    leftCents: row.left_cents,
    notes: notes
      .filter((note) => note.voucher_id === row.id)
      .map(({ id, holder, face_cents }) => ({
        id: toHex(id),
        holder: holder === null ? null : toHex(holder),
        cents: face_cents,
      })),
  }))
}

/**
 * What this phone paid with its own keys, and what any phone of the mailbox paid ahead that no till has spoken of yet: that
 * receipt is still to be shown. More it does not see: a new phone may be in other hands, and shops tell of a life.
 */
async function readPayments(
  tx: Tx,
  { mailboxId, walletId }: WalletWho,
  since: Date,
): Promise<z.output<typeof walletPayment>[]> {
  const rows = await tx
    .selectFrom('vouchers')
    .innerJoin('notes', 'notes.voucher_id', 'vouchers.id')
    .innerJoin('acceptances', 'acceptances.note_id', 'notes.id')
    .innerJoin('payments', 'payments.id', 'acceptances.payment_id')
    .leftJoin('address_stock', 'address_stock.address', 'notes.holder')
    .distinctOn(['payments.accepted_at', 'payments.id'])
    .select(['payments.receipt', 'payments.state', 'payments.refunded_cents', 'payments.ahead', 'payments.undo_until'])
    .where('vouchers.mailbox_id', '=', mailboxId)
    .where('payments.accepted_at', '>', since)
    .where((row) =>
      row.or([
        row('address_stock.wallet_id', '=', walletId),
        row.and([row('payments.ahead', '=', 'waiting'), row('payments.state', '=', 'accepted')]),
      ]),
    )
    .orderBy('payments.accepted_at', 'desc')
    .orderBy('payments.id')
    .execute()
  return rows.map((row) => ({
    receipt: walletReceipt.parse(row.receipt).receipt,
    state: row.state,
    refundedCents: row.refunded_cents,
    ahead: row.ahead,
    undoUntil: row.undo_until,
  }))
}
