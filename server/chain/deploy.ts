import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import {
  type Address,
  createWalletClient,
  custom,
  getContractAddress,
  type Hex,
  type LocalAccount,
  maxUint256,
  type PublicClient,
} from 'viem'
import type { Db } from '../db/database.ts'
import type { ServerKeys } from '../keys.ts'
import { abis, type Target } from './abis.ts'
import {
  type Contracts,
  completeDeployment,
  isFollowed,
  isWhole,
  type KnownContracts,
  order,
  planDeployment,
  readDeployment,
  rememberAuditAnchor,
} from './deployment.ts'

export interface Windows {
  graceSeconds: number
  escapeAfterSeconds: number
}

/** One transaction, and how to see that it was made: what is done is never done again. */
interface Step {
  name: string
  isDone(blockTag: 'latest' | 'finalized'): Promise<boolean>
  send(): Promise<Hex>
}

/**
 * Puts the contracts on a chain, gives each role to its key, and remembers them in the database once all of it is
 * final. Admin pays for all but one call, treasury for its own allowance. Cut short, it goes on where it was; contracts that
 * can no longer be completed, since the admin's key did something else in between, are left behind without any role.
 *
 * @throws when a transaction reverts, or a node fails: then it may be run again.
 */
export async function deploy(
  db: Db,
  client: PublicClient,
  keys: ServerKeys,
  windows: Windows,
  say: (line: string) => void = () => {},
): Promise<Contracts> {
  for (const account of [keys.admin, keys.treasury]) await untilNoneIsPending(client, account.address)
  const begun = await readDeployment(db)
  const known = begun !== null && isWhole(begun.contracts) ? { ...begun, contracts: begun.contracts } : null
  const isReachable = known !== null && (await canGoOn(client, keys.admin.address, known.contracts, windows))
  const plan = isReachable ? known : await planDeployment(db, client, keys.admin.address)

  await carryOut(client, stepsOf(client, keys, plan.contracts, windows), say)
  await completeDeployment(db, plan)
  return plan.contracts
}

/**
 * Adds the audit log's anchor to a deployment from before there was one. No server may run meanwhile: the admin's next
 * nonce is taken here. Cut short, it begins anew and leaves a contract behind that nobody uses.
 *
 * @throws as `deploy`, and while a call of the admin is on its way.
 */
export async function deployAuditAnchor(
  db: Db,
  client: PublicClient,
  keys: ServerKeys,
  known: KnownContracts,
  say: (line: string) => void = () => {},
): Promise<Contracts> {
  const signed = db.selectFrom('outbox').select('id').where('lane', '=', 'admin').where('state', '=', 'signed')
  if ((await signed.limit(1).executeTakeFirst()) !== undefined) {
    throw new Error('A call of the admin is on its way: let the servers of before send it, end them, and try again')
  }
  const { address: from } = keys.admin
  await untilNoneIsPending(client, from)
  const nonce = BigInt(await client.getTransactionCount({ address: from }))
  const auditAnchor = getContractAddress({ from, nonce }).toLowerCase() as Address
  const contracts = { ...known, auditAnchor }
  await carryOut(client, anchorSteps(toolsFor(client, keys, contracts), keys), say)
  return { ...known, auditAnchor: await rememberAuditAnchor(db, auditAnchor) }
}

async function carryOut(client: PublicClient, steps: readonly Step[], say: (line: string) => void): Promise<void> {
  for (const step of steps) {
    if (await step.isDone('latest')) continue
    say(step.name)
    const { status } = await client.waitForTransactionReceipt({ hash: await step.send() })
    if (status !== 'success') throw new Error(`The deployment stopped: ${step.name} reverted. Run it again.`)
  }

  const last = await client.getBlockNumber()
  say('waiting until it is final')
  while ((await client.getBlock({ blockTag: 'finalized' })).number < last) await wait(1000)
  for (const step of steps) {
    if (!(await step.isDone('finalized')))
      throw new Error(`${step.name} left the chain again: run the deployment again.`)
  }
}

/** A transaction of an earlier try may still be on its way: its nonce is not free. */
async function untilNoneIsPending(client: PublicClient, address: Address): Promise<void> {
  const count = (blockTag: 'latest' | 'pending') => client.getTransactionCount({ address, blockTag })
  for (const end = Date.now() + 300_000; (await count('pending')) > (await count('latest')); await wait(1000)) {
    if (Date.now() > end)
      throw new Error(`A transaction of ${address} has been waiting for five minutes: see to it first`)
  }
}

async function canGoOn(client: PublicClient, admin: Address, contracts: Contracts, windows: Windows) {
  const nonce = await client.getTransactionCount({ address: admin })
  for (const target of order) {
    const address = contracts[target]
    if ((await client.getCode({ address })) === undefined) {
      return getContractAddress({ from: admin, nonce: BigInt(nonce) }).toLowerCase() === address.toLowerCase()
    }
  }
  const at = { address: contracts.vouchers, abi: abis.vouchers } as const
  const [graceSeconds, escapeAfterSeconds] = await Promise.all([
    client.readContract({ ...at, functionName: 'graceSeconds' }),
    client.readContract({ ...at, functionName: 'escapeAfterSeconds' }),
  ])
  return graceSeconds === windows.graceSeconds && escapeAfterSeconds === windows.escapeAfterSeconds
}

