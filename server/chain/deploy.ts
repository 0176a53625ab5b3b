import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Address,
  createWalletClient,
  custom,
  type Hex,
  type LocalAccount,
  maxUint256,
  type PublicClient,
} from 'viem'
import { fromHex } from '../db/bytes.ts'
import type { Db } from '../db/database.ts'
import type { ServerKeys } from '../keys.ts'
import { abis, type Target } from './abis.ts'

export interface Windows {
  graceSeconds: number
  escapeAfterSeconds: number
}

export type Contracts = Record<Target, Address>

export interface Deployment {
  contracts: Contracts
  deployedAtBlock: bigint
}

/**
 * Puts the three contracts on a chain and gives each role to its key: admin pays for all but one call, treasury for its own
 * allowance. Started twice, it deploys twice: a deployment counts once it is remembered in the database.
 */
export async function deploy(client: PublicClient, keys: ServerKeys, windows: Windows): Promise<Deployment> {
  const chainId = await client.getChainId()
  const deployedAtBlock = await client.getBlockNumber()
  const sender = senderOn(client, chainId)
  const admin = keys.admin
  const budgetToken = await sender.deploy(admin, 'budgetToken', [admin.address])
  const merchantRegistry = await sender.deploy(admin, 'merchantRegistry', [admin.address])
  const { escapeAfterSeconds, graceSeconds } = windows
  const vouchers = await sender.deploy(admin, 'vouchers', [
    budgetToken,
    merchantRegistry,
    admin.address,
    escapeAfterSeconds,
    graceSeconds,
  ])
  const contracts = { vouchers, merchantRegistry, budgetToken }

  const grants: [Target, string, Address][] = [
    ['budgetToken', 'TREASURY_ROLE', keys.treasury.address],
    ['merchantRegistry', 'REGISTRAR_ROLE', keys.registrar.address],
    ['vouchers', 'TREASURY_ROLE', keys.treasury.address],
    ['vouchers', 'ACCEPTOR_ROLE', keys.acceptor.address],
    ['vouchers', 'FINANCE_ROLE', keys.finance.address],
    ['vouchers', 'GUARDIAN_ROLE', keys.guardian.address],
  ]
  await sender.call(admin, contracts, 'budgetToken', 'setVouchers', [vouchers])
  for (const [target, name, account] of grants) {
    const role = (await client.readContract({
      address: contracts[target],
      abi: abis[target],
      functionName: name,
    } as never)) as Hex
    await sender.call(admin, contracts, target, 'grantRole', [role, account])
  }
  // Vouchers pulls from the treasury only when the treasury itself funds: one allowance serves for good.
  await sender.call(keys.treasury, contracts, 'budgetToken', 'approve', [vouchers, maxUint256])
  return { contracts, deployedAtBlock }
}

function senderOn(client: PublicClient, chainId: number) {
  const chain = {
    id: chainId,
    name: 'kipina',
    nativeCurrency: { name: '', symbol: '', decimals: 18 },
    rpcUrls: { default: { http: [] } },
  }
  const wallet = createWalletClient({ chain, transport: custom(client) })
  const mined = async (what: string, hash: Hex) => {
    const receipt = await client.waitForTransactionReceipt({ hash })
    if (receipt.status !== 'success') throw new Error(`The deployment stopped: ${what} reverted`)
    return receipt
  }
  return {
    async deploy(account: LocalAccount, target: Target, args: readonly unknown[]): Promise<Address> {
      const hash = await wallet.deployContract({
        account,
        abi: abis[target],
        bytecode: bytecodeOf(target),
        args,
      } as never)
      const { contractAddress } = await mined(target, hash)
      if (!contractAddress) throw new Error(`The deployment stopped: ${target} has no address`)
      return contractAddress
    },
    async call(account: LocalAccount, at: Contracts, target: Target, functionName: string, args: readonly unknown[]) {
      const call = { account, address: at[target], abi: abis[target], functionName, args }
      await mined(functionName, await wallet.writeContract(call as never))
    },
  }
}

function bytecodeOf(target: Target): Hex {
  const name = target.charAt(0).toUpperCase() + target.slice(1)
  const path = join(import.meta.dirname, '../../contracts/deployable', `${name}.json`)
  return (JSON.parse(readFileSync(path, 'utf8')) as { bytecode: Hex }).bytecode
}

/** From here on the database belongs to this chain and to these contracts. */
export async function rememberDeployment(db: Db, client: PublicClient, deployment: Deployment): Promise<void> {
  const chainId = BigInt(await client.getChainId())
  const genesis = await client.getBlock({ blockNumber: 0n })
  await db.transaction().execute(async (tx) => {
    await tx
      .insertInto('chain_deployment')
      .values({
        chain_id: chainId,
        budget_token: fromHex(deployment.contracts.budgetToken),
        merchant_registry: fromHex(deployment.contracts.merchantRegistry),
        vouchers: fromHex(deployment.contracts.vouchers),
        deployed_at_block: deployment.deployedAtBlock,
        genesis_hash: fromHex(genesis.hash),
      })
      .execute()
    await tx
      .insertInto('chain_cursor')
      .values({ chain_id: chainId, indexed_block: deployment.deployedAtBlock })
      .execute()
  })
}
