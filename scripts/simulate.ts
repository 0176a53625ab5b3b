/**
 * `npm run simulate [-- --seeds N --first S --json]`: so many histories of the town, each from a seed: the real domain code
 * of two servers, with time, chance, database and network in the hands of the simulation. `--seed S` plays one again, step
 * by step the same. Exits 1 when any history broke an invariant, with its seed and its steps.
 */
import { parseArgs } from 'node:util'
import { openSite, type Verdict, walk } from './simulate/walk.ts'

const { values: asked } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    first: { type: 'string', default: '1' },
    seed: { type: 'string' },
    steps: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const first = Number(asked.seed ?? asked.first)
const count = asked.seed === undefined ? Number(asked.seeds) : 1
if (!(Number.isSafeInteger(first) && count > 0)) throw new Error('--seeds, --first and --seed are whole numbers')

const site = await openSite()
const broken: Verdict[] = []
let greens = 0
let turns = 0
const counts: Record<string, number> = {}
let trace = ''
const began = process.cpuUsage()
for (let seed = first; seed < first + count; seed++) {
  const verdict = await walk(site, seed)
  greens += verdict.greens
  turns += verdict.turns
  trace = verdict.trace
  for (const [name, times] of Object.entries(verdict.counts)) counts[name] = (counts[name] ?? 0) + times
  if (asked.steps) for (const step of verdict.steps) console.error(step)
  if (verdict.broken.length === 0) continue
  broken.push(verdict)
  if (!asked.steps) for (const step of verdict.steps) console.error(step)
  for (const sentence of verdict.broken) console.error(`  BROKEN: ${sentence}`)
  console.error(`seed ${seed} broke: npm run simulate -- --seed ${seed} plays it again`)
}
const { user, system } = process.cpuUsage(began)
const figures = {
  ...{ first, seeds: count, broken: broken.map(({ seed }) => seed), greens, turns },
  ...{ trace, counts, cpuMillisecondsASeed: Math.round((user + system) / 1000 / count) },
}
console.log(asked.json ? JSON.stringify(figures) : JSON.stringify(figures, null, 2))
process.exit(broken.length === 0 ? 0 : 1)
