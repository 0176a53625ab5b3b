import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { EdrNetworkUserConfig } from 'hardhat/types/config'
import { type Address, type EIP1193RequestFn, type Hex, numberToHex } from 'viem'
import { type Journal, type JournalledBlock, openJournal } from './journal.ts'

export interface EmbeddedOptions {
  /** Where the chain is kept; null keeps it in memory only. */
  folder: string | null
  chainId: number
  /** Who can send transactions: they have gas from the first block on. */
  senders: readonly Address[]
  now(): Date
}

/** A chain inside this process. It answers the standard `eth_` calls, and no call that only a test chain has. */
export interface EmbeddedChain {
  request: EIP1193RequestFn
  close(): Promise<void>
}

/** What the first block depends on. Anything else here would give another chain from the same journal. */
interface Genesis {
  chainId: number
  hardfork: string
  startedAt: string
  senders: Address[]
  hash: Hex
}

const hardfork = 'cancun'
const gasWei = 10n ** 27n
const methods = new Set(
  [
    'blockNumber call chainId estimateGas feeHistory gasPrice getBalance getBlockByHash getBlockByNumber',
    'getBlockReceipts getCode getLogs getStorageAt getTransactionByHash getTransactionCount getTransactionReceipt',
    'maxPriorityFeePerGas sendRawTransaction syncing',
  ]
    .join(' ')
    .split(' ')
    .map((name) => `eth_${name}`),
)

/**
 * Starts the chain, or continues it by playing its journal again: every block gets the hash that it had.
 * Each transaction is on the disk before its sender is answered and before anybody can read its block.
 *
 * @throws an Error that says what to do when the folder's chain cannot be continued as it was.
 */
export async function openEmbeddedChain(options: EmbeddedOptions): Promise<EmbeddedChain> {
  const kept = options.folder === null ? null : readGenesis(options.folder)
  if (kept !== null && options.folder !== null) refuseOtherChain(options.folder, kept, options)
  const startedAt = kept?.startedAt ?? new Date(Math.floor(options.now().getTime() / 1000) * 1000).toISOString()

  const engine = await startEngine(options.chainId, startedAt)
  for (const sender of options.senders) await engine.request('hardhat_setBalance', [sender, numberToHex(gasWei)])
  const first = await engine.blockAt('0x0')
  if (kept !== null && first.hash !== kept.hash) throw otherEngine(options.folder, 0, kept.hash, first.hash)
  if (kept === null && options.folder !== null) {
    const senders = [...options.senders]
    writeGenesis(options.folder, { chainId: options.chainId, hardfork, startedAt, senders, hash: first.hash })
  }

  const journal = options.folder === null ? null : openJournal(join(options.folder, 'blocks.jsonl'))
  const chain = new JournalledChain(engine, journal, options.now, first.seconds)
  await chain.replay(options.folder)
  return chain
}

/** All calls stand in one queue, so that nobody reads a block that is not yet on the disk. */
class JournalledChain implements EmbeddedChain {
  readonly #engine: Engine
  readonly #journal: Journal | null
  readonly #now: () => Date
  #lastSeconds: number
  #queue: Promise<unknown> = Promise.resolve()
  #failed: Error | null = null

  constructor(engine: Engine, journal: Journal | null, now: () => Date, firstSeconds: number) {
    this.#engine = engine
    this.#journal = journal
    this.#now = now
    this.#lastSeconds = firstSeconds
  }

  readonly request = (({ method, params }: { method: string; params?: unknown[] }) => {
    const answer = this.#queue.then(() => this.#answer(method, params ?? []))
    this.#queue = answer.catch(() => {})
    return answer
  }) as EIP1193RequestFn

  async replay(folder: string | null): Promise<void> {
    const blocks = this.#journal?.blocks ?? []
    for (const [place, block] of blocks.entries()) {
      await this.#engine.request('evm_setNextBlockTimestamp', [block.seconds])
      if (block.raw === null) await this.#engine.request('evm_mine', [])
      else await this.#engine.request('eth_sendRawTransaction', [block.raw])
      const { hash } = await this.#engine.blockAt('latest')
      if (hash !== block.hash) throw otherEngine(folder, place + 1, block.hash, hash)
      this.#lastSeconds = block.seconds
    }
    // The engine's own clock follows its last block: without a fresh one it would still stand at the time of the journal.
    if (blocks.length > 0) await this.#keep(null, () => this.#engine.request('evm_mine', []))
  }

  async close(): Promise<void> {
    await this.#queue
    this.#failed ??= new Error('The chain is closed')
    this.#journal?.close()
    await this.#engine.close()
  }

