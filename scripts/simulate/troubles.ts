import { createWalletClient, custom, type EIP1193RequestFn } from 'viem'
import type { ServerKeys } from '../../server/keys.ts'
import type { Chance } from '../walkthrough/chance.ts'
import type { Cut, Door } from './database.ts'
import type { Network } from './network.ts'
import { type Node, possible } from './node.ts'
import type { Server } from './server.ts'
import type { World } from './world.ts'

/** How bad a day it is: the same for all of one seed. */
export interface Weather {
  finalityDepth: number
  blockMilliseconds: number
  /** Of so many calls to the node something becomes of what it should not. */
  misdeedRate: number
  cutRate: number
  lossRate: number
  /** Most milliseconds that a process may wake up late. */
  lateness: number
  /** Milliseconds between two troubles; null: there are none. */
  troubleEvery: number | null
}

export function weatherOf(chance: Chance): Weather {
  return {
    finalityDepth: chance.between(0, 8),
    blockMilliseconds: chance.oneOf([500, 2000, 5000, 12_000]),
    misdeedRate: chance.oneOf([0, 0.02, 0.1, 0.3]),
    cutRate: chance.oneOf([0, 0.01, 0.05]),
    lossRate: chance.oneOf([0, 0.02, 0.15]),
    lateness: chance.oneOf([0, 2000, 60_000]),
    troubleEvery: chance.oneOf([null, 60_000, 200_000, 600_000]),
  }
}

export interface Ground {
  world: World
  network: Network
  node: Node
  door: Door
  servers: readonly Server[]
  keys: ServerKeys
}

export type Trouble = (typeof troubles)[number]

export const troubles = [
  'server dies',
  'both servers die',
  'reorganisation',
  'node forgets',
  'node down',
  'no blocks',
  'dear gas',
  'no gas',
  'nonce stolen',
  'clock jumps',
] as const

const lanes = ['relayer', 'acceptor', 'issuer', 'finance'] as const

/** Everything that goes wrong by itself, until it is told to stop. */
export class Troubles {
  readonly counts = new Map<string, number>()
  readonly #ground: Ground
  readonly #weather: Weather
  #isOver = false
  isStalled = false

  constructor(ground: Ground, weather: Weather) {
    this.#ground = ground
    this.#weather = weather
  }

  begin(): void {
    const { world, node, door, servers, network } = this.#ground
    const { misdeedRate, cutRate, lossRate, lateness, finalityDepth } = this.#weather
    network.finalityDepth = finalityDepth
    world.clock.lateness = (milliseconds) => (milliseconds < 100 ? 0 : world.chance.between(0, lateness))
    node.isDown = false
    node.misdeed = (method) => {
      if (misdeedRate === 0 || world.chance.next() >= misdeedRate) return null
      return world.chance.oneOf(possible(method))
    }
    door.cut = (): Cut => {
      if (cutRate === 0 || world.chance.next() >= cutRate) return null
      this.#count('database cut')
      return world.chance.oneOf(['before commit', 'after commit'] as const)
    }
    for (const server of servers) server.lossRate = lossRate
    void this.#run()
  }

  /** Everything works from now on, and answers. */
  end(): void {
    const { world, node, door, servers } = this.#ground
    this.#isOver = true
    this.isStalled = false
    world.clock.lateness = () => 0
    node.isDown = false
    node.misdeed = () => null
    door.cut = () => null
    for (const server of servers) {
      server.lossRate = 0
      server.machine.diesIn = null
    }
  }

  async #run(): Promise<void> {
    const { world } = this.#ground
    const { troubleEvery } = this.#weather
    while (troubleEvery !== null) {
      await world.clock.wait(world.chance.between(1, 2 * troubleEvery))
      if (this.#isOver) return
      const trouble = world.chance.oneOf(troubles)
      world.note(`TROUBLE ${trouble}`)
      this.#count(trouble)
      await this.#bring(trouble)
    }
  }

  #count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }

  async #bring(trouble: Trouble): Promise<void> {
    const { world, network, node, servers, keys } = this.#ground
    const { chance, clock } = world
    const wait = (least: number, most: number) => clock.wait(chance.between(least, most))
    const lane = chance.oneOf(lanes)
    if (trouble === 'server dies') await this.#kill(chance.oneOf(servers))
    else if (trouble === 'both servers die') await Promise.all(servers.map((server) => this.#kill(server)))
    else if (trouble === 'reorganisation') {
      const depth = chance.between(1, Math.max(1, network.finalityDepth))
      const { dropped } = await world.ask('reorganise', () => network.reorganise(depth, chance))
      world.note(`a reorganisation of ${depth} dropped ${dropped}`)
    } else if (trouble === 'node forgets') await world.ask('forget', () => network.forgetPending())
    else if (trouble === 'node down') {
      node.isDown = true
      await wait(10_000, 600_000)
      node.isDown = false
    } else if (trouble === 'no blocks') {
      this.isStalled = true
      await wait(10_000, 300_000)
      this.isStalled = false
    } else if (trouble === 'dear gas') {
      await world.ask('base fee', () => network.setBaseFee(BigInt(chance.between(2, 250)) * 10n ** 9n))
    } else if (trouble === 'no gas') {
      await world.ask('no gas', () => network.setBalance(keys[lane].address, 0n))
      await wait(10_000, 200_000)
      await world.ask('gas', () => network.setBalance(keys[lane].address))
    } else if (trouble === 'nonce stolen') await this.#steal(keys[lane])
    else clock.now += chance.between(1, 6) * 3_600_000
  }

  async #kill(server: Server): Promise<void> {
    const { world } = this.#ground
    const { machine } = server
    server.dieIn(world.chance.between(0, 60))
    const died = machine.death().catch(() => {})
    await Promise.race([died, world.clock.wait(30_000)])
    if (!machine.isDead && this.#isOver) return
    machine.die()
    world.note(`${machine.name} died`)
    await world.clock.wait(world.chance.between(0, 60_000))
    await server.start()
    if (!this.#isOver) server.work()
  }

  /** Somebody else with the same key sends something of no matter. */
  async #steal(account: ServerKeys[(typeof lanes)[number]]): Promise<void> {
    const { node } = this.#ground
    const request = (({ method, params }: { method: string; params?: unknown[] }) =>
      node.request(method, params)) as EIP1193RequestFn
    const wallet = createWalletClient({ transport: custom({ request }, { retryCount: 0 }) })
    await wallet.sendTransaction({ account, to: account.address, value: 1n, chain: null }).catch(() => {})
  }
}