type Tools = ReturnType<typeof toolsFor>

/** How each kind of step looks and sends. */
function toolsFor(client: PublicClient, { admin }: ServerKeys, contracts: Contracts) {
  const sender = senderOn(client)
  const read = async <T>(target: Target, functionName: string, args: unknown[], blockTag?: 'latest' | 'finalized') =>
    (await client.readContract({
      address: contracts[target],
      abi: abis[target],
      functionName,
      args,
      blockTag,
    } as never)) as T

  const create = (target: Target, args: readonly unknown[]): Step => ({
    name: `deploying ${target} to ${contracts[target]}`,
    isDone: async (blockTag) => (await client.getCode({ address: contracts[target], blockTag })) !== undefined,
    send: async () => sender.deploy(admin, target, args),
  })
  const grant = (target: Target, role: string, account: Address): Step => ({
    name: `giving ${role} of ${target} to ${account}`,
    isDone: async (at) => await read(target, 'hasRole', [await read(target, role, []), account], at),
    send: async () => sender.call(admin, contracts, target, 'grantRole', [await read(target, role, []), account]),
  })
  return { sender, read, create, grant }
}

/** Whose word is in every receipt says also what the log was. */
function anchorSteps({ create, grant }: Tools, { admin, acceptor }: ServerKeys): Step[] {
  return [create('auditAnchor', [admin.address]), grant('auditAnchor', 'ANCHOR_ROLE', acceptor.address)]
}

function stepsOf(client: PublicClient, keys: ServerKeys, contracts: Contracts, windows: Windows): Step[] {
  const { admin } = keys
  const { budgetToken, merchantRegistry, vouchers } = contracts
  const tools = toolsFor(client, keys, contracts)
  const { sender, read, create, grant } = tools
  const [createAnchor, grantAnchor] = anchorSteps(tools, keys) as [Step, Step]
  return [
    create('budgetToken', [admin.address]),
    create('merchantRegistry', [admin.address]),
    create('vouchers', [
      budgetToken,
      merchantRegistry,
      admin.address,
      windows.escapeAfterSeconds,
      windows.graceSeconds,
    ]),
    createAnchor,
    {
      name: 'binding the token to its vouchers',
      isDone: async (at) =>
        (await read<Address>('budgetToken', 'vouchers', [], at)).toLowerCase() === vouchers.toLowerCase(),
      send: async () => sender.call(admin, contracts, 'budgetToken', 'setVouchers', [vouchers]),
    },
    {
      name: 'having the registry tell vouchers of its merchants',
      isDone: async (at) => await isFollowed(client, contracts, at),
      send: async () => sender.call(admin, contracts, 'merchantRegistry', 'follow', [vouchers]),
    },
    grant('budgetToken', 'TREASURY_ROLE', keys.treasury.address),
    grant('merchantRegistry', 'REGISTRAR_ROLE', keys.registrar.address),
    grant('vouchers', 'TREASURY_ROLE', keys.treasury.address),
    grant('vouchers', 'ACCEPTOR_ROLE', keys.acceptor.address),
    grant('vouchers', 'FINANCE_ROLE', keys.finance.address),
    grant('vouchers', 'GUARDIAN_ROLE', keys.guardian.address),
    grantAnchor,
    {
      // Vouchers pulls from the treasury only when the treasury itself funds: one allowance serves for good.
      name: 'allowing vouchers to take what the treasury funds',
      isDone: async (at) =>
        (await read<bigint>('budgetToken', 'allowance', [keys.treasury.address, vouchers], at)) > 0n,
      send: async () => sender.call(keys.treasury, contracts, 'budgetToken', 'approve', [vouchers, maxUint256]),
    },
  ]
}

function senderOn(client: PublicClient) {
  const wallet = createWalletClient({ transport: custom(client) })
  const chain = null
  return {
    deploy: (account: LocalAccount, target: Target, args: readonly unknown[]): Promise<Hex> => {
      const call = { account, chain, abi: abis[target], bytecode: bytecodeOf(target), args }
      return wallet.deployContract(call as never)
    },
    call: (account: LocalAccount, at: Contracts, target: Target, functionName: string, args: readonly unknown[]) => {
      const call = { account, chain, address: at[target], abi: abis[target], functionName, args }
      return wallet.writeContract(call as never)
    },
  }
}

function bytecodeOf(target: Target): Hex {
  const name = target.charAt(0).toUpperCase() + target.slice(1)
  const path = join(import.meta.dirname, '../../contracts/deployable', `${name}.json`)
  return (JSON.parse(readFileSync(path, 'utf8')) as { bytecode: Hex }).bytecode
}