  async #answer(method: string, params: unknown[]): Promise<unknown> {
    if (this.#failed !== null) throw this.#failed
    if (!methods.has(method)) throw rpcError(-32601, `This chain does not answer ${method}`)
    if (method === 'eth_sendRawTransaction') {
      return await this.#keep(params[0] as Hex, () => this.#engine.request(method, params))
    }
    // What an estimate sees must be the block that the transaction would come into.
    if (method === 'eth_estimateGas') await this.#setTime()
    return await this.#engine.request(method, params)
  }

  async #keep(raw: Hex | null, mine: () => Promise<unknown>): Promise<unknown> {
    const before = await this.#engine.blockAt('latest')
    const seconds = await this.#setTime()
    const mined = await mine().then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    )
    const { hash } = await this.#engine.blockAt('latest')
    if (hash === before.hash) throw 'error' in mined ? mined.error : rpcError(-32000, 'The transaction was not mined')
    try {
      this.#journal?.append({ seconds, raw, hash } satisfies JournalledBlock)
    } catch (error) {
      // The block exists here and not on the disk: whatever is answered from now on could be forgotten.
      this.#failed = new Error('The chain could not write its journal and has stopped', { cause: error })
      throw this.#failed
    }
    this.#lastSeconds = seconds
    if ('error' in mined) throw mined.error
    return mined.answer
  }

  /** Chain time never runs back, whatever the clock does. */
  async #setTime(): Promise<number> {
    const seconds = Math.max(Math.floor(this.#now().getTime() / 1000), this.#lastSeconds)
    await this.#engine.request('evm_setNextBlockTimestamp', [seconds])
    return seconds
  }
}

interface Engine {
  request(method: string, params: unknown[]): Promise<unknown>
  blockAt(tag: string): Promise<{ hash: Hex; seconds: number }>
  close(): Promise<void>
}

/** Hardhat's EVM. Loaded here and only when it is used: with RPC_URL the server runs without Hardhat. */
async function startEngine(chainId: number, initialDate: string): Promise<Engine> {
  const { createHardhatRuntimeEnvironment } = await import('hardhat/hre')
  const embedded: EdrNetworkUserConfig = {
    type: 'edr-simulated',
    chainType: 'l1',
    chainId,
    hardfork,
    initialDate,
    accounts: [],
    allowBlocksWithSameTimestamp: true,
    // A transaction that reverts is mined all the same; thrown as an error, it would be missing from the journal.
    throwOnTransactionFailures: false,
  }
  const root = resolve(import.meta.dirname, '../..')
  const environment = await createHardhatRuntimeEnvironment({ networks: { embedded } }, {}, root)
  const connection = await environment.network.create('embedded')
  const request = (method: string, params: unknown[]) => connection.provider.request({ method, params })
  return {
    request,
    async blockAt(tag) {
      const block = (await request('eth_getBlockByNumber', [tag, false])) as { hash: Hex; timestamp: Hex }
      return { hash: block.hash, seconds: Number(block.timestamp) }
    },
    close: () => connection.close(),
  }
}

function readGenesis(folder: string): Genesis | null {
  const path = join(folder, 'genesis.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Genesis) : null
}

function writeGenesis(folder: string, genesis: Genesis): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'genesis.json')
  // Renamed into place: a crash leaves either no genesis or a whole one.
  writeFileSync(`${path}.new`, `${JSON.stringify(genesis, null, 2)}\n`, { mode: 0o600, flush: true })
  renameSync(`${path}.new`, path)
}

function refuseOtherChain(folder: string, kept: Genesis, options: EmbeddedOptions): void {
  const wanted = [...options.senders].map((sender) => sender.toLowerCase())
  const same = kept.senders.length === wanted.length && kept.senders.every((one, i) => one.toLowerCase() === wanted[i])
  if (!same) {
    throw new Error(
      `The chain in ${folder} belongs to other keys than this installation's. Bring back the keys.json that was made ` +
        'with it, or move the whole data folder away to begin an empty installation.',
    )
  }
  if (kept.chainId !== options.chainId || kept.hardfork !== hardfork) {
    throw new Error(
      `The chain in ${folder} has id ${kept.chainId} and rules of ${kept.hardfork}; asked for are id ` +
        `${options.chainId} and ${hardfork}. Set the chain id back, or run the version that made it.`,
    )
  }
}

function otherEngine(folder: string | null, number: number, kept: Hex, found: Hex): Error {
  return new Error(
    `Block ${number} of the chain in ${folder} was ${kept}, and played again it is ${found}. Nothing was changed. ` +
      'Either blocks.jsonl was altered: bring back a copy of the data folder; or another version of the engine is ' +
      'installed: run `npm ci` to get the pinned one.',
  )
}

function rpcError(code: number, message: string): Error {
  return Object.assign(new Error(message), { code })
}
