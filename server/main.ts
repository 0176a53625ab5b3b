import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { createApp } from './app.ts'
import { type Config, readConfig } from './config.ts'
import { openDatabase } from './db/database.ts'
import type { Deps } from './deps.ts'
import { startJobs } from './jobs.ts'
import { openKeys } from './keys.ts'
import { lockFolder } from './lock.ts'
import { openDeps } from './open.ts'
import { openIssuer } from './people/issuer.ts'

export interface Running {
  url: string
  deps: Deps
  /** Answers what is being asked, then lets go of everything. */
  close(): Promise<void>
}

/** How often the chain is asked for news, when nothing is under way. */
const chainMilliseconds = { embedded: 250, network: 2000 }

/**
 * Starts the whole server. `prepare` runs before the first request, on an open database: a sample town settles in there.
 *
 * @throws with one sentence that says what to do; whatever was opened is closed again.
 */
export async function startServer(
  given: Config,
  prepare: (deps: Deps) => Promise<void> = async () => {},
): Promise<Running> {
  const log = pino({ level: given.logLevel, base: null })
  const closers: (() => unknown)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const folder = given.dataFolder ?? 'data'
    const isEmbedded = given.databaseUrl === null || given.rpcUrl === null
    if (isEmbedded) closers.push(lockFolder(folder))

    const keys = openKeys(given)
    const database = await openDatabase(given, (error) =>
      log.warn({ name: error.name }, 'a database connection was lost'),
    )
    closers.push(() => database.close())

    const server = createServer()
    const port = await listen(server, given)
    const config = given.port === 0 ? { ...given, origin: `http://localhost:${port}` } : given
    closers.push(() => stop(server))

    const ground = { config, db: database.db, keys, vaultFolder: join(folder, 'vault'), now: () => new Date(), log }
    const { deps, chain } = await openDeps(ground)
    closers.push(() => chain.close())
    await prepare(deps)
    if (config.process !== 'api') {
      chain.start(config.rpcUrl === null ? chainMilliseconds.embedded : chainMilliseconds.network)
      const jobs = await startJobs(deps, database)
      closers.push(() => jobs.stop())
    }

    const issuer = config.isSample && config.oidc === null ? await openIssuer(deps) : null
    server.removeAllListeners('request').on('request', createApp(deps, issuer))
    return { url: config.origin, deps, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Until everything is open, callers hear that it is being opened. */
async function listen(server: Server, { host, port }: Config): Promise<number> {
  server.on('request', (_, res) => res.writeHead(503, { 'Retry-After': '1' }).end())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return (server.address() as AddressInfo).port
}

async function stop(server: Server): Promise<void> {
  const stopped = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  const impatient = setTimeout(() => server.closeAllConnections(), 5000)
  await stopped
  clearTimeout(impatient)
}

function endOn(signal: 'SIGINT' | 'SIGTERM', running: Running, log: Logger): void {
  process.once(signal, async () => {
    await running.close()
    log.info('stopped')
    process.exit(0)
  })
}

if (import.meta.main) {
  try {
    const config = readConfig(process.env)
    const log = pino({ level: config.logLevel, base: null })
    const running = await startServer(config)
    endOn('SIGINT', running, log)
    endOn('SIGTERM', running, log)
    log.info({ url: running.url }, 'listening')
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}
