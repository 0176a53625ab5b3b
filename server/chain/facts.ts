import { BaseError, type Hex, type PublicClient } from 'viem'
import type { Config } from '../config.ts'
import type { Db } from '../db/database.ts'
import type { ServerKeys } from '../keys.ts'
import { abis } from './abis.ts'
import { type Contracts, isFollowed, isWhole, readDeployment } from './deployment.ts'
import { contractsOf } from './known.ts'

/** What never changes of a chain and its contracts. */
export interface KnownChain {
  contracts: Contracts
  graceSeconds: number
  escapeAfterSeconds: number
  genesis: Hex
}

type Place = Parameters<typeof contractsOf>[0]

/** A node that has not answered after so long is taken for one that is down. */
const patienceMilliseconds = 3000

class Silence extends Error {}

/** What an earlier server saw of the chain of this database; null before the first one has. */
export async function rememberedChain(config: Pick<Config, 'rpcUrl' | 'chainId'>, db: Db): Promise<KnownChain | null> {
  const known = await readDeployment(db)
  if (config.rpcUrl === null || !known?.isComplete || known.chainId !== BigInt(config.chainId)) return null
  const { contracts, genesis, windows } = known
  return windows === null || !isWhole(contracts) ? null : { contracts, genesis, ...windows }
}

/** Asks the chain itself, and remembers what it says. Throws as `contractsOf`, and when the registry tells nothing. */
export async function lookAtChain(config: Place, db: Db, client: PublicClient, keys: ServerKeys): Promise<KnownChain> {
  const contracts = await contractsOf(config, db, client, keys)
  await refuseUntold(client, contracts)
  const at = { address: contracts.vouchers, abi: abis.vouchers } as const
  const [graceSeconds, escapeAfterSeconds, genesis] = await Promise.all([
    client.readContract({ ...at, functionName: 'graceSeconds' }),
    client.readContract({ ...at, functionName: 'escapeAfterSeconds' }),
    client.getBlock({ blockNumber: 0n }),
  ])
  await db
    .updateTable('chain_deployment')
    .set({ grace_seconds: BigInt(graceSeconds), escape_after_seconds: BigInt(escapeAfterSeconds) })
    .where('grace_seconds', 'is', null)
    .execute()
  return { contracts, graceSeconds, escapeAfterSeconds, genesis: genesis.hash }
}

async function refuseUntold(client: PublicClient, contracts: Contracts): Promise<void> {
  if (await isFollowed(client, contracts)) return
  const { merchantRegistry, vouchers } = contracts
  throw new Error(
    `The merchant registry ${merchantRegistry} does not tell the vouchers ${vouchers} what changes: a suspended merchant ` +
      `would still be paid. Have the admin's key call follow(${vouchers}) on the registry, and syncMerchant on the ` +
      'vouchers for each merchant registered before.',
  )
}

/** @throws what `looking` throws, or that nothing was heard for three seconds; `looking` goes on then. */
export async function withPatience<T>(looking: Promise<T>): Promise<T> {
  looking.catch(() => {})
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Silence('The node does not answer')), patienceMilliseconds)
  })
  return await Promise.race([looking, late]).finally(() => clearTimeout(timer))
}

/** Whether the node is at fault, as when it is down, and not what it says. */
export function isNodesFault(error: unknown): boolean {
  return error instanceof Silence || error instanceof BaseError
}
