import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import { collectDefaultMetrics } from 'prom-client'
import { createApp } from './app.ts'
import type { OpenedChain } from './chain/chain.ts'
import { lanes } from './chain/outbox.ts'
import { type Config, readConfig } from './config.ts'
import { type Database, type Engine, openDatabase } from './db/database.ts'
import { openNews } from './db/news.ts'
import { safeWords } from './db/safeWords.ts'
import type { Deps } from './deps.ts'
import { openDoor } from './http/door.ts'
import { startJobs } from './jobs.ts'
import { openKeys, type ServerKeys } from './keys.ts'
import { lockFolder } from './lock.ts'
import { openDeps } from './open.ts'
import { openIssuer } from './people/issuer.ts'
import { openLog } from './watch/log.ts'
import { createMeasure } from './watch/measure.ts'
import { createMetrics } from './watch/metrics.ts'
import { openMetricsDoor } from './watch/metricsDoor.ts'

export interface Running {
  url: string
  port: number
  /** Where the figures are, if METRICS_PORT says so. */
  metricsUrl: string | null
  deps: Deps
  /** Is ready no more, answers what is being asked, then lets go of everything. */
  close(): Promise<void>
}

/** How often the chain is asked for news, when nothing is under way. */
const chainMilliseconds = { embedded: 250, network: 2000 }
/** How long a request may still take once nothing new is taken. */
const lastAnswersMilliseconds = 5000

/**
 * Starts the whole server, or the part of it that PROCESS names. `prepare` runs before the first request, on an open
 * database: a sample town settles in there.
 *
 * @throws with one sentence that says what to do; whatever was opened is closed again.
 */
export async function startServer(
  given: Config,
  prepare: (deps: Deps) => Promise<void> = async () => {},
): Promise<Running> {
  const metrics = createMetrics()
  const log = openLog(given.logLevel, metrics)
  const closers: (() => unknown)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) {
      try {
        await closer()
      } catch (error) {
        // The others must be let go of all the same: a lease, the lock of a folder.
        log.error(safeWords(error), 'something did not close')
      }
    }
  }
  try {
    const folder = given.dataFolder ?? 'data'
    const isEmbedded = given.databaseUrl === null || given.rpcUrl === null
    if (isEmbedded) closers.push(lockFolder(folder))

    const door = await openDoor(given)
    closers.push(() => door.close())
    const isAnyPort = given.origin === 'http://localhost:0'
    const config = isAnyPort ? { ...given, origin: `http://localhost:${door.port}` } : given

    const keys = openKeys(given)
    if (given.process !== 'api') checkSenders(keys)
    const database = await openDatabase(given, (error) =>
      log.warn({ name: error.name }, 'a database connection was lost'),
    )
    closers.push(() => database.close())

    const news = await openNews(database, log)
    closers.push(() => news.close())

    const vaultFolder = join(folder, 'vault')
    const { deps, chain } = await openDeps({
      config,
      db: database.db,
      keys,
      vaultFolder,
      news,
      metrics,
      now: () => new Date(),
      log,
    })
    closers.push(() => chain.close())
    await prepare(deps)
    closers.push(async () => {
      // Whoever waits for news is answered now.
      await Promise.all([news.close(), door.empty(lastAnswersMilliseconds)])
    })

    const figures = config.metrics === null ? null : await openFigures(deps, config.metrics, database)
    closers.push(() => figures?.close())

    const stopWork = config.process === 'api' ? async () => {} : await startWork(deps, chain, database)
    closers.push(async () => {
      door.leave()
      await Promise.all([stopWork(), wait(config.drainSeconds * 1000)])
    })

    const issuer = config.isSample && config.oidc === null ? await openIssuer(deps) : null
    door.open(createApp(deps, issuer))
    return { url: config.origin, port: door.port, metricsUrl: figures?.url ?? null, deps, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openFigures(deps: Deps, place: { host: string; port: number }, engine: Engine) {
  collectDefaultMetrics({ register: deps.metrics.registry })
  return await openMetricsDoor(place, deps.metrics.registry, createMeasure(deps, engine))
}

/** Its turn at a lane without a key would fail for ever, and nobody else would get it. */
function checkSenders({ absent }: ServerKeys): void {
  const missing = lanes.filter((lane) => absent.includes(lane))
  if (missing.length === 0) return
  throw new Error(
    `This key file lacks ${missing.join(', ')}: a process that works sends as all of them, PROCESS=api as none`,
  )
}

/** What is due, and the chain; resolves to how to stop taking turns. */
async function startWork(deps: Deps, chain: OpenedChain, database: Database): Promise<() => Promise<void>> {
  chain.start(deps.config.rpcUrl === null ? chainMilliseconds.embedded : chainMilliseconds.network)
  const jobs = await startJobs(deps, database)
  return () => jobs.stop()
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
    const log = openLog(config.logLevel)
    // Node would print the whole error, and a database's may quote a row.
    process.on('uncaughtException', (error) => {
      log.fatal(safeWords(error), 'a bug, and the end of this process')
      process.exit(1)
    })
    const running = await startServer(config)
    endOn('SIGINT', running, log)
    endOn('SIGTERM', running, log)
    const { url, port, metricsUrl } = running
    log.info({ url, port, metricsUrl }, 'listening')
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}
