import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createApp } from '../../server/app.ts'
import { openDatabase } from '../../server/db/database.ts'
import { openNews } from '../../server/db/news.ts'
import type { Deps } from '../../server/deps.ts'
import { openKeys } from '../../server/keys.ts'
import { openDeps } from '../../server/open.ts'
import { openIssuer } from '../../server/people/issuer.ts'
import { openLog } from '../../server/watch/log.ts'
import { createMetrics } from '../../server/watch/metrics.ts'
import { installStaff, sampleConfig } from './install.ts'

export interface TownOptions {
  /** Where the chain and the vault are; the database is in memory. */
  folder: string
  /** Milliseconds; the server's clock, and the chain's. */
  clock?: () => number
  /** Settings as in the environment. */
  settings?: Record<string, string>
  /** Hears of every request that reaches the server. */
  onRequest?: (request: IncomingMessage) => void
}

export interface Town {
  origin: string
  deps: Deps
  close(): Promise<void>
}

/** The server as `npm start` runs it, in this process, for scripts and tests that set its clock or watch its door. */
export async function openTown({ folder, clock = Date.now, settings = {}, onRequest }: TownOptions): Promise<Town> {
  const server = createServer()
  if (onRequest !== undefined) server.on('request', onRequest)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const calls = { PUBLIC_CALLS_PER_MINUTE: '10000000', SESSION_CALLS_PER_MINUTE: '10000000' }
  const config = sampleConfig({}, { ORIGIN: origin, DATA: folder, ...calls, ...settings })
  const database = await openDatabase({ databaseUrl: null, dataFolder: null }, () => {})
  const keys = openKeys({ keysFile: null, dataFolder: null })
  const log = openLog('error')
  const vaultFolder = join(folder, 'vault')
  const news = await openNews(database, log)
  const { deps, chain } = await openDeps({
    config,
    db: database.db,
    keys,
    vaultFolder,
    news,
    metrics: createMetrics(),
    now: () => new Date(clock()),
    log,
  })
  await installStaff(deps)
  server.on('request', createApp(deps, await openIssuer(deps)))
  chain.start(100)
  let isOpen = true
  return {
    origin,
    deps,
    async close() {
      if (!isOpen) return
      isOpen = false
      await news.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await chain.close()
      await database.close()
    },
  }
}
