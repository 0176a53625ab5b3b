/**
 * Writes scripts/sample/grants.csv: 500 grants that a case system might hand over, for the walkthrough. The same file
 * every time. A pseudonym that comes twice is one youth with two vouchers.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decimal } from '../../protocol/money.ts'
import { Chance } from '../walkthrough/chance.ts'
import { municipalities, type ProgrammeKey } from './town.ts'

const grants = 500

/** How often a need comes, in amounts from least to most in whole euros, and how long a grant is valid. */
const needs: { programme: ProgrammeKey; weight: number; least: number; most: number; until: string[] }[] = [
  { programme: 'culture', weight: 40, least: 40, most: 40, until: ['in 180 days'] },
  { programme: 'food', weight: 22, least: 25, most: 80, until: ['in 30 days', 'end of month + 1'] },
  { programme: 'clothes', weight: 10, least: 50, most: 120, until: ['end of month + 2'] },
  { programme: 'travel', weight: 10, least: 20, most: 60, until: ['end of month + 1'] },
  { programme: 'hobby', weight: 10, least: 30, most: 90, until: ['in 120 days'] },
  { programme: 'meal', weight: 8, least: 12, most: 12, until: ['in 14 days'] },
]

/** The file's text; the same every time. */
export function grantsCsv(): string {
  const chance = new Chance(2026)
  const choices = needs.flatMap((need) => Array<typeof need>(need.weight).fill(need))
  const lines = ['pseudonym,age_band,municipality,programme,decision_number,amount,valid_until']
  let youth = { pseudonym: '', ageBand: '', municipality: '', programme: '' }
  for (let number = 1, youths = 0; number <= grants; number++) {
    const need = chance.oneOf(choices)
    // One in six grants goes to the youth before, for something else.
    const isSameYouth = !['', 'twice', need.programme].includes(youth.programme) && chance.between(1, 6) === 1
    if (!isSameYouth) youths++
    youth = isSameYouth ? { ...youth, programme: 'twice' } : drawYouth(chance, youths, need.programme)
    // Every tenth amount is not round, as a case system's are.
    const oddCents = number % 10 === 0 && need.least < need.most ? 45n : 0n
    const amount = decimal(BigInt(chance.between(need.least, need.most)) * 100n + oddCents)
    const decision = `${need.programme.toUpperCase()}-2026-${String(number).padStart(4, '0')}`
    const { pseudonym, ageBand, municipality } = youth
    const validUntil = chance.oneOf(need.until)
    lines.push([pseudonym, ageBand, municipality, need.programme, decision, amount, validUntil].join(','))
  }
  return `${lines.join('\n')}\n`
}

function drawYouth(chance: Chance, number: number, programme: ProgrammeKey) {
  const { kemi, tornio, keminmaa } = municipalities
  return {
    pseudonym: `N-${String(number).padStart(4, '0')}`,
    ageBand: programme === 'culture' ? '15_17' : chance.oneOf(['12_14', '15_17', '15_17', '18_plus']),
    municipality: chance.oneOf([kemi, kemi, tornio, keminmaa]),
    programme,
  }
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, 'grants.csv'), grantsCsv())
