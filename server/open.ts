import type { Logger } from 'pino'
import { appliers } from './appliers.ts'
import { type OpenedChain, openChain } from './chain/chain.ts'
import type { Config } from './config.ts'
import type { Db } from './db/database.ts'
import { migrate } from './db/migrate.ts'
import type { Deps, News } from './deps.ts'
import type { ServerKeys } from './keys.ts'
import { openVault } from './people/vault.ts'
import type { Metrics } from './watch/metrics.ts'

export interface Ground {
  config: Config
  db: Db
  keys: ServerKeys
  /** Where each person's key lies: on every copy of the server the same, and never in the database. */
  vaultFolder: string
  news: News
  metrics: Metrics
  now(): Date
  log: Logger
}

/** Brings the tables up to date, opens the chain that belongs to them, and gives what every step needs. */
export async function openDeps(ground: Ground): Promise<{ deps: Deps; chain: OpenedChain }> {
  const { config, db, keys, news, metrics, now, log } = ground
  await migrate(db)
  const chain = await openChain(config, db, keys, log, { appliers, now })
  const vault = openVault(ground.vaultFolder, keys.secrets.vault)
  // Who answers requests only sends nothing, not even on demand: a worker finds what was ordered.
  const facts = config.process === 'api' ? { ...chain.facts, advance: async () => false } : chain.facts
  return { deps: { config, db, now, chain: facts, keys, vault, news, metrics, log }, chain }
}
