import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { lanes } from '../../server/chain/outbox.ts'
import { type Config, readConfig } from '../../server/config.ts'
import { openLite } from '../../server/db/lite.ts'
import { openKeys, type ServerKeys } from '../../server/keys.ts'
import { type Door, reach } from './database.ts'
import { Network } from './network.ts'
import { Node } from './node.ts'
import { type Ground, Server } from './server.ts'
import { keepRows, settle, type Townspeople } from './town.ts'
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
    server.machine.die()
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
      // Whoever looked on before may have been left in the midst of it.
      people.town.deps = { ...people.town.deps, db: reach(lite, world, { cut: () => null }).db }
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
