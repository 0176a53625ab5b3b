import type { Logger } from 'pino'
import type { Address, Hex, PublicClient } from 'viem'
import type { Config } from './config.ts'
import type { Db } from './db/database.ts'
import type { ServerKeys } from './keys.ts'
import type { Metrics } from './watch/metrics.ts'

/** What is known of the chain once its contracts are deployed, and never changes after. */
export interface ChainFacts {
  chainId: number
  vouchers: Address
  merchantRegistry: Address
  budgetToken: Address
  auditAnchor: Address
  acceptorAddress: Address
  graceSeconds: number
  escapeAfterSeconds: number
  genesis: Hex
}

/** The chain at work. Steps order calls with chain/outbox.ts; only what reads the final state uses `client`. */
export interface Chain extends ChainFacts {
  client: PublicClient
  /** Sends what is ordered, looks up what is under way and applies what is final, until nothing moves. True if anything did. */
  advance(): Promise<boolean>
}

/** Envelopes under a key of the person's own, which is kept apart from the database. */
export interface Vault {
  /** Makes the person's key when there is none. */
  seal(caseId: string, content: unknown): Promise<Buffer>
  /** @throws when the envelope is another person's, was changed, or the person was forgotten. */
  open(caseId: string, sealed: Uint8Array): Promise<unknown>
  /** Nothing that was sealed for the person can be opened again, not even from a backup of the database. */
  forget(caseId: string): Promise<void>
}

/** What happened, told to whoever waits for it in this server and in the others. Only a hint: the tables say what is so. */
export interface News {
  /** After the commit, in a word of at most 32 letters. Waits for nothing. */
  tell(word: string): void
  /** Resolves when the word is told, or after so long, or when nobody listens any more; false once this server ends. */
  next(word: string, milliseconds: number, signal?: AbortSignal): Promise<boolean>
}

/** What every step is given. */
export interface Deps {
  config: Config
  db: Db
  /** The only clock of the steps: tests set it. */
  now(): Date
  chain: Chain
  keys: ServerKeys
  vault: Vault
  news: News
  metrics: Metrics
  log: Logger
}
