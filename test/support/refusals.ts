import type { Refusal } from '../../protocol/refusals.ts'
import { Refused } from '../../server/http/refused.ts'

/** The word something was refused with, or null when it was done; anything else that is thrown stays thrown. */
export async function refusalOf(work: Promise<unknown>): Promise<Refusal | null> {
  try {
    await work
    return null
  } catch (error) {
    if (error instanceof Refused) return error.refusal
    throw error
  }
}
