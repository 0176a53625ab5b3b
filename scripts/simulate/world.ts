import { createHash } from 'node:crypto'
import { Chance } from '../walkthrough/chance.ts'
import { ChanceOfAll } from './chanceOfAll.ts'
import { Clock, drained, here, Machine, outside, running } from './clock.ts'

/** Something that one machine asks of the world, and that is done when its turn comes. */
interface Ask {
  machine: Machine
  label: string
  work(): Promise<unknown>
  resolve(answer: unknown): void
  reject(error: unknown): void
}

/** So many turns, and a history that does not end is a fault of its own. */
const mostTurns = 150_000
const mostRealMilliseconds = 60_000
const [realSetTimeout, realClearTimeout] = [setTimeout, clearTimeout]

/**
 * One process in which nothing happens by itself. Whoever asks the database or the network waits; whoever waits for a time
 * waits; and of all that could go on, chance takes one after the other. The same seed takes the same.
 */
export class World {
  readonly clock = new Clock()
  readonly draws = new ChanceOfAll()
  /** For whatever is chosen in the story; ids and keys are drawn elsewhere. */
  chance = new Chance(0)
  /** What happened, in words, for whoever reads a failure. */
  steps: string[] = []
  turns = 0
  #order = new Chance(0)
  #asks: Ask[] = []
  #trace = createHash('sha256')

  install(): void {
    this.draws.install()
    this.clock.install()
  }

  begin(seed: number, now: number): void {
    this.clock.begin(now)
    this.clock.lateness = () => 0
    this.draws.seed(`draws ${seed}`)
    this.chance = new Chance(seed * 2)
    this.#order = new Chance(seed * 2 + 1)
    this.steps = []
    this.turns = 0
    this.#asks = []
    this.#trace = createHash('sha256')
  }

  /** A hash over every turn so far, with what was asked: two runs with the same one did the same. */
  get trace(): string {
    return this.#trace.copy().digest('hex')
  }

  note(text: string): void {
    const step = `${new Date(this.clock.now).toISOString().slice(8, 23)} ${text}`
    this.steps.push(step)
    this.#trace.update(step)
  }

  /** Has `work` done when its turn comes, for the machine that asks. A dead one never hears of it. */
  ask<T>(label: string, work: () => Promise<T>): Promise<T> {
    const machine = here()
    return new Promise((resolve, reject) => {
      if (machine.isDead) return
      this.#asks.push({ machine, label, work, resolve: resolve as Ask['resolve'], reject })
    })
  }

  /** Runs until `story` has ended. Whatever else goes on then never gets on. @throws what it throws. */
  async run<T>(story: () => Promise<T>): Promise<T> {
    const ended: { how: PromiseSettledResult<T> | null } = { how: null }
    const everybody = new Machine(outside)
    running.run(everybody, story).then(
      (value) => {
        ended.how = { status: 'fulfilled', value }
      },
      (reason: unknown) => {
        ended.how = { status: 'rejected', reason }
      },
    )
    try {
      for (;;) {
        await drained()
        const { how } = ended
        if (how?.status === 'fulfilled') return how.value
        if (how?.status === 'rejected') throw how.reason
        await this.#turn()
      }
    } finally {
      // Nothing of this story reaches into the next one.
      everybody.die()
    }
  }

  async #turn(): Promise<void> {
    if (this.turns++ > mostTurns) throw new Error('This history does not come to its end')
    this.#asks = this.#asks.filter(({ machine }) => !machine.isDead)
    const due = this.clock.due()
    const able = due.length + this.#asks.length
    if (able === 0) {
      if (!this.clock.toNext()) throw new Error('Everybody waits, and for nothing')
      return
    }
    const chosen = able === 1 ? 0 : this.#order.between(0, able - 1)
    if (chosen < due.length) return due[chosen]?.()
    const [ask] = this.#asks.splice(chosen - due.length, 1)
    if (ask !== undefined) await this.#answer(ask)
  }

  async #answer({ machine, label, work, resolve, reject }: Ask): Promise<void> {
    this.#trace.update(`${this.clock.now} ${machine.name} ${label}\n`)
    // So that time goes on also where somebody asks again and again.
    this.clock.now += 1
    machine.step()
    if (machine.isDead) return
    const done = running.run(machine, work).then(
      (answer) => !machine.isDead && resolve(answer),
      (error: unknown) => !machine.isDead && reject(error),
    )
    await this.#soon(done, label)
  }

  /** Nothing that is done here waits for another turn: a transaction that did would never end. */
  async #soon(done: Promise<unknown>, label: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      const error = new Error(`This waits for something outside of itself: ${label}`)
      timer = realSetTimeout(() => reject(error), mostRealMilliseconds)
    })
    this.clock.isHeld = true
    await Promise.race([done, late]).finally(() => {
      this.clock.isHeld = false
      realClearTimeout(timer)
    })
  }
}
