import { isFollowed } from './deployment.ts'
import type { Link } from './link.ts'
import { answerOf } from './rpcErrors.ts'

const everySeconds = 60

/**
 * Says in the log, as long as it is so, that the registry no longer tells our Vouchers what changes. A server does not start
 * so; one that runs goes on, for what is accepted must be posted, and the metric `registry_followed` is 0.
 *
 * @returns to be called whenever there is time: it asks the node once a minute.
 */
export function createFollowingWatch(link: Pick<Link, 'client' | 'contracts' | 'log'>): () => Promise<void> {
  let nextAt = 0
  return async () => {
    const now = performance.now()
    if (now < nextAt) return
    nextAt = now + everySeconds * 1000
    try {
      if (await isFollowed(link.client, link.contracts)) return
      const { merchantRegistry, vouchers } = link.contracts
      link.log.error(
        { merchantRegistry, vouchers },
        'The registry no longer tells the vouchers what changes: a suspended merchant would still be paid',
      )
    } catch (error) {
      link.log.warn({ answer: answerOf(error) }, 'The node did not say whether the vouchers follow the registry')
    }
  }
}
