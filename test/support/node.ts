import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Address, type EIP1193RequestFn, numberToHex } from 'viem'
import { openEmbeddedChain } from '../../server/chain/embedded.ts'

/** What the node does with a call instead of answering: nothing, an HTTP status, or cutting the line after it acted. */
export type NodeFault = 'none' | 'status 500' | 'cut after acting'

export interface TestNode {
  url: string
  /** `fault` is asked for each call. `finalized`: the block that counts as final; null for the latest. */
  node: { fault: (method: string) => NodeFault; finalized: bigint | null }
  /** As the chain is, past every fault. */
  request: EIP1193RequestFn
  close(): Promise<void>
}

interface Call {
  id: number
  method: string
  params?: unknown[]
}

/** A network of its own behind HTTP, as RPC_URL names it: a real chain, and a door that can fail. */
export async function testNode(chainId: number, senders: readonly Address[]): Promise<TestNode> {
  const chain = await openEmbeddedChain({ folder: null, chainId, senders, now: () => new Date() })
  const node: TestNode['node'] = { fault: () => 'none', finalized: null }

  const answer = async ({ id, method, params }: Call) => {
    try {
      const final = node.finalized === null ? 'finalized' : numberToHex(node.finalized)
      const asked = params?.map((param) => (param === 'finalized' ? final : param))
      return { jsonrpc: '2.0', id, result: await chain.request({ method: method as never, params: asked as never }) }
    } catch (error) {
      const { code, message, data } = error as { code?: number; message: string; data?: unknown }
      return { jsonrpc: '2.0', id, error: { code: code ?? -32_603, message, data } }
    }
  }
  const serve = async (req: IncomingMessage, res: ServerResponse) => {
    let text = ''
    for await (const part of req) text += part
    const call = JSON.parse(text) as Call
    const fault = node.fault(call.method)
    if (fault === 'status 500') return res.writeHead(500).end('Internal Server Error')
    const answered = await answer(call)
    if (fault === 'cut after acting') return req.socket.destroy()
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answered))
  }

  const server = createServer((req, res) => {
    serve(req, res).catch(() => req.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    node,
    request: chain.request,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await chain.close()
    },
  }
}
