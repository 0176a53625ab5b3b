import { z } from 'zod'
import { purposes } from '../purposes.ts'
import {
  address,
  bytes32,
  cents,
  endpoint,
  instant,
  nonce8,
  noteId,
  paymentId,
  signature,
  someCents,
  uuid,
  words,
} from './endpoint.ts'

export const note = z
  .object({ id: noteId, holder: address.nullable(), cents: someCents })
  .meta({ id: 'Note', description: 'An open note; without a holder it waits for a fresh address' })

export const voucher = z
  .object({
    id: uuid,
    label: words,
    purposes: z.array(z.enum(purposes)),
    kind: z.enum(['value', 'service']),
    validUntil: instant,
    grantedCents: cents,
    leftCents: cents,
    notes: z.array(note),
  })
  .meta({ id: 'Voucher' })

export const paymentReceipt = z
  .object({
    payment: paymentId,
    merchant: z.number().int(),
    till: z.number().int(),
    priceCents: someCents,
    nonce: nonce8,
    receiptNumber: z.number().int(),
    acceptedAt: z.number().int(),
    signature,
  })
  .meta({ id: 'PaymentReceipt' })

export const noteReceipt = z
  .object({
    noteId,
    merchant: z.number().int(),
    amountCents: someCents,
    commitment: noteId,
    details: bytes32,
    signature,
  })
  .meta({ id: 'NoteReceipt' })

/** What a wallet hears of a payment: with its change. */
export const walletReceipt = z
  .object({
    receipt: paymentReceipt,
    change: z.array(z.object({ noteId, holder: address.nullable(), cents: someCents })),
  })
  .meta({ id: 'WalletReceipt' })

export const walletPayment = z
  .object({
    receipt: paymentReceipt,
    state: z.enum(['accepted', 'undone']),
    refundedCents: cents,
    ahead: z.enum(['waiting', 'used', 'unused']).nullable(),
    undoUntil: instant,
  })
  .meta({ id: 'WalletPayment' })

export const getWallet = endpoint({
  method: 'get',
  path: '/api/wallet',
  summary: 'Everything this wallet holds, its payments of the last 92 days, and how many addresses are in stock',
  actors: ['wallet'],
  answer: z.object({
    vouchers: z.array(voucher),
    payments: z.array(walletPayment),
    stock: z.object({ left: z.number().int(), next: z.number().int() }),
    serverTime: instant,
  }),
  refusals: [],
})

export const uploadStock = endpoint({
  method: 'post',
  path: '/api/wallet/stock',
  summary: 'Add fresh holder addresses, in the order of their keys; notes that wait take them first',
  actors: ['wallet'],
  body: z.object({ from: z.number().int().min(0), addresses: z.array(address).min(1).max(200) }),
  answer: z.object({ left: z.number().int(), next: z.number().int() }),
  status: 201,
  refusals: ['address_already_used', 'wrong_state'],
})

/** Cents that fit a code: three bytes. */
const fewCents = someCents.refine((cents) => cents < 1n << 24n)
const signedNotes = z
  .array(z.object({ noteId, mostCents: fewCents, signature }))
  .min(1)
  .max(3)
const opening = z.object({
  nonce: nonce8,
  signedAt: z.number().int().min(0).max(281_474_976_710_655),
  salt: nonce8,
  agreedCents: fewCents,
})

/** As `SpendOffer` of `spend.ts`. */
export const spendOffer = z
  .object({
    merchant: z.number().int().min(1).max(4_294_967_295),
    deadline: z.codec(z.string().regex(/^\d{1,12}$/), z.bigint(), { decode: (text) => BigInt(text), encode: String }),
    opening,
    notes: signedNotes,
  })
  .meta({ id: 'SpendOffer' })

/** As `SignedCharge` of `charge.ts`. */
export const signedCharge = z
  .object({
    merchant: z.number().int().min(1).max(4_294_967_295),
    till: z.number().int().min(1).max(2_147_483_647),
    priceCents: someCents,
    nonce: nonce8,
    askedAt: z.number().int().min(0).max(1_099_511_627_775),
    signature,
  })
  .meta({ id: 'SignedCharge' })

export const paying = [
  'already_used',
  'not_enough',
  'not_for_this',
  'not_here',
  'ended',
  'too_late',
  'too_old',
  'charge_not_open',
  'till_stopped',
  'merchant_suspended',
  'guarantee_exhausted',
  'signature_not_valid',
  'unknown_note',
] as const

/** The phone has a network: it sends, and both hear. The charge is the till's own signature, seen as a code. */
export const payFromWallet = endpoint({
  method: 'post',
  path: '/api/wallet/payments',
  summary: 'Pay a till’s charge; the same notes for the same charge answer the same receipt for ever',
  actors: ['wallet'],
  body: z.object({ charge: signedCharge, offer: spendOffer }),
  answer: walletReceipt,
  status: 201,
  refusals: [...paying, 'not_found'],
})

/** For a till that will have no network: the nonce is the phone's, the receipt is shown there as a code. */
export const payAhead = endpoint({
  method: 'post',
  path: '/api/wallet/payments/ahead',
  summary: 'Pay ahead at a till that takes receipts offline',
  actors: ['wallet'],
  body: z.object({ till: z.number().int(), priceCents: someCents, offer: spendOffer }),
  answer: walletReceipt,
  status: 201,
  refusals: [...paying, 'not_found'],
})

export const giveUp = endpoint({
  method: 'post',
  path: '/api/wallet/payments/give-up',
  summary: 'Kill a charge that was not shown as paid: nobody who paid cash is charged later',
  actors: ['wallet'],
  body: z.object({ nonce: nonce8, offer: spendOffer }),
  answer: z.object({ state: z.enum(['cancelled', 'undone', 'paid']) }),
  refusals: ['signature_not_valid', 'unknown_note', 'wrong_state'],
})
