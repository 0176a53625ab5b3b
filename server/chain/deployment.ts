import { type Address, type BlockTag, getContractAddress, type Hex, type PublicClient } from 'viem'
import { fromHex, toHex } from '../db/bytes.ts'
import type { Db } from '../db/database.ts'
import { abis, type Target } from './abis.ts'
import { isRevert } from './rpcErrors.ts'

export type Contracts = Record<Target, Address>
/** What was deployed before audit logs were anchored lacks one. */
export type KnownContracts = Omit<Contracts, 'auditAnchor'> & { auditAnchor: Address | null }

/** The contracts of this database: where they are, or, until `isComplete`, where they will be. */
export interface Deployment {
  chainId: bigint
  genesis: Hex
  contracts: KnownContracts
  deployedAtBlock: bigint
  isComplete: boolean
  /** Null until a server has read them from the chain. */
  windows: { graceSeconds: number; escapeAfterSeconds: number } | null
}

/** The order in which they are deployed: each is told where the ones before it are. */
export const order: readonly Target[] = ['budgetToken', 'merchantRegistry', 'vouchers', 'auditAnchor']

/** Each version of Vouchers is one. */
const mostFollowers = 100

export async function readDeployment(db: Db): Promise<Deployment | null> {
  const row = await db.selectFrom('chain_deployment').selectAll().executeTakeFirst()
  if (row === undefined) return null
  const { grace_seconds: grace, escape_after_seconds: escapeAfter } = row
  return {
    chainId: row.chain_id,
    genesis: toHex(row.genesis_hash),
    contracts: {
      budgetToken: toHex(row.budget_token),
      merchantRegistry: toHex(row.merchant_registry),
      vouchers: toHex(row.vouchers),
      auditAnchor: row.audit_anchor === null ? null : toHex(row.audit_anchor),
    },
    deployedAtBlock: row.deployed_at_block,
    isComplete: row.is_complete,
    windows:
      grace === null || escapeAfter === null
        ? null
        : { graceSeconds: Number(grace), escapeAfterSeconds: Number(escapeAfter) },
  }
}

/** Writes down where the contracts will be, which follows from the admin's next nonces. A plan that stood before is forgotten. */
export async function planDeployment(
  db: Db,
  client: PublicClient,
  admin: Address,
): Promise<Deployment & { contracts: Contracts }> {
  const [chainId, genesis, deployedAtBlock, nonce] = await Promise.all([
    client.getChainId(),
    client.getBlock({ blockNumber: 0n }),
    client.getBlockNumber(),
    client.getTransactionCount({ address: admin }),
  ])
  const addressOf = (i: number) => getContractAddress({ from: admin, nonce: BigInt(nonce + i) }).toLowerCase()
  const places = order.map((target, i) => [target, addressOf(i)])
  const contracts = Object.fromEntries(places) as Contracts
  const begun = { isComplete: false, windows: null }
  const plan = { chainId: BigInt(chainId), genesis: genesis.hash, contracts, deployedAtBlock, ...begun }
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom('chain_deployment').where('is_complete', '=', false).execute()
    const row = {
      chain_id: plan.chainId,
      budget_token: fromHex(contracts.budgetToken),
      merchant_registry: fromHex(contracts.merchantRegistry),
      vouchers: fromHex(contracts.vouchers),
      audit_anchor: fromHex(contracts.auditAnchor),
      deployed_at_block: deployedAtBlock,
      genesis_hash: fromHex(plan.genesis),
    }
    await tx.insertInto('chain_deployment').values(row).execute()
  })
  return plan
}

/**
 * Whether the registry tells these Vouchers of each change. Without that, posting would go by what was true of a merchant
 * when somebody last asked. One registry may have told other Vouchers before: each stands in its list.
 */
export async function isFollowed(
  client: PublicClient,
  contracts: Pick<Contracts, 'merchantRegistry' | 'vouchers'>,
  at: BlockTag = 'latest',
): Promise<boolean> {
  const { merchantRegistry: address, vouchers } = contracts
  for (let position = 0; position < mostFollowers; position++) {
    const follower = await client
      .readContract({
        address,
        abi: abis.merchantRegistry,
        functionName: 'followers',
        args: [BigInt(position)],
        blockTag: at,
      })
      .catch(pastTheLast)
    if (follower === null) return false
    if (follower.toLowerCase() === vouchers.toLowerCase()) return true
  }
  return false
}

/** The list has no length to ask for: what is past its end reverts without a word. A node that fails is another matter. */
function pastTheLast(error: unknown): null {
  if (isRevert(error)) return null
  throw error
}

export function isWhole(contracts: KnownContracts): contracts is Contracts {
  return contracts.auditAnchor !== null
}

/** From here on the database belongs to this chain and to these contracts. */
export async function completeDeployment(db: Db, { chainId, deployedAtBlock }: Deployment): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.updateTable('chain_deployment').set({ is_complete: true }).where('chain_id', '=', chainId).execute()
    await tx.insertInto('chain_cursor').values({ chain_id: chainId, indexed_block: deployedAtBlock }).execute()
  })
}

/** The anchor of an older deployment, once it is final; of two servers that made one, the first one's stays. */
export async function rememberAuditAnchor(db: Db, address: Address): Promise<Address> {
  await db
    .updateTable('chain_deployment')
    .set({ audit_anchor: fromHex(address) })
    .where('audit_anchor', 'is', null)
    .execute()
  return (await readDeployment(db))?.contracts.auditAnchor ?? address
}
