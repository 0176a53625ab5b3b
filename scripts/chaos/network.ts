import { join, resolve } from 'node:path'
import { type Address, type Hex, numberToHex } from 'viem'
import { freePort } from '../../test/support/postgres.ts'
import { waitFor } from '../walkthrough/parallel.ts'
import { Child } from './child.ts'
import { type Answer, ask } from './rpc.ts'

const root = resolve(import.meta.dirname, '../..')
/** As deep as the deepest reorganisation: a block is final when no fault of ours can take it back. */
export const finalityDepth = 64

/** The network in its own process, and what only its master may do to it. */
export class Network {
  readonly url: string
  readonly #child: Child

  private constructor(url: string, child: Child) {
    this.url = url
    this.#child = child
  }

  static async start(folder: string, chainId: number, senders: readonly Address[]): Promise<Network> {
    const port = await freePort()
    const args = [join(root, 'scripts/chaos/evm.ts'), String(port), String(chainId), ...senders]
    const child = new Child(process.execPath, args, {
      cwd: root,
      env: process.env,
      logFile: join(folder, 'network.log'),
    })
    const network = new Network(`http://127.0.0.1:${port}`, child)
    await waitFor('the network', 60, async () => {
      if (!child.isRunning) throw new Error(`The network ended; its log is in ${folder}`)
      return await ask(network.url, 'eth_chainId').catch(() => null)
    })
    return network
  }

  /** How many blocks must stand on a block before it is final. */
  async setFinality(depth: number): Promise<void> {
    await this.#order('chaos_finality', depth)
  }

  /**
   * Takes so many blocks back, if there is a transaction in them; answers how many blocks there were, and how many
   * transactions are in no block any more.
   */
  async reorg(depth: number, seed: number): Promise<{ depth: number; dropped: number }> {
    return (await this.#order('chaos_reorg', depth, seed)) as { depth: number; dropped: number }
  }

  async setBalance(address: Address, wei: bigint): Promise<void> {
    await this.#order('chaos_balance', address, numberToHex(wei))
  }

  async head(): Promise<bigint> {
    return BigInt((await this.#order('eth_blockNumber')) as Hex)
  }

  async stop(): Promise<void> {
    await this.#child.end('SIGKILL')
  }

  async #order(method: string, ...params: unknown[]): Promise<unknown> {
    return resultOf(await ask(this.url, method, params))
  }
}

function resultOf(answer: Answer): unknown {
  if ('error' in answer) throw new Error(answer.error.message)
  return answer.result
}
