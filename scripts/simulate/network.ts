import { resolve } from 'node:path'
import type { EdrNetworkUserConfig } from 'hardhat/types/config'
import { type Address, type Hex, keccak256, numberToHex } from 'viem'
import type { Chance } from '../walkthrough/chance.ts'
import { running } from './clock.ts'

/** A block, what the chain was before it, and the transactions in it. */
interface Block {
  snapshot: string
  raws: Hex[]
}

const gasWei = 10n ** 27n
/** Above this, blocks go on also where nobody sends anything: they are what makes gas cheaper again. */
const dearWei = 20n * 10n ** 9n

export const chainId = 31_337

/**
 * Hardhat's EVM, where nothing is mined, final or taken back by itself. It answers as a good node does; what a bad one makes
 * of that is `node.ts`.
 */
export class Network {
  /** A block counts as final when so many stand on it. */
  finalityDepth = 0
  readonly #ask: (method: string, params?: unknown[]) => Promise<unknown>
  readonly #now: () => number
  #raws = new Map<Hex, Hex>()
  #balances = new Map<Address, Hex>()
  #blocks: Block[] = []
  #base: { snapshot: string; number: number } | null = null
  #head = 0
  #lastSeconds = 0
  /** Blocks since there was last a transaction in one. */
  #quiet = 0
  /** Whether anything may wait for a block. */
  #isWaitedFor = false
  #baseFee = 0n

  private constructor(ask: Network['request'], now: () => number) {
    this.#ask = ask
    this.#now = now
  }

  /** `now` in milliseconds. Loads Hardhat, so it is opened before time and chance are the simulation's. */
  static async open(now: () => number): Promise<Network> {
    const { createHardhatRuntimeEnvironment } = await import('hardhat/hre')
    const simulated: EdrNetworkUserConfig = {
      type: 'edr-simulated',
      chainType: 'l1',
      chainId,
      hardfork: 'cancun',
      initialDate: '2026-11-01T00:00:00Z',
      accounts: [],
      allowBlocksWithSameTimestamp: true,
      throwOnTransactionFailures: false,
      mining: { auto: false, interval: 0, mempool: { order: 'fifo' } },
    }
    const root = resolve(import.meta.dirname, '../..')
    const environment = await createHardhatRuntimeEnvironment({ networks: { simulated } }, {}, root)
    const { provider } = await environment.network.create('simulated')
    // Of no machine: what Hardhat does beside answering keeps the real time.
    return new Network((method, params = []) => running.exit(() => provider.request({ method, params })), now)
  }

  /** What stands now is final for good, and what every history begins with. */
  async keepAsBase(): Promise<void> {
    this.#base = { snapshot: (await this.#ask('evm_snapshot')) as string, number: this.#head }
    this.#blocks = []
  }

  async backToBase(): Promise<void> {
    if (this.#base === null) throw new Error('There is no base')
    await this.#ask('evm_revert', [this.#base.snapshot])
    this.#head = this.#base.number
    this.#lastSeconds = 0
    this.#raws = new Map()
    this.#balances = new Map()
    this.#quiet = 0
    this.#isWaitedFor = false
    this.#baseFee = 0n
    await this.keepAsBase()
  }

  get head(): number {
    return this.#head
  }

  finalAt(head: number): number {
    return Math.max(this.#base?.number ?? 0, head - this.finalityDepth)
  }

  /** Whether another block would change nothing for anybody. */
  get isAtRest(): boolean {
    return this.#quiet > this.finalityDepth + 1 && !this.#isWaitedFor && this.#baseFee < dearWei
  }

  async request(method: string, params: unknown[] = []): Promise<unknown> {
    // A call is reckoned as in the block that would be next, at the time of the simulation.
    if (method === 'eth_estimateGas' || method === 'eth_call') await this.#setTime()
    if (method !== 'eth_sendRawTransaction') return await this.#ask(method, params)
    const raw = params[0] as Hex
    const hash = await this.#ask(method, params)
    this.#isWaitedFor = true
    this.#raws.set(keccak256(raw), raw)
    return hash
  }

  async mine(): Promise<void> {
    const snapshot = (await this.#ask('evm_snapshot')) as string
    this.#lastSeconds = await this.#setTime()
    await this.#ask('evm_mine')
    const block = await this.#ask('eth_getBlockByNumber', ['latest', false])
    const { transactions, baseFeePerGas } = block as { transactions: Hex[]; baseFeePerGas: Hex }
    this.#baseFee = BigInt(baseFeePerGas)
    this.#head += 1
    this.#quiet = transactions.length > 0 ? 0 : this.#quiet + 1
    if (this.#isWaitedFor) this.#isWaitedFor = ((await this.#ask('eth_pendingTransactions')) as []).length > 0
    this.#blocks.push({ snapshot, raws: transactions.flatMap((hash) => this.#raws.get(hash) ?? []) })
    if (this.#blocks.length > this.finalityDepth) this.#blocks.shift()
  }

  /** Another branch, one block longer. What `isKept` says no to is forgotten by everybody; nothing final is touched. */
  async reorganise(wanted: number, chance: Chance): Promise<{ depth: number; dropped: number }> {
    const depth = Math.min(wanted, this.#blocks.length)
    const gone = this.#blocks.splice(this.#blocks.length - depth)
    const first = gone[0]
    if (first === undefined) return { depth: 0, dropped: 0 }
    await this.#ask('evm_revert', [first.snapshot])
    this.#head -= depth
    await this.forgetPending()
    for (const [address, wei] of this.#balances) await this.#ask('hardhat_setBalance', [address, wei])
    const raws = gone.flatMap((block) => block.raws)
    const kept = chance.shuffled(raws).filter(() => chance.next() < 0.5)
    for (const raw of kept) await this.request('eth_sendRawTransaction', [raw]).catch(() => {})
    // Else an empty block of the same second would be the very block that was taken back.
    await this.#ask('hardhat_setPrevRandao', [keccak256(numberToHex(chance.between(1, 2 ** 31)))])
    for (let blocks = 0; blocks <= depth; blocks++) await this.mine()
    return { depth, dropped: raws.length - kept.length }
  }

  /** Nodes keep nothing for ever that waits. */
  async forgetPending(): Promise<number> {
    const waiting = (await this.#ask('eth_pendingTransactions')) as { hash: Hex }[]
    for (const { hash } of waiting) await this.#ask('hardhat_dropTransaction', [hash])
    return waiting.length
  }

  async setBalance(address: Address, wei = gasWei): Promise<void> {
    this.#balances.set(address, numberToHex(wei))
    await this.#ask('hardhat_setBalance', [address, numberToHex(wei)])
  }

  async setBaseFee(wei: bigint): Promise<void> {
    this.#baseFee = wei
    await this.#ask('hardhat_setNextBlockBaseFeePerGas', [numberToHex(wei)])
  }

  /** Chain time never runs back. */
  async #setTime(): Promise<number> {
    const seconds = Math.max(Math.floor(this.#now() / 1000), this.#lastSeconds)
    await this.#ask('evm_setNextBlockTimestamp', [seconds])
    return seconds
  }
}
