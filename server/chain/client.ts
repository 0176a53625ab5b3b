import { createPublicClient, custom, http, type PublicClient } from 'viem'
import type { EmbeddedChain } from './embedded.ts'

const timeoutMilliseconds = 10_000

/** Reads any EVM network. No answer is kept: what was true a second ago is not what money is decided by. */
export function clientOn(place: { rpcUrl: string } | { embedded: EmbeddedChain }): PublicClient {
  const isEmbedded = 'embedded' in place
  return createPublicClient({
    transport: isEmbedded
      ? custom(place.embedded, { retryCount: 0 })
      : http(place.rpcUrl, { timeout: timeoutMilliseconds, retryCount: 1 }),
    cacheTime: 0,
    pollingInterval: isEmbedded ? 10 : 1000,
  })
}
