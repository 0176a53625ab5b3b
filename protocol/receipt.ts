import { type Address, concatHex, type Hex, hashStruct, keccak256, numberToHex } from 'viem'
import { ByteWriter, parsed, toBase64url } from './bytes.ts'
import { kipinaDomain } from './spend.ts'

/** The acceptor's word that a purchase is paid: what makes a till green, online or shown as a code. */
export interface PaymentReceipt {
  payment: Hex
  merchant: number
  till: number
  priceCents: bigint
  nonce: Hex
  receiptNumber: number
  /** The server's clock, in seconds. */
  acceptedAt: number
}

export const paymentTypes = {
  Payment: [
    { name: 'payment', type: 'bytes16' },
    { name: 'merchant', type: 'uint32' },
    { name: 'till', type: 'uint32' },
    { name: 'priceCents', type: 'uint64' },
    { name: 'nonce', type: 'bytes8' },
    { name: 'receiptNumber', type: 'uint32' },
    { name: 'acceptedAt', type: 'uint64' },
  ],
} as const

/** Per note, and what the contract reads in the escape and for the guarantee. Mirrors `IVouchers.Receipt`. */
export const receiptTypes = {
  Receipt: [
    { name: 'noteId', type: 'bytes16' },
    { name: 'merchant', type: 'uint32' },
    { name: 'amountCents', type: 'uint64' },
    { name: 'commitment', type: 'bytes16' },
    { name: 'details', type: 'bytes32' },
  ],
} as const

export interface NoteReceipt {
  noteId: Hex
  merchant: number
  amountCents: bigint
  commitment: Hex
  details: Hex
}

/** A fresh note that came back: change, or what an undo re-issued. Without a holder it waits in the mailbox. */
export interface ChangeNote {
  noteId: Hex
  holder: Address | null
  cents: bigint
}

export function paymentTypedData(chainId: number, vouchers: Address, receipt: PaymentReceipt) {
  return {
    domain: kipinaDomain(chainId, vouchers),
    types: paymentTypes,
    primaryType: 'Payment' as const,
    message: paymentMessage(receipt),
  }
}

export function receiptTypedData(chainId: number, vouchers: Address, receipt: NoteReceipt) {
  const { noteId, merchant, amountCents, commitment, details } = receipt
  return {
    domain: kipinaDomain(chainId, vouchers),
    types: receiptTypes,
    primaryType: 'Receipt' as const,
    message: { noteId, merchant, amountCents, commitment, details },
  }
}

/**
 * Binds a note's receipt to its whole purchase and to the change that came with it. The note id makes it differ for
 * every note of one payment: in the escape it stands in calldata, where two alike would join them.
 */
export function detailsOf(receipt: PaymentReceipt, noteId: Hex, change: readonly ChangeNote[]): Hex {
  const payment = hashStruct({ types: paymentTypes, primaryType: 'Payment', data: paymentMessage(receipt) })
  const notes = change.map((fresh) =>
    concatHex([fresh.noteId, fresh.holder ?? `0x${'00'.repeat(20)}`, numberToHex(fresh.cents, { size: 8 })]),
  )
  return keccak256(concatHex([payment, noteId, ...notes]))
}

function paymentMessage(receipt: PaymentReceipt) {
  const { payment, merchant, till, priceCents, nonce, receiptNumber, acceptedAt } = receipt
  return { payment, merchant, till, priceCents, nonce, receiptNumber, acceptedAt: BigInt(acceptedAt) }
}

export interface SignedPaymentReceipt extends PaymentReceipt {
  signature: Hex
}

const RECEIPT_VERSION = 1

/** The receipt as a code, for a till that has no network. */
export function encodeReceipt(origin: string, receipt: SignedPaymentReceipt): string {
  const bytes = new ByteWriter()
    .uint(RECEIPT_VERSION, 1)
    .hex(receipt.payment, 16)
    .uint(receipt.merchant, 4)
    .uint(receipt.till, 4)
    .uint(receipt.priceCents, 4)
    .hex(receipt.nonce, 8)
    .uint(receipt.receiptNumber, 4)
    .uint(receipt.acceptedAt, 5)
    .hex(receipt.signature, 65)
    .bytes()
  return `${origin}/p#r.${toBase64url(bytes)}`
}

/** Null for any text that is not exactly one receipt. Whether it is genuine is for the till to check. */
export function decodeReceipt(text: string): SignedPaymentReceipt | null {
  const match = /^https?:\/\/[^/#\s]+\/p#r\.([\w-]+)$/.exec(text)
  return parsed(match?.[1] ?? '!', (from) => {
    if (from.number(1) !== RECEIPT_VERSION) throw new RangeError('Another version')
    return {
      payment: from.hex(16),
      merchant: from.number(4),
      till: from.number(4),
      priceCents: from.bigint(4),
      nonce: from.hex(8),
      receiptNumber: from.number(4),
      acceptedAt: from.number(5),
      signature: from.hex(65),
    }
  })
}
