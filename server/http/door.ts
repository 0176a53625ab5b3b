import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { problemOf } from './problem.ts'
import { Refused } from './refused.ts'

/** Where requests come in, from the first moment of a process to its last. */
export interface Door {
  port: number
  /** From now on `handler` answers. */
  open(handler: RequestListener): void
  /** Ready no more, so that a proxy sends its callers elsewhere; everything is still answered. */
  leave(): void
  /** Refuses what is new and resolves when the rest is answered; what is not after so long is cut off. */
  empty(milliseconds: number): Promise<void>
  close(): Promise<void>
}

/** Longer than a proxy keeps a connection that nobody uses: else it sends a request down one that is just being closed. */
const idleMilliseconds = 75_000

/**
 * Listens at once: until `open`, and after `empty`, it tells that the process lives and answers everything else with 503
 * `unavailable`, which phones and tills take for unknown and try again.
 */
export async function openDoor({ host, port }: { host: string; port: number }): Promise<Door> {
  const under = new Set<ServerResponse>()
  let handler: RequestListener | null = null
  let isLeaving = false

  const server = createServer({ keepAliveTimeout: idleMilliseconds }, (req, res) => {
    under.add(res)
    res.once('close', () => under.delete(res))
    if (isLeaving) res.setHeader('Connection', 'close')
    if (handler === null || (isLeaving && isPath(req, '/health/ready'))) answerAlone(req, res)
    else handler(req, res)
  })
  await listen(server, host, port)

  return {
    port: (server.address() as AddressInfo).port,
    open(given) {
      handler = given
    },
    leave() {
      isLeaving = true
    },
    async empty(milliseconds) {
      isLeaving = true
      handler = null
      const answered = [...under].map((res) => new Promise((resolve) => res.once('close', resolve)))
      const impatient = setTimeout(() => server.closeAllConnections(), milliseconds)
      await Promise.all(answered)
      clearTimeout(impatient)
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
}

function isPath(req: IncomingMessage, path: string): boolean {
  return req.url?.split('?')[0] === path
}

function answerAlone(req: IncomingMessage, res: ServerResponse): void {
  const headers = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }
  if (isPath(req, '/health/live')) {
    res.writeHead(200, { ...headers, 'Content-Type': 'application/json' }).end('{"live":true}')
    return
  }
  const problem = problemOf(new Refused('unavailable'))
  res
    .writeHead(problem.status, { ...headers, 'Content-Type': 'application/problem+json', 'Retry-After': '1' })
    .end(JSON.stringify(problem))
}
