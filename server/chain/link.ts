import type { Logger } from 'pino'
import type { Address, Hex, LocalAccount, PublicClient } from 'viem'
import type { Db } from '../db/database.ts'
import { abis, type Target } from './abis.ts'
import type { Lane } from './outbox.ts'

/** What relayer and indexer work with. */
export interface Link {
  db: Db
  client: PublicClient
  chainId: number
  genesis: Hex
  contracts: Record<Target, Address>
  accounts: Record<Lane, LocalAccount>
  now(): Date
  log: Logger
  /** After so long without a receipt the same bytes are sent again. */
  resendAfterSeconds: number
  /** Wei a unit of gas. Where the network asks more, nothing is signed or outbid: posting waits, accepting goes on. */
  mostFeePerGas: bigint
}

export function targetAt(link: Pick<Link, 'contracts'>, address: Address): Target | null {
  const targets = Object.keys(abis) as Target[]
  return targets.find((target) => link.contracts[target].toLowerCase() === address.toLowerCase()) ?? null
}
