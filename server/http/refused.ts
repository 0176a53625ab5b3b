import { type Refusal, refusals } from '../../protocol/refusals.ts'

/** An expected no: one word, and facts that help to understand it. Anything else that is thrown is a bug. */
export class Refused extends Error {
  readonly refusal: Refusal
  readonly details: Record<string, unknown> | undefined

  constructor(refusal: Refusal, details?: Record<string, unknown>) {
    super(refusal)
    this.name = 'Refused'
    this.refusal = refusal
    this.details = details
  }

  get status(): number {
    return refusals[this.refusal]
  }
}
