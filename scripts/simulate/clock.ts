import { AsyncLocalStorage } from 'node:async_hooks'
import { syncBuiltinESMExports } from 'node:module'
import timersPromises from 'node:timers/promises'

interface Timer {
  at: number
  fire(): void
  machine: Machine
}

/** A computer of the simulation. What a dead one waited for never comes. */
export class Machine {
  readonly name: string
  isDead = false
  /** After so many more of its own steps it dies; null: it lives. */
  diesIn: number | null = null
  readonly #dying: ((error: Error) => void)[] = []

  constructor(name: string) {
    this.name = name
  }

  /** One step of its own: the last one, if it was to die now. */
  step(): void {
    if (this.diesIn === null || this.diesIn-- > 0) return
    this.die()
  }

  die(): void {
    this.isDead = true
    this.diesIn = null
    for (const tell of this.#dying.splice(0)) tell(new Lost(`${this.name} died`))
  }

  /** Rejects when the machine dies: how whoever asked it something hears of that. */
  death(): Promise<never> {
    return new Promise((_, reject) => this.#dying.push(reject))
  }
}

/** No answer: what was asked may have been done, or not. */
export class Lost extends Error {}

const RealDate = Date
const realSetImmediate = setImmediate
const [realSetTimeout, realClearTimeout] = [setTimeout, clearTimeout]
const spent = setTimeout(() => {})
clearTimeout(spent)
const RealTimer = spent.constructor as new () => NodeJS.Timeout

/** Who whatever runs now belongs to. */
export const running = new AsyncLocalStorage<Machine>()
/** Everybody who is no server: phones, tills, desks, blocks, and whoever looks on. */
export const outside = 'outside'
const nobody = new Machine('nobody')

export function here(): Machine {
  return running.getStore() ?? nobody
}

/** Lets everything run that waits for nothing but its turn. */
export function drained(): Promise<void> {
  return new Promise((resolve) => realSetImmediate(resolve))
}

/**
 * The time of the whole process: of `new Date()`, of every timer, and of `now()` in the database that runs inside it. It
 * stands still until somebody moves it.
 */
export class Clock {
  now = 0
  /** How late a timer of a machine may be, by its length: processes are paused, and wake up late. */
  lateness: (milliseconds: number) => number = () => 0
  /** While somebody is answered: no other turn is taken until that has ended. */
  isHeld = false
  readonly #timers = new Map<number, Timer>()
  #last = 0

  install(): void {
    const clock = this
    class SimulatedDate extends RealDate {
      constructor(...given: unknown[]) {
        if (given.length === 0) super(clock.now)
        else super(...(given as [string]))
      }
      static override now(): number {
        return clock.now
      }
      static override [Symbol.hasInstance](value: unknown): boolean {
        return value instanceof RealDate
      }
    }
    // What belongs to no machine, as the EVM's own housekeeping, keeps the real time: it would take turns of the story.
    const set = (fire: (...args: unknown[]) => void, milliseconds = 0, ...args: unknown[]) => {
      if (running.getStore() === undefined) return realSetTimeout(fire, milliseconds, ...args)
      const timer = this.#set(milliseconds, () => fire(...args))
      const handle = { ref: () => handle, unref: () => handle, [Symbol.toPrimitive]: () => timer }
      return handle
    }
    const clear = (timer: unknown) => {
      if (timer instanceof RealTimer) realClearTimeout(timer)
      else this.#timers.delete(Number(timer))
    }
    Object.assign(globalThis, { Date: SimulatedDate, setTimeout: set, clearTimeout: clear })
    Object.assign(timersPromises, {
      setTimeout: (milliseconds: number, value: unknown, options: { signal?: AbortSignal } = {}) =>
        this.wait(milliseconds, value, options.signal),
      // Whoever lets others in between waits for a turn, too; but within a transaction nobody comes in between.
      setImmediate: (value: unknown) => (this.isHeld ? drained().then(() => value) : this.wait(0, value)),
    })
    syncBuiltinESMExports()
  }

  wait<T>(milliseconds: number, value?: T, signal?: AbortSignal): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const timer = this.#set(milliseconds, () => {
        signal?.removeEventListener('abort', stop)
        resolve(value)
      })
      const stop = () => {
        this.#timers.delete(timer)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', stop, { once: true })
    })
  }

  /** The timers that are due, as what would fire them. */
  due(): (() => void)[] {
    const due: (() => void)[] = []
    for (const [id, timer] of this.#timers) {
      if (timer.machine.isDead) this.#timers.delete(id)
      else if (timer.at <= this.now) due.push(() => this.#fire(id, timer))
    }
    return due
  }

  /** To when the next timer is due; false when there is none. */
  toNext(): boolean {
    let next = Number.POSITIVE_INFINITY
    for (const { at, machine } of this.#timers.values()) if (!machine.isDead && at < next) next = at
    if (next === Number.POSITIVE_INFINITY) return false
    this.now = Math.max(this.now, next)
    return true
  }

  /** A new day, in which nothing is due yet. */
  begin(now: number): void {
    this.now = now
    this.#timers.clear()
  }

  #set(milliseconds: number, fire: () => void): number {
    const machine = here()
    const late = machine.name === outside ? 0 : this.lateness(milliseconds)
    this.#last += 1
    this.#timers.set(this.#last, { at: this.now + Math.max(0, milliseconds) + late, fire, machine })
    return this.#last
  }

  #fire(id: number, { fire, machine }: Timer): void {
    this.#timers.delete(id)
    running.run(machine, fire)
  }
}
