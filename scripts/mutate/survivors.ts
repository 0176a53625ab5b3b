import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Mutant } from './mutants.ts'

/** Why no test can notice a mutant. It still counts as one that survived. */
export interface Explanation {
  path: string
  inside: string
  /** The line and the mistake as the report writes them; the line's number is left out, since it moves. */
  text: string
  what: string
  because: string
}

export function readExplanations(): Explanation[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'survivors.json'), 'utf8')) as Explanation[]
}

export function explains(explanation: Explanation, mutant: Mutant): boolean {
  return (['path', 'inside', 'text', 'what'] as const).every((field) => explanation[field] === mutant[field])
}
