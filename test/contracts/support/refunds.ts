import type { Signer } from 'ethers'
import { type Compact, type Note, placeOf, type Sheet, shortId } from './sheets.ts'
import { type Receipt, receiptOf, signReceipt, spendOf } from './spends.ts'
import { as, ethers, type Town } from './town.ts'

/** As `IVouchersTypes.Refund`. */
export interface Refund {
  refundId: string
  place: ReturnType<typeof placeOf>
  receipt: Receipt
  acceptor: Compact
  cents: bigint
  refundedBeforeCents: bigint
}

export interface RefundWishes {
  id?: string
  receipt?: Partial<Receipt>
  place?: Partial<ReturnType<typeof placeOf>>
  /** What it names as refunded of the note before, if not nothing. */
  before?: bigint
  /** Who signs the receipt, if not the acceptor. */
  signer?: Signer
}

/** A refund of what was spent with 8.90 € unless the receipt says otherwise. */
export async function refundOf(
  town: Town,
  sheet: Sheet,
  note: Note,
  cents: bigint,
  wishes: RefundWishes = {},
): Promise<Refund> {
  const receipt = receiptOf(await spendOf(town, sheet, note, { amountCents: 890n }), wishes.receipt)
  return {
    refundId: wishes.id ?? shortId('refund'),
    place: { ...placeOf(sheet, note), ...wishes.place },
    receipt,
    acceptor: await signReceipt(town, receipt, wishes.signer),
    cents,
    refundedBeforeCents: wishes.before ?? 0n,
  }
}

/** All of them or none, in their order. */
export async function refundAll(town: Town, refunds: readonly Refund[], by: Signer = town.finance) {
  return as(town.vouchers, by).refund(refunds)
}

/** Pays out all that a merchant is owed: a refund finds nothing to take it from. */
export async function settleAll({ vouchers, finance }: Town, merchant: number) {
  const cents = await vouchers.owedCents(merchant)
  await as(vouchers, finance).settle([{ ref: ethers.id('payment 1'), merchant, cents }])
}
