import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import { createApp } from '../../server/app.ts'
import { openDatabase } from '../../server/db/database.ts'
import type { Deps } from '../../server/deps.ts'
import { openKeys } from '../../server/keys.ts'
import { openDeps } from '../../server/open.ts'
import { openIssuer } from '../../server/people/issuer.ts'
import { installStaff, sampleConfig } from '../sample/install.ts'

export interface Town {
  origin: string
  deps: Deps
  close(): Promise<void>
}

/** The server as `npm start` runs it, but for its clock; database in memory, chain in `folder`. */
export async function openTown(folder: string, clock: () => number): Promise<Town> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const calls = { PUBLIC_CALLS_PER_MINUTE: '10000000', SESSION_CALLS_PER_MINUTE: '10000000' }
  const cadence = { POST_INTERVAL_SECONDS: '86400', SHEET_WAIT_SECONDS: '604800', SHEET_LEAST_NOTES: '64' }
  const config = sampleConfig({}, { ORIGIN: origin, DATA: folder, ...calls, ...cadence })
  const database = await openDatabase({ databaseUrl: null, dataFolder: null }, () => {})
  const keys = openKeys({ keysFile: null, dataFolder: null })
  const log = pino({ level: 'error', base: null })
  const ground = {
    config,
    db: database.db,
    keys,
    vaultFolder: join(folder, 'vault'),
    now: () => new Date(clock()),
    log,
  }
  const { deps, chain } = await openDeps(ground)
  await installStaff(deps)
  server.on('request', createApp(deps, await openIssuer(deps)))
  chain.start(20)
  let isOpen = true
  return {
    origin,
    deps,
    async close() {
      if (!isOpen) return
      isOpen = false
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await chain.close()
      await database.close()
    },
  }
}
