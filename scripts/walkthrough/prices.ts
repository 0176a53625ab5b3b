import type { ProgrammeKey } from '../sample/town.ts'
import type { Chance } from './chance.ts'

/** As prices are: most end on ten cents, many on 90, 95 or 50. */
export function priceOf(chance: Chance, key: ProgrammeKey): bigint {
  if (key === 'meal') return BigInt(chance.oneOf([890, 950, 990, 1050, 1090, 1190]))
  const ends = [0, 50, 90, 90, 95, 95, 99, 10, 20, 30, 40, 60, 70, 80, 5, 15, 25, 35, 45, 49, 65, 75, 79, 85, 89]
  return BigInt(chance.between(1, 18) * 100 + chance.oneOf(ends))
}
