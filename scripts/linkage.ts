/**
 * `npm run linkage [-- --youths N] [--days N] [--seed N]`: plays a month, then reads the chain as a curious node would, and
 * tries to find notes of one youth. Exits 1 when an attack gets more than five in a hundred of its pairs right.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { attacks } from './linkage/attacks.ts'
import { decode } from './linkage/decode.ts'
import { playMonth } from './linkage/month.ts'
import { countPairs, isTooGood, mostRight, type Score, scoreOf } from './linkage/score.ts'
import { Chance } from './walkthrough/chance.ts'
import { readGrants } from './walkthrough/grants.ts'

const { values: asked } = parseArgs({
  options: {
    youths: { type: 'string', default: '500' },
    days: { type: 'string', default: '28' },
    seed: { type: 'string', default: '2026' },
  },
})

const began = Date.now()
const say = (line: string) => console.log(`${((Date.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}`)

const all = readGrants(join(import.meta.dirname, 'sample/grants.csv'))
const wanted = new Set([...new Set(all.map(({ pseudonym }) => pseudonym))].slice(0, Number(asked.youths)))
const lines = all.filter(({ pseudonym }) => wanted.has(pseudonym))

try {
  const { transactions, vouchers, truth, payments } = await playMonth(
    { lines, days: Number(asked.days), share: 1 / 7, seed: Number(asked.seed) },
    say,
  )
  const seen = decode(transactions, vouchers)
  const posted = new Map(seen.notes.flatMap(({ noteId }) => (truth.has(noteId) ? [[noteId, truth.get(noteId)!]] : [])))
  say(
    `seed ${asked.seed}: ${payments} payments, ${seen.notes.length} notes on chain, ${countPairs(posted)} pairs of one youth among them`,
  )
  if (posted.size !== seen.notes.length)
    throw new Error(`${seen.notes.length - posted.size} posted notes were in no phone`)

  const chance = new Chance(Number(asked.seed))
  const scores = Object.entries(attacks).map(([name, attack]) => scoreOf(name, attack(seen), posted, chance))
  console.log(
    `\n${'attack'.padEnd(58)}${'guesses'.padStart(8)}${'right'.padStart(7)}${'of guesses'.padStart(12)}${'of all pairs'.padStart(14)}`,
  )
  for (const score of scores) console.log(row(score))
  const tooGood = scores.filter(isTooGood)
  for (const { attack } of tooGood) console.error(`\nMore than ${percent(mostRight)} right: ${attack}`)
  process.exit(tooGood.length === 0 ? 0 : 1)
} catch (error) {
  console.error(error)
  process.exit(1)
}

function row({ attack, guesses, right, precision, recall }: Score): string {
  return `${attack.padEnd(58)}${String(guesses).padStart(8)}${String(right).padStart(7)}${percent(precision).padStart(12)}${percent(recall).padStart(14)}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`
}
