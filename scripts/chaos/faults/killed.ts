import { pause } from '../../walkthrough/parallel.ts'
import type { Answered, Door } from '../door.ts'
import type { ServerProcess } from '../servers.ts'
import { type Fault, isOutside, outsideOf, type Run } from './fault.ts'

export const isAcceptance = ({ path, status }: Answered) =>
  status === 201 && /^\/api\/(till|wallet)\/payments$/.test(path)

/** kill -9 in the midst of requests. It counts as back when that very server has accepted again, not when another has. */
export const apiKilled: Fault = {
  name: 'apiKilled',
  lane: 'machines',
  may: isOutside,
  seconds: 3,
  async inject(run, chance) {
    const { apis, door, recoveries } = run
    recoveries.api.push(await killAndWait(chance.oneOf(apis), door))
  },
}

/** kill -9 of a process that has database and chain inside it: both go on from what had reached the disk. */
export const embeddedChainKilled: Fault = {
  name: 'embeddedChainKilled',
  lane: 'machines',
  seconds: 15,
  async inject(run) {
    const { apis, door } = (await run.aside()).system
    const [embedded] = apis
    if (embedded !== undefined) run.recoveries.embedded.push(await killAndWait(embedded, door))
  },
}

async function killAndWait(server: ServerProcess, door: Door): Promise<number> {
  const killedAt = Date.now()
  server.kill()
  await door.next((answered) => answered.port === server.port && answered.askedAt > killedAt && isAcceptance(answered))
  return Date.now() - killedAt
}

/** kill -9 of who sends to the chain, maybe between a nonce and its broadcast. */
export const workerKilled: Fault = {
  name: 'workerKilled',
  lane: 'machines',
  may: isOutside,
  seconds: 2,
  async inject({ workers }, chance) {
    const worker = chance.oneOf(workers)
    worker.kill()
    await worker.isReady()
  },
}

/** The database is told to stop at once, and comes back. */
export const databaseStopped: Fault = {
  name: 'databaseStopped',
  lane: 'machines',
  may: isOutside,
  seconds: 5,
  async inject(run, chance) {
    await outsideOf(run).database.stopImmediately()
    await pause(chance.between(0, 1500))
    await returnDatabase(run)
  },
}

/** The postmaster is gone without a word. */
export const databaseKilled: Fault = {
  name: 'databaseKilled',
  lane: 'machines',
  may: isOutside,
  seconds: 5,
  async inject(run) {
    await outsideOf(run).database.kill()
    await returnDatabase(run)
  },
}

async function returnDatabase(run: Run): Promise<void> {
  await outsideOf(run).database.start()
  const backAt = Date.now()
  await run.door.next((answered) => answered.askedAt > backAt && isAcceptance(answered))
  run.recoveries.database.push(Date.now() - backAt)
}
