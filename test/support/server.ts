import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { createApp } from '../../server/app.ts'
import type { OpenedChain } from '../../server/chain/chain.ts'
import { type Config, readConfig } from '../../server/config.ts'
import type { Database } from '../../server/db/database.ts'
import { openNews } from '../../server/db/news.ts'
import type { Deps } from '../../server/deps.ts'
import { cookieOf, startSession } from '../../server/http/sessions.ts'
import type { StaffRole, StaffWho } from '../../server/http/who.ts'
import { openKeys } from '../../server/keys.ts'
import { openDeps } from '../../server/open.ts'
import { openIssuer } from '../../server/people/issuer.ts'
import { createMetrics } from '../../server/watch/metrics.ts'
import { Caller } from './caller.ts'
import { emptyDatabase, quiet } from './chain.ts'

export interface TestServer {
  origin: string
  deps: Deps
  database: Database
  chain: OpenedChain
  clock: { set(moment: Date | string): void; advance(milliseconds: number): void }
  /** Somebody without a session. */
  anyone(): Caller
  /** A new member of staff, signed in. */
  as(
    roles: StaffRole | StaffRole[],
    more?: { organisation?: string; limitCents?: bigint },
  ): Promise<Caller & { who: StaffWho }>
  close(): Promise<void>
}

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

const words = (text: string) => JSON.stringify({ fi: text, sv: text, en: text })

/**
 * The whole server on a port of its own: real HTTP, database, chain, keys, vault and issuer. PGlite in memory, or a
 * database of its own on TEST_DATABASE_URL. Only the clock is the test's.
 */
export async function testServer(settings: Partial<Config> = {}, log: Logger = quiet): Promise<TestServer> {
  const database = await emptyDatabase()
  const vaultFolder = mkdtempSync(join(tmpdir(), 'vault-'))
  let now = new Date('2026-11-10T10:00:00.000Z')

  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const config = { ...readConfig({ SAMPLE: 'true', ORIGIN: origin }), dataFolder: null, ...settings }
  const keys = openKeys({ keysFile: null, dataFolder: null })
  const news = await openNews(database, log)
  const { deps, chain } = await openDeps({
    config,
    db: database.db,
    keys,
    vaultFolder,
    news,
    metrics: createMetrics(),
    now: () => now,
    log,
  })
  for (const organisation of ['town', 'village']) await addOrganisation(deps, organisation)
  server.on('request', createApp(deps, await openIssuer(deps)))

  return {
    origin,
    deps,
    database,
    chain,
    clock: {
      set: (moment) => {
        now = new Date(moment)
      },
      advance: (milliseconds) => {
        now = new Date(now.getTime() + milliseconds)
      },
    },
    anyone: () => new Caller(origin),
    async as(roles, { organisation = 'town', limitCents = 30_000n } = {}) {
      const who = await addStaff(deps, [roles].flat(), organisation, limitCents)
      const session = { actor: 'staff', actorId: who.staffId, organisation } as const
      const { token } = await startSession(deps.db, deps.now(), session)
      return Object.assign(new Caller(origin, { [cookieOf.staff]: token }), { who })
    },
    async close() {
      await news.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await chain.close()
      await database.close()
      rmSync(vaultFolder, { recursive: true, force: true })
    },
  }
}

async function addOrganisation({ db }: Deps, id: string): Promise<void> {
  const row = { id, kind: 'municipality', name: words(id), municipality: '240', phone: '+358 9 1' } as const
  await db.insertInto('organisations').values(row).execute()
}

async function addStaff(deps: Deps, roles: StaffRole[], organisation: string, limitCents: bigint): Promise<StaffWho> {
  const staffId = randomUUID()
  const name = `${roles.join(' and ')} ${randomBytes(3).toString('hex')}`
  const row = {
    id: staffId,
    organisation_id: organisation,
    subject: name,
    name,
    roles,
    decision_limit_cents: limitCents,
  }
  await deps.db.insertInto('staff').values(row).execute()
  return { actor: 'staff', staffId, name, roles, organisation, limitCents }
}
