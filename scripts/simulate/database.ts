import type { PGlite, Transaction } from '@electric-sql/pglite'
import { type Database, useLite } from '../../server/db/database.ts'
import { here, Lost, running } from './clock.ts'
import type { World } from './world.ts'

/** What a database does wrong at the end of a transaction: cuts the line before it, or after. */
export type Cut = 'before commit' | 'after commit' | null

export interface Door {
  /** Asked once a transaction. */
  cut(): Cut
}

/**
 * One machine's way to the database that all of them share. A statement by itself, and a transaction as a whole, wait for
 * their turn; inside of a transaction a machine may die after each statement, and before and after the commit.
 */
export function reach(lite: PGlite, world: World, door: Door): Database {
  const alone =
    (name: 'query' | 'exec') =>
    (text: string, ...more: unknown[]) =>
      world.ask(text, () => call(lite, name, text, more))
  const transaction = (work: (tx: Transaction) => Promise<unknown>) =>
    world.ask('transaction', async () => {
      const cut = door.cut()
      const machine = here()
      const inside = async (tx: Transaction) => {
        const done = await work(watched(tx))
        // A machine that dies before its commit has done nothing.
        dieOrGoOn()
        if (cut === 'before commit') throw lineCut()
        return done
      }
      const answer = await running.exit(() => lite.transaction((tx) => running.run(machine, () => inside(tx))))
      here().step()
      if (cut === 'after commit') throw lineCut()
      return answer
    })
  const gated = { query: alone('query'), exec: alone('exec'), transaction }
  return useLite(
    new Proxy(lite, {
      get(target, name) {
        if (name in gated) return Reflect.get(gated, name)
        const value = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    }),
  )
}

function watched(tx: Transaction): Transaction {
  const statement =
    (name: 'query' | 'exec') =>
    (text: string, ...more: unknown[]) => {
      dieOrGoOn()
      return call(tx, name, text, more)
    }
  const gated = { query: statement('query'), exec: statement('exec') }
  return new Proxy(tx, { get: (target, name) => Reflect.get(name in gated ? gated : target, name) })
}

/** Of no machine: timers that PostgreSQL sets for itself keep the real time, and take no turn of the story. */
function call(engine: PGlite | Transaction, name: 'query' | 'exec', text: string, more: unknown[]): Promise<unknown> {
  const statement = engine[name] as (text: string, ...more: unknown[]) => Promise<unknown>
  return running.exit(() => statement.call(engine, text, ...more))
}

function dieOrGoOn(): void {
  const machine = here()
  machine.step()
  if (machine.isDead) throw new Lost(`${machine.name} is dead`)
}

/** As `pg` says it. */
function lineCut(): Error {
  return Object.assign(new Error('Connection terminated unexpectedly'), { code: '08006' })
}
