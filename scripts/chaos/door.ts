import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Chance } from '../walkthrough/chance.ts'

/** What a server answered to a request, and when it was asked. */
export interface Answered {
  port: number
  method: string
  path: string
  status: number
  askedAt: number
}

/** After so long the caller is told that nobody knows. */
const patienceMilliseconds = 60_000

/**
 * What stands before the servers, as in any town: each request goes to the next server, and on to another when that one
 * takes no connections or says that it is not ready. What was sent and not answered is never sent again from here: only its
 * sender may do that.
 */
export class Door {
  /** How often, of one, an answer is lost on the way back, although the server has done what was asked. */
  lossRate = 0
  readonly #backends: number[] = []
  readonly #listeners = new Set<(answered: Answered) => void>()
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 })
  readonly #server: Server
  readonly #chance: Chance
  #turn = 0

  private constructor(chance: Chance) {
    this.#chance = chance
    this.#server = createServer((req, res) => void this.#serve(req, res))
  }

  /** `chance` says which answers are lost. */
  static async open(chance: Chance): Promise<Door> {
    const door = new Door(chance)
    await new Promise<void>((resolve) => door.#server.listen(0, '127.0.0.1', resolve))
    return door
  }

  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`
  }

  add(port: number): void {
    this.#backends.push(port)
  }

  /** The first answer that fits, from now on. */
  async next(fits: (answered: Answered) => boolean): Promise<Answered> {
    return await new Promise((resolve) => {
      const listener = (answered: Answered) => {
        if (!fits(answered)) return
        this.#listeners.delete(listener)
        resolve(answered)
      }
      this.#listeners.add(listener)
    })
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
    this.#agent.destroy()
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of req) chunks.push(chunk as Buffer)
    } catch {
      return
    }
    const body = Buffer.concat(chunks)
    const first = this.#turn++
    for (let tries = 0; tries < this.#backends.length; tries++) {
      const port = this.#backends[(first + tries) % this.#backends.length] ?? 0
      const isLast = tries === this.#backends.length - 1
      const outcome = await this.#forward(port, req, body, res, isLast)
      if (outcome === 'answered') return
      if (outcome === 'unknown') break
    }
    if (!res.headersSent) res.writeHead(502).end()
  }

  #forward(
    port: number,
    req: IncomingMessage,
    body: Buffer,
    res: ServerResponse,
    isLast: boolean,
  ): Promise<'answered' | 'closed' | 'unknown'> {
    const askedAt = Date.now()
    const { method = 'GET', url: path = '/', headers } = req
    return new Promise((resolve) => {
      const options = {
        host: '127.0.0.1',
        port,
        method,
        path,
        headers,
        agent: this.#agent,
        timeout: patienceMilliseconds,
      }
      const outgoing = request(options, (answer) => {
        const status = answer.statusCode ?? 500
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('error', () => resolve('unknown'))
        answer.on('end', () => {
          for (const listener of this.#listeners) listener({ port, method, path, status, askedAt })
          // It starts or ends, or lacks its database: maybe the other does not.
          if (status === 503 && !isLast) return resolve('closed')
          if (this.#chance.next() < this.lossRate) req.socket.destroy()
          else res.writeHead(status, answer.headers).end(Buffer.concat(parts))
          resolve('answered')
        })
      })
      outgoing.on('timeout', () => outgoing.destroy(new Error('No answer')))
      outgoing.on('error', (error: NodeJS.ErrnoException) =>
        resolve(error.code === 'ECONNREFUSED' ? 'closed' : 'unknown'),
      )
      outgoing.end(body)
    })
  }
}
