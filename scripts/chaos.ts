/**
 * `npm run chaos [-- --seconds N --seed S --database postgres|pglite --json]`: real processes under load from clients that
 * retry, while everything that can fail does, by a schedule that the seed repeats. Whatever a till was shown green must be
 * there afterwards, once, and the books must balance to the cent. Exits 1 when anything was lost, doubled or broken.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Acknowledged } from './chaos/acknowledged.ts'
import type { Run } from './chaos/faults/fault.ts'
import { faults } from './chaos/faults/faults.ts'
import { type Figures, lineOf, median } from './chaos/figures.ts'
import { Broken, checkBooks, checkPromises, checkSums } from './chaos/invariants.ts'
import { tries } from './chaos/patience.ts'
import { injectAll } from './chaos/schedule.ts'
import { Shoppers } from './chaos/shoppers.ts'
import { openOnPglite, openOnPostgres, type System } from './chaos/system.ts'
import { Town } from './chaos/town.ts'
import { pause } from './walkthrough/parallel.ts'
import { postUntilFinal, readPost } from './walkthrough/posting.ts'

const { values: asked } = parseArgs({
  options: {
    seconds: { type: 'string', default: '40' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1000) % 1_000_000) },
    database: { type: 'string', default: 'postgres' },
    shoppers: { type: 'string', default: '8' },
    /** Only these kinds, by name, with commas. */
    faults: { type: 'string' },
    json: { type: 'boolean', default: false },
    /** Leaves the logs of all processes where they are. */
    keep: { type: 'boolean', default: false },
  },
})
const seed = Number(asked.seed)
const chosen = faults.filter(({ name }) => asked.faults?.split(',').includes(name) ?? true)

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))
const folder = mkdtempSync(join(tmpdir(), 'kipina-chaos-'))
// PostgreSQL runs as somebody else when this runs as root, and has its own folder in this one.
chmodSync(folder, 0o711)
const say = (line: string) => console.error(line)

async function play(system: System): Promise<Figures> {
  const { door, apis, workers, outside } = system
  const acknowledged = new Acknowledged()
  const broken = new Broken()
  const town = await Town.open(door.origin, acknowledged)
  const nothing = await readPost(town.staff)
  const shoppers = new Shoppers(town)
  await shoppers.come(Number(asked.shoppers), seed)
  await system.settle()
  say(`seed ${seed}: the town is open, ${asked.seconds} s of chaos begin`)

  const recoveries = { api: [], database: [] }
  const until = Date.now() + Number(asked.seconds) * 1000
  const run: Run = { town, door, apis, workers, outside, broken, recoveries, isOver: () => Date.now() > until }
  door.lossRate = 0.01
  const watching = watch(run)
  const counts = await injectAll(run, chosen, seed, until)
  await pause(until - Date.now())
  await watching
  door.lossRate = 0

  say('the chaos is over: everybody gets their answer, and everything goes to the chain')
  await shoppers.goHome()
  await Promise.all([...apis, ...workers].map((server) => server.isReady()))
  await postUntilFinal(town.staff, nothing, 180)
  await checkBooks(town, broken)
  await checkSums(town, broken)
  const { lost, doubled } = await checkPromises(town)
  for (const sentence of acknowledged.broken) broken.must(false, sentence)
  say(`${tries.again} times somebody asked again`)
  return {
    seed,
    acknowledged: acknowledged.count,
    lost: lost.length,
    doubled: doubled.length,
    faults: counts,
    invariantsBroken: broken.sentences.size,
    recoveryMs: { api: median(run.recoveries.api), database: median(run.recoveries.database) },
  }
}

/** The books are added up again and again while everything happens. */
async function watch(run: Run): Promise<void> {
  while (!run.isOver()) {
    const began = Date.now()
    await checkBooks(run.town, run.broken)
    await pause(Math.max(5000, 4 * (Date.now() - began)))
  }
}

let isWell = false
try {
  const system = await (asked.database === 'postgres' ? openOnPostgres(folder) : openOnPglite(folder))
  const figures = await play(system)
  isWell = figures.lost + figures.doubled + figures.invariantsBroken === 0
  console.log(asked.json ? JSON.stringify(figures) : lineOf(figures))
  await system.close()
} catch (error) {
  console.error(error)
}
if (isWell && !asked.keep) rmSync(folder, { recursive: true, force: true })
else say(`What every process said is in ${folder}`)
process.exit(isWell ? 0 : 1)
