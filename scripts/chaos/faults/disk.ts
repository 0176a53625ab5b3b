import { pause } from '../../walkthrough/parallel.ts'
import type { Cluster } from '../database.ts'
import { type Fault, outsideOf } from './fault.ts'

const mostMillisecondsUntilRefused = 8000

/**
 * The database's disk is full: nothing is acknowledged that could not be written, and all goes on when there is room. It
 * stays full until somebody was answered 503 for it.
 */
export const diskFull: Fault = {
  name: 'diskFull',
  lane: 'machines',
  may: ({ outside }) => outside?.database.isSmall ?? false,
  seconds: 8,
  async inject(run, chance) {
    const { database } = outsideOf(run)
    let isRefused = false
    const refused = run.door
      .next(({ status }) => status === 503)
      .then(() => {
        isRefused = true
      })
    database.fill()
    const until = Date.now() + mostMillisecondsUntilRefused
    await useUpLog(database)
    await Promise.race([refused, pause(until - Date.now())])
    await pause(chance.between(0, 2000))
    database.empty()
    await database.start()
    return isRefused
  },
}

/** PostgreSQL has files of its log in store, and would write into those for minutes. */
async function useUpLog(database: Cluster): Promise<void> {
  for (let files = 0; files < 20; files++) {
    const used = "select pg_logical_emit_message(false, 'chaos', 'full'), pg_switch_wal()"
    const isThere = await database.query(used).then(
      () => true,
      () => false,
    )
    if (!isThere) return
  }
}
