import { type Hex, hexToNumber, numberToHex } from 'viem'
import type { Network } from './network.ts'
import type { World } from './world.ts'

interface Call {
  id: number
  method: string
  params?: unknown[]
}

type Answer = { result: unknown } | { error: { code: number; message: string; data?: unknown } }

/** What a node may make of one call. Where it has done it first (`after`), whoever asked cannot know. */
export const misdeeds = [
  'refused',
  'lost before',
  'lost after',
  '500 before',
  '500 after',
  '-32603 before',
  '-32603 after',
  'already known',
  'underpriced before',
  'underpriced after',
  'nonce too low after',
  'late',
  'stale head',
] as const
export type Misdeed = (typeof misdeeds)[number]

/** The door between the servers and the network, as `fetch` sees it. */
export class Node {
  /** Decides about one call; null lets it through. */
  misdeed: (method: string) => Misdeed | null = () => null
  isDown = false
  /** How many blocks a stale head is behind, and how late a late answer is. */
  staleBlocks = 2
  lateMilliseconds = 4000
  readonly counts = new Map<Misdeed, number>()
  readonly #world: World
  readonly #network: Network

  constructor(world: World, network: Network) {
    this.#world = world
    this.#network = network
  }

  install(): void {
    Object.assign(globalThis, {
      fetch: (_url: string, init: { body: string; signal?: AbortSignal | null }) =>
        this.#fetch(JSON.parse(init.body) as Call, init.signal ?? null),
    })
  }

  /** As a good node answers, for whoever looks on from outside. */
  async request(method: string, params: unknown[] = []): Promise<unknown> {
    return await this.#world.ask(`outside ${method}`, () => this.#forward(method, params, 0))
  }

  async #fetch(call: Call, signal: AbortSignal | null): Promise<Pick<Response, 'ok' | 'status' | 'headers' | 'text'>> {
    const label = `rpc ${call.method} ${JSON.stringify(call.params)}`
    const { answer, misdeed } = await this.#world.ask(label, () => this.#answer(call))
    if (misdeed !== null) this.#counts(misdeed)
    if (answer === 'refused') throw new TypeError('fetch failed')
    if (answer === 'nothing') return await silence(signal)
    if (misdeed === 'late') await this.#world.clock.wait(this.lateMilliseconds, undefined, signal ?? undefined)
    if (signal?.aborted) throw signal.reason
    const text = answer === 500 ? 'Internal Server Error' : JSON.stringify({ jsonrpc: '2.0', id: call.id, ...answer })
    const headers = new Headers({ 'content-type': answer === 500 ? 'text/html' : 'application/json' })
    return { ok: answer !== 500, status: answer === 500 ? 500 : 200, headers, text: async () => text }
  }

  #counts(misdeed: Misdeed): void {
    this.counts.set(misdeed, (this.counts.get(misdeed) ?? 0) + 1)
  }

  async #answer({ method, params = [] }: Call): Promise<{
    answer: Answer | 'refused' | 'nothing' | 500
    misdeed: Misdeed | null
  }> {
    if (this.isDown) return { answer: 'refused', misdeed: null }
    const misdeed = this.misdeed(method)
    const behind = misdeed === 'stale head' ? this.staleBlocks : 0
    const isDone = misdeed === null || /after$|^late$|^already|^stale/.test(misdeed)
    const answer: Answer = isDone
      ? await this.#forward(method, params, behind).then(
          (result) => ({ result }),
          (error: unknown) => ({ error: errorOf(error) }),
        )
      : { error: { code: -32_000, message: 'not done' } }
    return { answer: misdeed === null ? answer : instead(misdeed, answer), misdeed }
  }

  /** As if the chain ended so many blocks earlier. */
  async #forward(method: string, params: unknown[], behind: number): Promise<unknown> {
    const network = this.#network
    const head = Math.max(network.finalAt(network.head), network.head - behind)
    const numberOf = (tag: unknown) => {
      if (tag === 'finalized' || tag === 'safe') return numberToHex(network.finalAt(head))
      return behind > 0 && (tag === 'latest' || tag === 'pending') ? numberToHex(head) : tag
    }
    if (method === 'eth_blockNumber') return numberToHex(head)
    const found = await network.request(method, params.map(numberOf))
    if (method !== 'eth_getTransactionReceipt' || found === null) return found
    return hexToNumber((found as { blockNumber: Hex }).blockNumber) > head ? null : found
  }
}

function instead(misdeed: Misdeed, answer: Answer): Answer | 'refused' | 'nothing' | 500 {
  if (misdeed === 'refused') return 'refused'
  if (misdeed.startsWith('lost')) return 'nothing'
  if (misdeed.startsWith('500')) return 500
  if (misdeed.startsWith('-32603')) return { error: { code: -32_603, message: 'Internal error' } }
  if (misdeed === 'already known') return { error: { code: -32_000, message: 'already known' } }
  if (misdeed.startsWith('underpriced')) {
    return { error: { code: -32_000, message: 'replacement transaction underpriced' } }
  }
  return misdeed.startsWith('nonce') ? { error: { code: -32_000, message: 'nonce too low' } } : answer
}

function errorOf(error: unknown): { code: number; message: string; data?: unknown } {
  const { code = -32_603, message, data } = error as { code?: number; message: string; data?: unknown }
  return { code, message, data }
}

/** Until whoever asked has waited long enough. */
function silence(signal: AbortSignal | null): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** What each kind of call may meet: a node that says "already known" to a question is none of this world. */
export function possible(method: string): readonly Misdeed[] {
  const isSending = method === 'eth_sendRawTransaction'
  const ofSending = /already known|underpriced|nonce too low/
  return misdeeds.filter((misdeed) =>
    ofSending.test(misdeed) ? isSending : isSending ? misdeed !== 'stale head' : true,
  )
}
