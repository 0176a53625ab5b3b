/** Every no has one word, one status, and in `wallet-app/src/text` one sentence for a person in each language. */
export const refusals = {
  // asking
  bad_request: 400,
  too_large: 413,
  not_signed_in: 401,
  not_allowed: 403,
  not_found: 404,
  too_many_requests: 429,
  already_exists: 409,
  wrong_state: 409,
  origin_not_allowed: 403,
  // signing in
  nonce_not_valid: 401,
  signature_not_valid: 401,
  code_not_valid: 403,
  not_known: 403,
  // deciding
  second_person_needed: 403,
  same_person: 403,
  above_limit: 403,
  budget_exceeded: 409,
  outside_the_rules: 422,
  // paying
  already_used: 409,
  not_enough: 422,
  not_for_this: 422,
  not_here: 422,
  ended: 422,
  too_late: 422,
  too_old: 422,
  charge_not_open: 409,
  till_stopped: 403,
  merchant_suspended: 422,
  guarantee_exhausted: 503,
  undo_window_closed: 409,
  refund_exceeds_payment: 422,
  unknown_note: 404,
  // stock
  address_already_used: 409,
  // office
  statement_not_readable: 422,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<string, number>

export type Refusal = keyof typeof refusals

/** RFC 9457 problem details, with the word a program reads. */
export interface Problem {
  type: string
  title: string
  status: number
  refusal: Refusal
  details?: Record<string, unknown>
}
