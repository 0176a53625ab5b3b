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

/** All pairs of notes of one youth. */
export function countPairs(truth: Map<Hex, Owner>): number {
  const notes = Map.groupBy(truth.values(), ({ youth }) => youth)
  return [...notes.values()].reduce((sum, { length }) => sum + (length * (length - 1)) / 2, 0)
}
