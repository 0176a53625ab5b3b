import { createWalletClient, http, parseGwei } from 'viem'
import type { Lane } from '../../../server/chain/outbox.ts'
import type { Chance } from '../../walkthrough/chance.ts'
import { pause } from '../../walkthrough/parallel.ts'
import type { RpcFault } from '../rpc.ts'
import { type Fault, isOutside, outsideOf, type Run } from './fault.ts'
import { isAcceptance } from './killed.ts'

const gasWei = 10n ** 27n
/** Those that send while a town is at work. */
const busy: readonly Lane[] = ['relayer', 'acceptor', 'finance', 'issuer']

const mostMilliseconds = 60_000

/** A sender has spent its last gas. It is topped up when its lane has met that, and when somebody has paid meanwhile. */
const outOfGas: Fault = {
  name: 'relayerOutOfGas',
  lane: 'chain',
  may: isOutside,
  seconds: 4,
  async inject(run, chance) {
    const { network, keys, rpc } = outsideOf(run)
    const { address } = keys[chance.oneOf(busy)]
    // What is sent while it is empty is seen here, and goes through as it is.
    let isMet = false
    const seen: RpcFault = async ({ method, params }, forward) => {
      const from = (params[0] as { from?: unknown } | undefined)?.from
      const isItsOwn = method === 'eth_estimateGas' && String(from).toLowerCase() === address.toLowerCase()
      isMet ||= isItsOwn
      return await forward()
    }
    const emptyAt = Date.now()
    await network.setBalance(address, 0n)
    const paid = run.door.next((answered) => answered.askedAt > emptyAt && isAcceptance(answered))
    await rpc.misbehave(seen, async () => {
      await pause(chance.between(1500, 4000))
      while (!isMet && Date.now() - emptyAt < mostMilliseconds / 4) await pause(50)
    })
    const hasPaid = await Promise.race([paid.then(() => true), pause(mostMilliseconds).then(() => false)])
    run.broken.must(hasPaid, 'While a sender had no gas, nobody could pay')
    await network.setBalance(address, gasWei)
    return isMet
  },
}

/** Somebody else has the same key and sends with it: a nonce that the town has counted on is taken. */
const twoRelayers: Fault = {
  name: 'twoRelayersOnOneLane',
  lane: 'chain',
  may: isOutside,
  seconds: 1,
  async inject(run, chance) {
    let sent = 0
    for (let times = 0; times < 3; times++) if (await sendAsAnother(run, chance.oneOf(busy))) sent++
    return sent > 0
  },
}

async function sendAsAnother(run: Run, lane: Lane): Promise<boolean> {
  const { network, keys, chainId } = outsideOf(run)
  const wallet = createWalletClient({ account: keys[lane], transport: http(network.url) })
  const dear = { maxFeePerGas: parseGwei('100'), maxPriorityFeePerGas: parseGwei('50'), gas: 21_000n }
  const call = { to: keys[lane].address, value: 0n, chain: null, chainId, ...dear }
  // Refused when the town has sent with this nonce in the same moment: then it was the faster one.
  return await wallet.sendTransaction(call).then(
    () => true,
    () => false,
  )
}

/** A server that works stands still for seconds and then goes on as if nothing had happened, while others took over. */
const stalled: Fault = {
  name: 'relayerStalled',
  lane: 'machines',
  may: isOutside,
  seconds: 5,
  async inject({ workers }: Run, chance: Chance) {
    const worker = chance.oneOf(workers)
    worker.signal('SIGSTOP')
    await pause(chance.between(1000, 5000))
    worker.signal('SIGCONT')
  },
}

export const laneFaults: Fault[] = [outOfGas, twoRelayers, stalled]
