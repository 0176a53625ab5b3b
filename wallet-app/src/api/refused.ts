import type { Problem, Refusal } from '../../../protocol/refusals.ts'

/** A word of the server, or `offline`: nobody answered, and what was asked may or may not have happened. */
export type RefusalWord = Refusal | 'offline'

/** A no that a person can be told in a sentence. */
export class Refused extends Error {
  readonly word: RefusalWord
  readonly details: Record<string, unknown>

  constructor(word: RefusalWord, details: Record<string, unknown> = {}) {
    super(word)
    this.word = word
    this.details = details
  }

  /** A cent amount the server named, or null. */
  cents(name: string): bigint | null {
    const value = this.details[name]
    return typeof value === 'string' && /^\d{1,14}$/.test(value) ? BigInt(value) : null
  }
}

/** Unknown is not failed: the call may have reached the server. */
export function isUnknown(error: unknown): boolean {
  return error instanceof Refused && ['offline', 'unavailable', 'internal', 'too_many_requests'].includes(error.word)
}

export async function refusedBy(response: Response): Promise<Refused> {
  const problem = (await response.json().catch(() => null)) as Partial<Problem> | null
  if (typeof problem?.refusal === 'string') return new Refused(problem.refusal, problem.details ?? {})
  return new Refused(response.status >= 500 ? 'unavailable' : 'bad_request')
}
