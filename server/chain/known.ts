import type { PublicClient } from 'viem'
import type { Config } from '../config.ts'
import type { Db } from '../db/database.ts'
import type { ServerKeys } from '../keys.ts'
import { deploy, deployAuditAnchor } from './deploy.ts'
import { type Contracts, isWhole, type KnownContracts, readDeployment } from './deployment.ts'
import type { Lane } from './outbox.ts'

type Place = Pick<Config, 'rpcUrl' | 'chainId' | 'isSample' | 'graceSeconds' | 'escapeAfterSeconds'>

/**
 * The contracts that this database knows, after checking that this is the chain they are on; on an embedded chain, or in a
 * sample town, deployed now if there are none.
 *
 * @throws an Error that says what to do when chain and database do not belong together.
 */
export async function contractsOf(config: Place, db: Db, client: PublicClient, keys: ServerKeys): Promise<Contracts> {
  const known = await findContracts(config, db, client)
  const isOurs = config.rpcUrl === null || config.isSample
  if (known !== null && isWhole(known)) return known
  if (known !== null && isOurs) return await deployAuditAnchor(db, client, keys, known)
  if (known !== null) {
    throw new Error(
      'The audit log has no contract to be anchored in yet: end every server and run `npm run deploy` once',
    )
  }
  if (!isOurs) {
    throw new Error('No contracts are known on this network: deploy them once with `npm run deploy`')
  }
  return await deployFirst(config, db, client, keys)
}

/** Null when nothing was deployed yet, or not all of it. Throws as `contractsOf`. */
export async function findContracts(config: Place, db: Db, client: PublicClient): Promise<KnownContracts | null> {
  const chainId = await client.getChainId()
  if (chainId !== config.chainId)
    throw new Error(`The network of RPC_URL has chain id ${chainId}, CHAIN_ID says ${config.chainId}`)
  const known = await readDeployment(db)
  if (known === null) return null
  const genesis = await client.getBlock({ blockNumber: 0n })
  if (BigInt(chainId) !== known.chainId || genesis.hash !== known.genesis) {
    throw new Error(
      `The database belongs to chain ${known.chainId} that begins with ${known.genesis}; this one is ` +
        `${chainId} and begins with ${genesis.hash}. Set RPC_URL and CHAIN_ID to the chain of this database, or bring ` +
        'back the copy of the data folder in which both were together.',
    )
  }
  if (!known.isComplete) return null
  await refuseShortened(config, db, client)
  return known.contracts
}

/** Deploys to a chain on which these keys have done nothing yet. Throws as `contractsOf` and `deploy`. */
export async function deployFirst(
  config: Place,
  db: Db,
  client: PublicClient,
  keys: ServerKeys,
  say?: (line: string) => void,
): Promise<Contracts> {
  if (!(await isFresh(client, keys))) {
    throw new Error(
      'The database is empty, but the chain is not: its claims and redemptions would be forgotten. Bring back the ' +
        'database that belongs to it, or move the whole data folder away to begin an empty installation.',
    )
  }
  return await deploy(db, client, keys, config, say)
}

/** Only a deployment, whole or cut short, can have happened: no role has done anything. */
async function isFresh(client: PublicClient, keys: ServerKeys): Promise<boolean> {
  const working: Lane[] = ['registrar', 'issuer', 'acceptor', 'finance', 'relayer']
  const counts = await Promise.all(working.map((lane) => client.getTransactionCount({ address: keys[lane].address })))
  return counts.every((count) => count === 0)
}

/** A network's node may be behind for a while; a chain of our own that ends before what we have read has lost blocks. */
async function refuseShortened(config: Place, db: Db, client: PublicClient): Promise<void> {
  if (config.rpcUrl !== null) return
  const cursor = await db.selectFrom('chain_cursor').select('indexed_block').executeTakeFirstOrThrow()
  const latest = await client.getBlockNumber()
  if (latest >= cursor.indexed_block) return
  throw new Error(
    `The chain ends at block ${latest}, but the database has seen block ${cursor.indexed_block}: the chain folder is an ` +
      'older copy. Bring back the copy that belongs to the database.',
  )
}
