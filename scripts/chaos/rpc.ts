import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Call {
  id: number
  method: string
  params: unknown[]
}

export type Answer = { result: unknown } | { error: { code: number; message: string } }

/** What the door does instead of answering: cut the line, never answer, or an HTTP status. */
export type Instead = 'cut' | 'silence' | 500

/** Decides about one call; `forward` has the network do it. */
export type RpcFault = (call: Call, forward: (params?: unknown[]) => Promise<Answer>) => Promise<Answer | Instead>

/** The door between the servers and the network: it can misbehave as nodes and lines do, and counts what it did. */
export class Rpc {
  /** Null: everything goes through. */
  #fault: RpcFault | null = null
  #hits = 0
  readonly #network: string
  #turn: Promise<unknown> = Promise.resolve()
  readonly #server: Server

  private constructor(network: string) {
    this.#network = network
    this.#server = createServer((req, res) => {
      this.#serve(req, res).catch(() => req.socket.destroy())
    })
  }

  static async open(network: string): Promise<Rpc> {
    const rpc = new Rpc(network)
    await new Promise<void>((resolve) => rpc.#server.listen(0, '127.0.0.1', resolve))
    return rpc
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** How many calls were answered otherwise than the network would have, since the misbehaviour of now began. */
  get hits(): number {
    return this.#hits
  }

  /** Misbehaves for as long as `work` takes, one misbehaviour after the other. */
  async misbehave<T>(fault: RpcFault, work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(async () => {
      this.#fault = fault
      this.#hits = 0
      return await work().finally(() => {
        this.#fault = null
      })
    })
    this.#turn = turn.catch(() => {})
    return await turn
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    let text = ''
    for await (const part of req) text += part
    const { id, method, params = [] } = JSON.parse(text) as Call
    let real: Answer | null = null
    const forward = async (other = params) => {
      const answer = await ask(this.#network, method, other)
      if (other === params) real = answer
      return answer
    }
    const fault = this.#fault
    const answer = fault === null ? await forward() : await fault({ id, method, params }, forward)
    if (fault !== null && fault === this.#fault && answer !== real) this.#hits++
    if (answer === 'cut') req.socket.destroy()
    else if (answer === 500) res.writeHead(500).end('Internal Server Error')
    else if (answer !== 'silence') {
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
    }
  }
}

/** Asks a node, and answers its error as an answer. */
export async function ask(url: string, method: string, params: unknown[] = []): Promise<Answer> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return (await answer.json()) as Answer
}
