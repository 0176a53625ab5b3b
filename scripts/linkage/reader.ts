import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createHardhatRuntimeEnvironment } from 'hardhat/hre'
import type { EdrNetworkUserConfig } from 'hardhat/types/config'
import { type Address, type Hex, numberToHex } from 'viem'
import { openJournal } from '../../server/chain/journal.ts'

/** One transaction with all that somebody who runs a node of the chain can see of it. */
export interface SeenTransaction {
  hash: Hex
  from: Address
  to: Address | null
  block: number
  /** Seconds since 1970. */
  at: number
  input: Hex
  logs: { address: Address; topics: Hex[]; data: Hex }[]
  /** Every slot written, in any contract, and what came to stand there; none unless they were asked for. */
  writes: { slot: Hex; value: Hex }[]
}

interface Genesis {
  chainId: number
  hardfork: string
  startedAt: string
  senders: Address[]
}

/** Plays the chain of a data folder, which no server has open, again in an engine of its own, and answers everything that happened on it. */
export async function readChain(folder: string, what: { withWrites: boolean }): Promise<SeenTransaction[]> {
  const genesis = JSON.parse(readFileSync(join(folder, 'genesis.json'), 'utf8')) as Genesis
  const journal = openJournal(join(folder, 'blocks.jsonl'))
  journal.close()
  const { request, close } = await startEngine(genesis)
  try {
    for (const sender of genesis.senders) await request('hardhat_setBalance', [sender, numberToHex(10n ** 27n)])
    const seen: SeenTransaction[] = []
    for (const { seconds, raw, hash } of journal.blocks) {
      await request('evm_setNextBlockTimestamp', [seconds])
      if (raw === null) await request('evm_mine', [])
      else await request('eth_sendRawTransaction', [raw]).catch(() => null)
      const block = (await request('eth_getBlockByNumber', ['latest', true])) as RpcBlock
      if (block.hash !== hash)
        throw new Error(`Block ${block.number} was ${hash} and is ${block.hash} when played again`)
      for (const transaction of block.transactions)
        seen.push(await readTransaction(request, transaction, seconds, what.withWrites))
    }
    return seen
  } finally {
    await close()
  }
}

type Request = (method: string, params: unknown[]) => Promise<unknown>

interface RpcBlock {
  number: Hex
  hash: Hex
  transactions: RpcTransaction[]
}

interface RpcTransaction {
  hash: Hex
  from: Address
  to: Address | null
  input: Hex
  blockNumber: Hex
}

async function readTransaction(request: Request, sent: RpcTransaction, at: number, withWrites: boolean) {
  const receipt = (await request('eth_getTransactionReceipt', [sent.hash])) as { logs: SeenTransaction['logs'] }
  const writes = withWrites ? await readWrites(request, sent.hash) : []
  return {
    hash: sent.hash,
    from: sent.from,
    to: sent.to,
    block: Number(sent.blockNumber),
    at,
    input: sent.input,
    logs: receipt.logs.map(({ address, topics, data }) => ({ address, topics, data })),
    writes,
  }
}

/** Traces the transaction again: an EVM's answer to what any node could look up. */
async function readWrites(request: Request, hash: Hex): Promise<SeenTransaction['writes']> {
  const options = { disableMemory: true, disableStorage: true }
  const trace = (await request('debug_traceTransaction', [hash, options])) as { structLogs: Step[] }
  return trace.structLogs.filter(({ op }) => op === 'SSTORE').map(({ stack }) => writeOf(stack))
}

interface Step {
  op: string
  stack: string[]
}

/** SSTORE takes the slot from the top of the stack, and the value from under it. */
function writeOf(stack: string[]): { slot: Hex; value: Hex } {
  return { slot: word(stack.at(-1)), value: word(stack.at(-2)) }
}

function word(text: string | undefined): Hex {
  return `0x${(text ?? '').replace(/^0x/, '').padStart(64, '0')}`
}

async function startEngine({
  chainId,
  hardfork,
  startedAt,
}: Genesis): Promise<{ request: Request; close(): Promise<void> }> {
  const network: EdrNetworkUserConfig = {
    type: 'edr-simulated',
    chainType: 'l1',
    chainId,
    hardfork,
    initialDate: startedAt,
    accounts: [],
    allowBlocksWithSameTimestamp: true,
    throwOnTransactionFailures: false,
  }
  const environment = await createHardhatRuntimeEnvironment({ networks: { replay: network } }, {}, process.cwd())
  const connection = await environment.network.create('replay')
  return {
    request: (method, params) => connection.provider.request({ method, params }),
    close: () => connection.close(),
  }
}
