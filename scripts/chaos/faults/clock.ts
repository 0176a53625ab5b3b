import { join } from 'node:path'
import { pause } from '../../walkthrough/parallel.ts'
import type { ServerProcess } from '../servers.ts'
import { type Fault, isOutside } from './fault.ts'

const skew = join(import.meta.dirname, '../skew.ts')
const [minute, hour] = [60_000, 3_600_000]

/** One server's clock is off: by a minute where it answers, by more than a day where it works. */
export const clockSkew: Fault = {
  name: 'clockSkew',
  lane: 'machines',
  may: isOutside,
  seconds: 8,
  async inject({ apis, workers }, chance) {
    const [server, most] = chance.oneOf([
      [chance.oneOf(apis), 1.5 * minute],
      [chance.oneOf(workers), 26 * hour],
    ] as const)
    const off = Math.round((chance.next() * 2 - 1) * most)
    await restartedWith(server, ['--import', skew], { SKEW_MILLISECONDS: String(off) })
    await pause(chance.between(2000, 5000))
    await restartedWith(server, [], {})
  },
}

async function restartedWith(server: ServerProcess, flags: string[], settings: Record<string, string>): Promise<void> {
  server.flags = flags
  server.ownSettings = settings
  server.kill()
  await pause(50)
  await server.isReady()
}
