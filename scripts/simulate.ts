/**
 * `npm run simulate [-- --seeds N --first S --processes P --json]`: so many histories of the town, each from a seed: the real
 * domain code of two servers, with time, chance, database and network in the hands of the simulation. `--seed S` plays one
 * again, turn for turn the same. `--outage [--every SECONDS]`: an hour without a network while somebody pays every so many
 * seconds. Exits 1 when a history broke an invariant, with its seed and its steps.
 */
import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import { add, type Figures, lineOf, noFigures } from './simulate/figures.ts'
import { outage } from './simulate/outage.ts'
import { openSite } from './simulate/site.ts'
import { walk } from './simulate/walk.ts'

const { values: asked } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    first: { type: 'string', default: '1' },
    seed: { type: 'string' },
    processes: { type: 'string', default: '1' },
    outage: { type: 'boolean', default: false },
    every: { type: 'string', default: '4' },
    steps: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const first = Number(asked.seed ?? asked.first)
const count = asked.seed === undefined ? Number(asked.seeds) : 1
const processes = Math.min(Number(asked.processes), count)
if (!(Number.isSafeInteger(first) && count > 0 && processes > 0))
  throw new Error('Seeds and processes are whole numbers')

if (asked.outage) await playOutage()
else {
  const figures = processes > 1 ? await share() : await play()
  console.log(asked.json ? JSON.stringify(figures) : lineOf(figures))
  process.exit(figures.broken.length === 0 ? 0 : 1)
}

async function play(): Promise<Figures> {
  const site = await openSite()
  const began = process.cpuUsage()
  let figures = noFigures
  for (let seed = first; seed < first + count; seed++) {
    const verdict = await walk(site, seed)
    figures = add(figures, {
      ...{ seeds: 1, greens: verdict.greens, turns: verdict.turns, traces: { [seed]: verdict.trace } },
      ...{ broken: verdict.broken.length > 0 ? [seed] : [], counts: verdict.counts, cpuSeconds: 0 },
    })
    if (asked.steps || verdict.broken.length > 0) for (const step of verdict.steps) console.error(step)
    if (verdict.broken.length === 0) continue
    for (const sentence of verdict.broken) console.error(`  BROKEN: ${sentence}`)
    console.error(`seed ${seed} broke: npm run simulate -- --seed ${seed} plays it again`)
  }
  const { user, system } = process.cpuUsage(began)
  await site.close()
  return { ...figures, cpuSeconds: (user + system) / 1e6 }
}

/** Each process its own seeds; what one seed does is the same in any of them. */
async function share(): Promise<Figures> {
  const parts = await Promise.all(
    Array.from({ length: processes }, async (_, place) => {
      const [from, to] = [place, place + 1].map((part) => Math.floor((part * count) / processes)) as [number, number]
      const args = ['--first', String(first + from), '--seeds', String(to - from), '--json']
      const child = spawn(process.execPath, [import.meta.filename, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
      let said = ''
      for await (const text of child.stdout) said += text
      return JSON.parse(said) as Figures
    }),
  )
  return parts.reduce(add, noFigures)
}

async function playOutage(): Promise<void> {
  const site = await openSite()
  const figures = await outage(site, first, Number(asked.every))
  console.log(asked.json ? JSON.stringify(figures) : JSON.stringify(figures, null, 2))
  process.exit(figures.green === figures.arrivals && figures.ratio >= 10 ? 0 : 1)
}
