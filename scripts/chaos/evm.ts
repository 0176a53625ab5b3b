/**
 * A network of its own in a process of its own: Hardhat's EVM behind JSON-RPC, with blocks at a steady pace, a block that
 * counts as final only when so many stand on it, and what a real network does to those above: it takes them back.
 * `node scripts/chaos/evm.ts PORT CHAIN_ID ADDRESS…`: the addresses have gas.
 */
import { createServer } from 'node:http'
import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { EdrNetworkUserConfig } from 'hardhat/types/config'
import { type Hex, keccak256, numberToHex } from 'viem'
import { Chance } from '../walkthrough/chance.ts'

/** A block, what the chain was before it, and the transactions in it. */
interface Block {
  snapshot: string
  raws: Hex[]
}

const gasWei = 10n ** 27n
/** Blocks that can be taken back. */
const mostDepth = 64

type Ask = (method: string, params?: unknown[]) => Promise<unknown>

class Network {
  readonly #ask: Ask
  readonly #raws = new Map<Hex, Hex>()
  readonly #balances = new Map<string, Hex>()
  readonly #blocks: Block[] = []
  #finalityDepth = 0
  #queue: Promise<unknown> = Promise.resolve()

  constructor(ask: Ask) {
    this.#ask = ask
  }

  /** One thing after the other: a block is never taken back while somebody reads it. */
  request(method: string, params: unknown[]): Promise<unknown> {
    const answer = this.#queue.then(() => this.#answer(method, params))
    this.#queue = answer.catch(() => {})
    return answer
  }

  async #answer(method: string, params: unknown[]): Promise<unknown> {
    if (method === 'chaos_mine') return await this.#mine()
    if (method === 'chaos_finality') this.#finalityDepth = params[0] as number
    else if (method === 'chaos_reorg') return await this.#reorg(params[0] as number, params[1] as number)
    else if (method === 'chaos_balance') await this.#setBalance(params[0] as string, params[1] as Hex)
    else if (method === 'eth_sendRawTransaction') return await this.#send(params[0] as Hex)
    else if (method.startsWith('eth_')) return await this.#ask(method, await this.#withFinal(params))
    else throw Object.assign(new Error(`This network does not answer ${method}`), { code: -32601 })
    return true
  }

  async #send(raw: Hex): Promise<unknown> {
    const hash = await this.#ask('eth_sendRawTransaction', [raw])
    this.#raws.set(keccak256(raw), raw)
    return hash
  }

  async #mine(): Promise<boolean> {
    const snapshot = (await this.#ask('evm_snapshot')) as string
    await this.#ask('evm_mine')
    const { transactions } = (await this.#ask('eth_getBlockByNumber', ['latest', false])) as { transactions: Hex[] }
    this.#blocks.push({ snapshot, raws: transactions.flatMap((hash) => this.#raws.get(hash) ?? []) })
    if (this.#blocks.length > mostDepth) this.#blocks.shift()
    return true
  }

  /**
   * Another branch, one block longer. About half of what was in the old one is in it again; the rest, one at least, is
   * forgotten. Nothing happens while there is nothing to forget.
   */
  async #reorg(wantedDepth: number, seed: number): Promise<{ depth: number; dropped: number }> {
    const chance = new Chance(seed)
    const depth = Math.min(wantedDepth, this.#blocks.length)
    const gone = this.#blocks.slice(this.#blocks.length - depth)
    const raws = gone.flatMap((block) => block.raws)
    const first = gone[0]
    if (first === undefined || raws.length === 0) return { depth: 0, dropped: 0 }
    this.#blocks.length -= depth
    await this.#ask('evm_revert', [first.snapshot])
    const waiting = (await this.#ask('eth_pendingTransactions')) as { hash: Hex }[]
    for (const { hash } of waiting) await this.#ask('hardhat_dropTransaction', [hash])
    for (const [address, wei] of this.#balances) await this.#ask('hardhat_setBalance', [address, wei])
    const kept = chance.shuffled(raws).filter((_, place) => place > 0 && chance.next() < 0.5)
    for (const raw of kept) await this.#send(raw).catch(() => {})
    // Else an empty block of the same second would be the very block that was taken back.
    await this.#ask('hardhat_setPrevRandao', [keccak256(numberToHex(chance.between(1, 2 ** 31)))])
    for (let blocks = 0; blocks <= depth; blocks++) await this.#mine()
    return { depth, dropped: raws.length - kept.length }
  }

  async #setBalance(address: string, wei: Hex): Promise<void> {
    this.#balances.set(address, wei)
    await this.#ask('hardhat_setBalance', [address, wei])
  }

  async #withFinal(params: unknown[]): Promise<unknown[]> {
    if (!params.includes('finalized') && !params.includes('safe')) return params
    const head = Number(await this.#ask('eth_blockNumber'))
    const final = numberToHex(Math.max(0, head - this.#finalityDepth))
    return params.map((param) => (param === 'finalized' || param === 'safe' ? final : param))
  }
}

const blockMilliseconds = 30
const [port = '', chainId = '', ...addresses] = process.argv.slice(2)
const { createHardhatRuntimeEnvironment } = await import('hardhat/hre')
const chaos: EdrNetworkUserConfig = {
  type: 'edr-simulated',
  chainType: 'l1',
  chainId: Number(chainId),
  hardfork: 'cancun',
  accounts: [],
  allowBlocksWithSameTimestamp: true,
  throwOnTransactionFailures: false,
  mining: { auto: false, interval: 0 },
}
const environment = await createHardhatRuntimeEnvironment(
  { networks: { chaos } },
  {},
  resolve(import.meta.dirname, '../..'),
)
const { provider } = await environment.network.create('chaos')
const network = new Network((method, params = []) => provider.request({ method, params }))
for (const address of addresses) await network.request('chaos_balance', [address, numberToHex(gasWei)])

const server = createServer(async (req, res) => {
  let text = ''
  for await (const part of req) text += part
  const { id, method, params = [] } = JSON.parse(text) as { id: number; method: string; params?: unknown[] }
  const answer = await network.request(method, params).then(
    (result) => ({ result }),
    ({ code = -32_603, message, data }: { code?: number; message: string; data?: unknown }) => {
      return { error: { code, message, data } }
    },
  )
  res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
})
server.listen(Number(port), '127.0.0.1')
for (;;) {
  await wait(blockMilliseconds)
  await network.request('chaos_mine', [])
}
