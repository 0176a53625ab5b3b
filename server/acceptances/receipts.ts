import type { Hex } from 'viem'
import type { z } from 'zod'
import type { noteReceipt } from '../../protocol/api/wallet.ts'
import type { Cents } from '../../protocol/money.ts'
import {
  type ChangeNote,
  detailsOf,
  type PaymentReceipt,
  paymentTypedData,
  receiptTypedData,
  type SignedPaymentReceipt,
} from '../../protocol/receipt.ts'
import type { Deps } from '../deps.ts'

export type SignedNoteReceipt = z.output<typeof noteReceipt>

type Signing = Pick<Deps, 'keys' | 'chain'>

/** The acceptor's word for a whole purchase. */
export async function signPayment({ keys, chain }: Signing, receipt: PaymentReceipt): Promise<SignedPaymentReceipt> {
  const typedData = paymentTypedData(chain.chainId, chain.vouchers, receipt)
  return { ...receipt, signature: await keys.acceptor.signTypedData(typedData) }
}

/** The acceptor's word for one note of it: what the contract reads in the escape and for the guarantee. */
export async function signNote(
  { keys, chain }: Signing,
  receipt: PaymentReceipt,
  note: { noteId: Hex; amountCents: Cents; commitment: Hex },
  change: readonly ChangeNote[],
): Promise<SignedNoteReceipt> {
  const content = { ...note, merchant: receipt.merchant, details: detailsOf(receipt, note.noteId, change) }
  const typedData = receiptTypedData(chain.chainId, chain.vouchers, content)
  return { ...content, signature: await keys.acceptor.signTypedData(typedData) }
}
