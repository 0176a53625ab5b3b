import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { lanes } from '../../server/chain/outbox.ts'
import { type Config, readConfig } from '../../server/config.ts'
import { openLite } from '../../server/db/lite.ts'
import type { Deps } from '../../server/deps.ts'
import { openKeys, type ServerKeys } from '../../server/keys.ts'
import { runEveningPost } from '../../server/post/post.ts'
import { Day } from './acts.ts'
import { Crowd } from './crowd.ts'
import type { Door } from './database.ts'
import { judge, shownTo, unfinished } from './judge.ts'
import { Network } from './network.ts'
import { Node } from './node.ts'
import { Office } from './office.ts'
import { type Ground, Server } from './server.ts'
import { keepRows, settle, type Townspeople } from './town.ts'
import { Troubles, type Weather, weatherOf } from './troubles.ts'
import { World } from './world.ts'

const townBegins = Date.parse('2026-11-09T06:00:00Z')
const dayBegins = Date.parse('2026-11-10T10:00:00Z')

/** What all histories of one process share, and go back to. */
export interface Site extends Ground {
  network: Network
  node: Node
  people: Townspeople
  lite: PGlite
  door: Door
  /** Database and chain as they were when the town had settled, on the morning of the day. */
  begin(seed: number): Promise<void>
  close(): Promise<void>
}

export async function openSite(): Promise<Site> {
  const world = new World()
  const network = await Network.open(() => world.clock.now)
  const lite = await openLite({ folder: null })
  // From here on time and chance are the simulation's, in this whole process.
  world.install()
  world.begin(0, townBegins)
  const keys: ServerKeys = openKeys({ keysFile: null, dataFolder: null })
  const node = new Node(world, network)
  node.install()
  const door: Door = { cut: () => null }
  const vaultFolder = mkdtempSync(join(tmpdir(), 'kipina-simulated-'))
  const config: Config = { ...readConfig({ SAMPLE: 'true', RPC_URL: 'http://node.invalid' }), dataFolder: null }
  const ground: Ground = { world, lite, keys, config, vaultFolder, door }
  for (const lane of lanes) await network.setBalance(keys[lane].address)
  const people = await world.run(async () => {
    const mining = mine(world, network, 500, () => false)
    const server = new Server('builder', ground)
    await server.start()
    const settled = await settle(ground, server)
    mining.stop()
    return settled
  })
  const bringBack = await keepRows(lite)
  await network.keepAsBase()
  return {
    ...ground,
    ...{ network, node, people },
    async begin(seed) {
      world.begin(seed, dayBegins)
      Object.assign(node, { isDown: false, misdeed: () => null })
      Object.assign(door, { cut: () => null })
      node.counts.clear()
      network.finalityDepth = 0
      await network.backToBase()
      await bringBack()
      // So that `random()` of the database is the seed's too.
      await lite.exec(`select setseed(${world.chance.next()})`)
    },
    async close() {
      await lite.close()
      rmSync(vaultFolder, { recursive: true, force: true })
    },
  }
}

/** A block when its time has come, if it would change anything; now and then one that does not. */
export function mine(world: World, network: Network, milliseconds: number, isStalled: () => boolean) {
  let isOver = false
  const pace = { milliseconds }
  void (async () => {
    while (!isOver) {
      await world.clock.wait(pace.milliseconds)
      if (!isOver && !isStalled() && !network.isAtRest) await world.ask('block', () => network.mine())
    }
  })()
  return {
    pace,
    stop() {
      isOver = true
    },
  }
}

export interface Verdict {
  seed: number
  trace: string
  turns: number
  greens: number
  broken: string[]
  steps: string[]
  weather: Weather
  counts: Record<string, number>
}

const evenings = 60

/** One history, from its seed. */
export async function walk(site: Site, seed: number): Promise<Verdict> {
  const { world, network, node, people } = site
  await site.begin(seed)
  const { chance } = world
  const weather = weatherOf(chance)
  const config: Config = {
    ...site.config,
    postIntervalSeconds: chance.oneOf([300, 1200, 3600]),
    sheetLeastNotes: chance.between(2, 60),
    sheetWaitSeconds: chance.between(300, 4000),
    releaseStepCents: BigInt(chance.oneOf([1, 500, 5000])),
  }
  const servers = ['A', 'B'].map((name) => new Server(name, { ...site, config }))
  const minutes = chance.oneOf([10, 40, 120])
  // In bursts, and rarely: what nobody does anything in is costly and finds nothing.
  const pause = () => (chance.next() < 0.3 ? chance.between(1000, 20_000) : chance.between(1, minutes * 20_000))
  for (const server of servers) server.pause = pause
  const crowd = new Crowd(world, servers)
  crowd.shownTo = (merchant) => shownTo(people.town.deps, merchant)
  const office = new Office(world, crowd, people)
  const day = new Day(world, crowd, office, people)
  const troubles = new Troubles({ ...site, servers }, weather)
  world.note(`seed ${seed}: ${JSON.stringify(weather)}`)

  let broken: string[] = []
  try {
    broken = await world.run(async () => {
      const mining = mine(world, network, weather.blockMilliseconds, () => troubles.isStalled)
      await Promise.all(servers.map((server) => server.start()))
      for (const server of servers) server.work()
      troubles.begin()
      await day.live(chance.between(8, 30), minutes)
      troubles.end()
      world.note('everything works from now on')
      mining.pace.milliseconds = 100
      const rest = await comeToRest(world, servers)
      if (chance.next() < 0.3) {
        mining.pace.milliseconds = weather.blockMilliseconds
        for (const server of servers) server.work()
        await office.settle()
        mining.pace.milliseconds = 100
        await comeToRest(world, servers)
      }
      // Blocks that nobody is in change only the cursor.
      mining.stop()
      await rest.chain.advance()
      const found = await judge(rest, people, crowd, async () => {
        for (const { deps } of servers) await deps?.chain.advance()
      })
      return found
    })
  } catch (error) {
    broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  broken.push(...servers.flatMap(({ bugs }) => bugs))
  return {
    seed,
    trace: world.trace,
    turns: world.turns,
    greens: crowd.told.count,
    broken,
    steps: world.steps,
    weather,
    counts: Object.fromEntries([...day.counts, ...troubles.counts, ...node.counts]),
  }
}

/** Evening after evening, until nothing waits any more; what then still does, the judge sees. */
export async function comeToRest(world: World, servers: readonly Server[]) {
  while (servers.some(({ deps, machine }) => deps === null || machine.isDead)) await world.clock.wait(1000)
  for (const server of servers) server.rest()
  const deps = servers[0]?.deps
  if (deps === null || deps === undefined) throw new Error('No server came back')
  // Whoever held the chain, and died, holds it no longer.
  await world.clock.wait(15_000)
  for (let evening = 0; evening < evenings; evening++) {
    while (!(await runEveningPost(deps, { sheets: 'now', patienceMilliseconds: 60_000 })));
    if ((await unfinished(deps)).length === 0) return deps
    world.clock.now = Math.max(world.clock.now, await nextPost(deps)) + 1000
  }
  return deps
}

/** When the next acceptance that waits may be posted. */
async function nextPost({ db }: Deps): Promise<number> {
  const waiting = db
    .selectFrom('acceptances')
    .select('post_after')
    .where('state', '=', 'accepted')
    .orderBy('post_after')
  return (await waiting.executeTakeFirst())?.post_after.getTime() ?? 0
}
