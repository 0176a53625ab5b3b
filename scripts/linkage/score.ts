import type { Hex } from 'viem'
import type { Chance } from '../walkthrough/chance.ts'
import type { Guess } from './seen.ts'

/** What only the story knows: to whom a note belonged. */
export interface Owner {
  voucher: string
  youth: string
}

export interface Score {
  attack: string
  /** Pairs that the attack says, one for each note it dares to place; among equals it draws. */
  guesses: number
  /** Of them, how many are notes of one youth. */
  right: number
  precision: number
  /** Different right pairs, of all pairs that there are. */
  recall: number
}

/** Holds an attack's guesses against the truth. */
export function scoreOf(attack: string, guesses: Guess[], truth: Map<Hex, Owner>, chance: Chance): Score {
  const found = new Set<string>()
  let right = 0
  for (const { note, partners } of guesses) {
    const partner = chance.oneOf(partners)
    if (truth.get(note)?.youth !== truth.get(partner)?.youth) continue
    right++
    found.add([note, partner].sort().join(' '))
  }
  const precision = guesses.length === 0 ? 0 : right / guesses.length
  return { attack, guesses: guesses.length, right, precision, recall: found.size / Math.max(1, countPairs(truth)) }
}

/** The most that an attack may get right, of the pairs it says and of all pairs that there are. */
export const mostRight = 0.05

/** Of few guesses some are right by chance: two standard deviations and one more are left to it. */
export function isTooGood({ guesses, right, precision, recall }: Score): boolean {
  if (recall > mostRight) return true
  if (guesses >= 200) return precision > mostRight
  return right > guesses * mostRight + 2 * Math.sqrt(guesses * mostRight * (1 - mostRight)) + 1
}

/** All pairs of notes of one youth. */
export function countPairs(truth: Map<Hex, Owner>): number {
  const notes = Map.groupBy(truth.values(), ({ youth }) => youth)
  return [...notes.values()].reduce((sum, { length }) => sum + (length * (length - 1)) / 2, 0)
}
