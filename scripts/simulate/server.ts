import type { PGlite } from '@electric-sql/pglite'
import { BaseError } from 'viem'
import { chainAndAnchor } from '../../server/audit/auditLog.ts'
import type { Config } from '../../server/config.ts'
import { isDatabaseAway } from '../../server/db/away.ts'
import { openNews } from '../../server/db/news.ts'
import { inTransaction } from '../../server/db/transaction.ts'
import type { Deps } from '../../server/deps.ts'
import { Refused } from '../../server/http/refused.ts'
import type { ServerKeys } from '../../server/keys.ts'
import { openDeps } from '../../server/open.ts'
import { postWhenDue } from '../../server/post/post.ts'
import { expireDue } from '../../server/vouchers/vouchers.ts'
import { createMetrics } from '../../server/watch/metrics.ts'
import { quiet } from '../../test/support/chain.ts'
import { Lost, Machine, running } from './clock.ts'
import { type Door, reach } from './database.ts'
import type { World } from './world.ts'

export interface Ground {
  world: World
  lite: PGlite
  keys: ServerKeys
  config: Config
  vaultFolder: string
  door: Door
}

/** Nobody waits for a server that does not start. */
const mostStarts = 200

/** One server of the product: its own steps, chain work and chores, with a way of its own to database and network. */
export class Server {
  readonly name: string
  /** Set where something else than a fault of this world came to light. */
  readonly bugs: string[] = []
  deps: Deps | null = null
  /** Of all questions and answers so many get lost on their way. */
  lossRate = 0
  /** Between two turns of its chores. */
  pause: () => number = () => 1000
  readonly #ground: Ground
  #machine: Machine
  #starts = 0
  #isResting = false

  constructor(name: string, ground: Ground) {
    this.name = name
    this.#ground = ground
    this.#machine = new Machine(name)
  }

  get machine(): Machine {
    return this.#machine
  }

  /** Starts it, and again when it dies while starting. */
  async start(): Promise<void> {
    this.deps = null
    while (this.deps === null) {
      if (this.#starts++ > mostStarts) throw new Error(`${this.name} does not start`)
      this.#machine = new Machine(`${this.name}${this.#starts}`)
      const machine = this.#machine
      const opened = running.run(machine, () => this.#open())
      this.deps = await Promise.race([opened, machine.death()]).catch((error: unknown) => {
        this.#judge('start', error)
        machine.die()
        return null
      })
      if (this.deps === null) await this.#ground.world.clock.wait(1000)
    }
  }

  /** After so many more of its own steps, in the midst of whatever it does then. */
  dieIn(steps: number): void {
    this.#machine.diesIn = steps
  }

  /** Asks it from outside. @throws Lost when no answer came, whatever was done. */
  async call<T>(work: (deps: Deps) => Promise<T>): Promise<T> {
    const { world } = this.#ground
    const [deps, machine] = [this.deps, this.#machine]
    if (deps === null || machine.isDead || world.chance.next() < this.lossRate) throw new Lost('No answer')
    const answer = await Promise.race([running.run(machine, () => work(deps)), machine.death()]).catch((error) => {
      if (error instanceof Refused || error instanceof Lost) throw error
      this.#judge('answer', error)
      throw new Lost('An error of the server')
    })
    if (world.chance.next() < this.lossRate) throw new Lost('No answer')
    return answer
  }

  /** Takes turns in everything that a worker does, until it dies or rests. */
  work(): void {
    this.#isResting = false
    const { deps } = this
    if (deps === null) return
    const chores: [name: string, turn: () => Promise<unknown>][] = [
      ['chain', () => deps.chain.advance()],
      ['post', () => postWhenDue(deps)],
      ['expiry', () => inTransaction(deps.db, (tx) => expireDue(tx, deps))],
      ['audit log', () => chainAndAnchor(deps)],
    ]
    for (const [name, turn] of chores) void running.run(this.#machine, () => this.#again(name, turn))
  }

  rest(): void {
    this.#isResting = true
  }

  async #again(name: string, turn: () => Promise<unknown>): Promise<void> {
    const isRare = name === 'expiry' || name === 'audit log'
    while (!this.#isResting) {
      await this.#ground.world.clock.wait(this.pause() * (isRare ? 10 : 1))
      if (this.#isResting) return
      await turn().catch((error: unknown) => this.#judge(name, error))
    }
  }

  async #open(): Promise<Deps> {
    const { world, lite, keys, config, vaultFolder, door } = this.#ground
    const database = reach(lite, world, door)
    const news = await openNews(database, quiet)
    const now = () => new Date()
    const { deps } = await openDeps({
      config,
      db: database.db,
      keys,
      vaultFolder,
      news,
      metrics: createMetrics(),
      now,
      log: quiet,
    })
    return deps
  }

  /** Nodes and databases that are away are this world's; everything else is a bug. */
  #judge(where: string, error: unknown): void {
    if (error instanceof Lost || error instanceof BaseError || isDatabaseAway(error)) return
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.bugs.push(`${this.name} ${where}: ${text}`)
    this.#ground.world.note(`${this.name} ${where}: ${text.split('\n')[0]}`)
  }
}
