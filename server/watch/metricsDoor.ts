import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'

export interface MetricsDoor {
  url: string
  close(): Promise<void>
}

/**
 * The figures, in the text format of Prometheus, on a port of their own. Not a path of the public port: what a proxy hands
 * on by one wrong line would tell the world how many children paid today.
 */
export async function openMetricsDoor(
  { host, port }: { host: string; port: number },
  registry: Registry,
  measure: () => Promise<void>,
): Promise<MetricsDoor> {
  const server = createServer((req, res) => {
    if (req.method !== 'GET' || req.url !== '/metrics') {
      res.writeHead(404).end()
      return
    }
    const tell = async () => {
      await measure()
      res.writeHead(200, { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' })
      res.end(await registry.metrics())
    }
    tell().catch(() => res.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}/metrics`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
