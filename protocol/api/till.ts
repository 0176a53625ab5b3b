import { z } from 'zod'
import { bytes32, cents, day, endpoint, instant, nonce8, paymentId, someCents } from './endpoint.ts'
import { noteReceipt, paying, paymentReceipt, signedCharge, spendOffer } from './wallet.ts'

/** What a till hears of a payment: an amount and a number, nothing of the youth. */
export const tillPayment = z
  .object({
    receipt: paymentReceipt,
    notes: z.array(noteReceipt),
    state: z.enum(['accepted', 'undone']),
    refundedCents: cents,
    ahead: z.enum(['waiting', 'used', 'unused']).nullable(),
    undoUntil: instant,
  })
  .meta({ id: 'TillPayment' })

export const openCharge = endpoint({
  method: 'post',
  path: '/api/till/charges',
  summary: 'Open a charge for five minutes; a repeat answers the same',
  actors: ['till'],
  body: signedCharge,
  answer: z.object({ state: z.enum(['open', 'paid', 'cancelled']), expiresAt: instant }),
  status: 201,
  refusals: ['signature_not_valid', 'merchant_suspended', 'too_old', 'already_exists'],
})

const oneCharge = z.object({ nonce: nonce8 })

export const getCharge = endpoint({
  method: 'get',
  path: '/api/till/charges/:nonce',
  summary:
    'Has somebody paid this charge? With `wait=yes` an open charge is answered when that changes, or in 8 seconds',
  actors: ['till'],
  params: oneCharge,
  query: z.object({ wait: z.enum(['yes', 'no']).optional() }),
  answer: z.object({
    state: z.enum(['open', 'paid', 'cancelled']),
    expiresAt: instant,
    payment: tillPayment.nullable(),
  }),
  refusals: ['not_found'],
})

export const cancelCharge = endpoint({
  method: 'post',
  path: '/api/till/charges/:nonce/cancel',
  summary: 'Cancel a charge; an acceptance that the till has not seen is undone with it',
  actors: ['till'],
  params: oneCharge,
  body: z.object({}).strict(),
  answer: z.object({ state: z.enum(['cancelled', 'undone']) }),
  refusals: ['not_found', 'undo_window_closed'],
})

/** One scan: the till typed the price. Two scans: the offer answers the till's own charge. Only the till sends. */
export const payAtTill = endpoint({
  method: 'post',
  path: '/api/till/payments',
  summary: 'Take a spend from a phone’s code; the same offer and charge answer the same receipt for ever',
  actors: ['till'],
  body: z.object({ charge: signedCharge, offer: spendOffer }),
  answer: tillPayment,
  status: 201,
  refusals: paying,
})

const onePayment = z.object({ payment: paymentId })

export const undoPayment = endpoint({
  method: 'post',
  path: '/api/till/payments/:payment/undo',
  summary: 'Undo a whole purchase until its window closes: the value is issued afresh',
  actors: ['till'],
  params: onePayment,
  body: z.object({}).strict(),
  answer: tillPayment,
  refusals: ['not_found', 'undo_window_closed', 'wrong_state'],
})

export const refundPayment = endpoint({
  method: 'post',
  path: '/api/till/payments/:payment/refund',
  summary: 'Give back a part or all after the undo window: to the voucher, never in cash; `id` makes a repeat harmless',
  actors: ['till'],
  params: onePayment,
  body: z.object({ id: paymentId, cents: someCents }),
  answer: tillPayment,
  status: 201,
  refusals: ['not_found', 'refund_exceeds_payment', 'wrong_state', 'already_exists'],
})

/** What an offline till says when it is back: which receipts paid ahead were used, and which certainly were not. */
export const reportAhead = endpoint({
  method: 'post',
  path: '/api/till/ahead',
  summary: 'Report receipts paid ahead as used, or as not used (which undoes them)',
  actors: ['till'],
  body: z.object({ used: z.array(paymentId).max(500), unused: z.array(paymentId).max(500) }),
  answer: z.object({ used: z.array(paymentId), unused: z.array(paymentId), refused: z.array(paymentId) }),
  refusals: [],
})

export const listAhead = endpoint({
  method: 'get',
  path: '/api/till/ahead',
  summary: 'Receipts paid ahead at this till that are neither used nor given back',
  actors: ['till'],
  answer: z.object({ payments: z.array(tillPayment) }),
  refusals: [],
})

export const getDay = endpoint({
  method: 'get',
  path: '/api/till/day',
  summary: 'A day of this merchant: total, and each payment by receipt number',
  actors: ['till'],
  query: z.object({ day }),
  answer: z.object({
    acceptedCents: cents,
    undoneCents: cents,
    refundedCents: cents,
    totalCents: cents,
    payments: z.array(tillPayment),
  }),
  refusals: [],
})

/** With these and its receipts a merchant can be paid from the contract even if the operator falls silent. */
export const listProofs = endpoint({
  method: 'get',
  path: '/api/till/proofs',
  summary: 'Place and proof on chain of every accepted note of this merchant whose sheet is final',
  actors: ['till'],
  answer: z.object({
    proofs: z.array(
      z.object({
        receipt: noteReceipt,
        sheet: bytes32,
        index: z.number().int(),
        capCents: cents,
        mostCents: cents,
        deadline: z.string(),
        spendSignature: z.string(),
        proof: z.array(bytes32),
      }),
    ),
  }),
  refusals: [],
})
