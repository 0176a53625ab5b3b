import { Refused } from '../api/refused.ts'
import { common } from './common.ts'

/** The sentence for any error: what is not a refusal is our fault, and said so without its inner words. */
export function explain(error: unknown): string {
  if (error instanceof Refused) return common().refusal[error.word] ?? common().refusal.internal
  console.error(error)
  return common().refusal.internal
}
