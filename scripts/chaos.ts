/**
 * `npm run chaos [-- --seconds N --seed S --database postgres|pglite --json]`: real processes under load from clients that
 * retry, while everything that can fail does, by a schedule that the seed repeats. Whatever a till was shown green must be
 * there afterwards, once, and the books must balance to the cent. Exits 1 when anything was lost, doubled or broken, and
 * when there was nothing to lose or nothing went wrong; 2 when it is asked for what it does not know.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Run } from './chaos/faults/fault.ts'
import { faults } from './chaos/faults/faults.ts'
import { type Figures, lineOf, median } from './chaos/figures.ts'
import { Broken, checkBooks } from './chaos/invariants.ts'
import { tries } from './chaos/patience.ts'
import { injectAll } from './chaos/schedule.ts'
import { judge, openSite, type Verdict } from './chaos/site.ts'
import { openOnPglite, openOnPostgres, type System } from './chaos/system.ts'
import { pause } from './walkthrough/parallel.ts'

const { values: asked } = parseArgs({
  options: {
    seconds: { type: 'string', default: '40' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1000) % 1_000_000) },
    database: { type: 'string', default: 'postgres' },
    shoppers: { type: 'string', default: '8' },
    /** Only these kinds, by name, with commas. */
    faults: { type: 'string' },
    /** Instead of some seconds: until each kind came about once. */
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    /** Leaves the logs of all processes where they are. */
    keep: { type: 'boolean', default: false },
  },
})
const seed = Number(asked.seed)
const wanted = asked.faults?.split(',') ?? faults.map(({ name }) => name)
const chosen = faults.filter(({ name }) => wanted.includes(name))
const unknown = [
  ...wanted.filter((name) => !faults.some((fault) => fault.name === name)),
  ...(['postgres', 'pglite'].includes(asked.database) ? [] : [asked.database]),
  ...[asked.seconds, asked.seed, asked.shoppers].filter((text) => !/^\d+$/.test(text)),
]
if (unknown.length > 0) {
  console.error(`Not known: ${unknown.join(', ')}. Kinds of faults: ${faults.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))
const folder = mkdtempSync(join(tmpdir(), 'kipina-chaos-'))
// PostgreSQL runs as somebody else when this runs as root, and has its own folder in this one.
chmodSync(folder, 0o711)
const say = (line: string) => console.error(line)

async function play(system: System): Promise<Figures> {
  const broken = new Broken()
  const site = await openSite(system, Number(asked.shoppers), seed)
  const sites = [site]
  const aside = once(async () => {
    if (system.outside === null) return site
    const second = await openSite(await openOnPglite(join(folder, 'aside'), seed + 1), 1, seed + 1)
    sites.push(second)
    return second
  })
  say(`seed ${seed}: the town is open, ${asked.once ? 'each kind once' : `${asked.seconds} s of chaos begin`}`)

  const recoveries = { api: [], database: [], embedded: [] }
  const until = Date.now() + Number(asked.seconds) * 1000
  const run: Run = { ...system, town: site.town, broken, recoveries, aside, folder }
  system.door.lossRate = 0.01
  let isOver = false
  const watching = watch(run, () => isOver)
  const counts = await injectAll(run, chosen, seed, asked.once ? 'once' : until)
  if (!asked.once) await pause(until - Date.now())
  isOver = true
  await watching
  system.door.lossRate = 0

  say('the chaos is over: everybody gets their answer, and everything goes to the chain')
  const verdicts: Verdict[] = []
  for (const one of sites) verdicts.push(await judge(one, broken))
  await Promise.all(sites.map((one) => one.system.close()))
  say(`${tries.again} times somebody asked again`)
  const sum = (count: (verdict: Verdict) => number) => verdicts.reduce((total, verdict) => total + count(verdict), 0)
  return {
    seed,
    acknowledged: sum((verdict) => verdict.acknowledged),
    lost: sum(({ lost }) => lost.length),
    doubled: sum(({ doubled }) => doubled.length),
    faults: counts,
    invariantsBroken: broken.sentences.size,
    recoveryMs: {
      api: median(recoveries.api),
      database: median(recoveries.database),
      embedded: median(recoveries.embedded),
    },
  }
}

/** The books are added up again and again while everything happens. */
async function watch({ town, broken }: Run, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const began = Date.now()
    await broken.unless('The books were not added up', () => checkBooks(town, broken))
    const next = Date.now() + Math.max(5000, 4 * (Date.now() - began))
    while (!isOver() && Date.now() < next) await pause(100)
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => {
    made ??= make()
    return made
  }
}

let isWell = false
try {
  const system = await (asked.database === 'postgres' ? openOnPostgres(folder, { seed }) : openOnPglite(folder, seed))
  const figures = await play(system)
  const isKept = figures.lost + figures.doubled + figures.invariantsBroken === 0
  isWell = isKept && figures.acknowledged > 0 && Object.keys(figures.faults).length > 0
  console.log(asked.json ? JSON.stringify(figures) : lineOf(figures))
} catch (error) {
  console.error(error)
}
if (isWell && !asked.keep) rmSync(folder, { recursive: true, force: true })
else say(`What every process said is in ${folder}`)
process.exit(isWell ? 0 : 1)
