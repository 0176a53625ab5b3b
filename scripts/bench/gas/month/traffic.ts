import { join } from 'node:path'
import type { Cents } from '../../../../protocol/money.ts'
import { maskOf } from '../../../../protocol/purposes.ts'
import { type ProgrammeKey, programmes, shops as sampleShops } from '../../../sample/town.ts'
import type { Chance } from '../../../walkthrough/chance.ts'
import { readGrants } from '../../../walkthrough/grants.ts'

export interface Grant {
  youth: number
  key: ProgrammeKey
  cents: Cents
  /** Of the month, from 0. */
  day: number
  validUntil: Date
}

export interface Shop {
  id: number
  purposes: number
}

/** Workers decide on the first two weeks' weekdays, from a Monday on; what everybody gets is granted to all on the first. */
const weekdays = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11]
const msADay = 86_400_000

/** The walkthrough's list of grants, as often as needed until there are so many youths. */
export function drawGrants(youths: number, chance: Chance, firstMorning: Date): Grant[] {
  const lines = readGrants(join(import.meta.dirname, '../../../sample/grants.csv'))
  const sample = [...Map.groupBy(lines, ({ pseudonym }) => pseudonym).values()]
  const universal = new Set(programmes.filter(({ isUniversal }) => isUniversal).map(({ key }) => key as string))
  return Array.from({ length: youths }, (_, youth) => {
    const own = sample[youth % sample.length] ?? []
    return own.map(({ programme, amountCents, validUntil }): Grant => {
      const day = universal.has(programme) ? 0 : chance.oneOf(weekdays)
      const until = validUntil(new Date(firstMorning.getTime() + day * msADay))
      return { youth, key: programme as ProgrammeKey, cents: amountCents, day, validUntil: until }
    })
  }).flat()
}

/** The sample's shops that have a network, again and again until there are so many. */
export function drawShops(count: number): Shop[] {
  const kinds = sampleShops.filter(({ acceptsAhead }) => !acceptsAhead)
  return Array.from({ length: count }, (_, place) => {
    return { id: place + 1, purposes: maskOf(kinds[place % kinds.length]?.purposes ?? []) }
  })
}

export const programmeOf = new Map(
  programmes.map(({ key, kind, purposes }, place) => [key, { id: place + 1, kind, purposes: maskOf(purposes) }]),
)
