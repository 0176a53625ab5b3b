import type { Chance } from '../../walkthrough/chance.ts'
import { pause } from '../../walkthrough/parallel.ts'
import type { Answer, Call, Instead, Rpc, RpcFault } from '../rpc.ts'
import { type Fault, isOutside, outsideOf } from './fault.ts'

const isSend = ({ method }: Call) => method === 'eth_sendRawTransaction'
const error = (code: number, message: string): Answer => ({ error: { code, message } })

/** A fault of the node or of the line to it, for a while. */
function ofNode(
  name: string,
  milliseconds: [least: number, most: number],
  faultFor: (chance: Chance) => RpcFault,
): Fault {
  return {
    name,
    lane: 'chain',
    may: isOutside,
    seconds: milliseconds[1] / 1000,
    async inject(run, chance) {
      const { rpc } = outsideOf(run)
      return await misbehaveFor(rpc, faultFor(chance), chance.between(...milliseconds))
    },
  }
}

const mostMillisecondsUntilHit = 10_000

/** So long, and longer while nobody has met it. False when nobody did. */
export async function misbehaveFor(rpc: Rpc, fault: RpcFault, milliseconds: number): Promise<boolean> {
  return await rpc.misbehave(fault, async () => {
    const until = Date.now() + mostMillisecondsUntilHit
    await pause(milliseconds)
    while (rpc.hits === 0 && Date.now() < until) await pause(50)
    return rpc.hits > 0
  })
}

/** Now and then what is asked, mostly what the node would have said: a line that fails always teaches nothing new. */
const often = (chance: Chance, fault: RpcFault): RpcFault => {
  return async (call, forward) => (chance.next() < 0.6 ? await fault(call, forward) : await forward())
}

/** Does what it is asked, and then says something else. */
const afterActing = (instead: Answer | Instead): RpcFault => {
  return async (_, forward) => {
    await forward()
    return instead
  }
}

export const rpcFaults: Fault[] = [
  ofNode('rpcRefusing', [500, 4000], () => async () => 'cut'),
  // Silence is as long as the caller's patience: only what is sent meets it, so that the rest of the run is not silent too.
  ofNode('rpcTimeoutAfterAccepting', [1500, 3000], () => async (call, forward) => {
    return isSend(call) ? await afterActing('silence')(call, forward) : await forward()
  }),
  ofNode('rpcCutAfterAccepting', [1000, 3000], (chance) => often(chance, afterActing('cut'))),
  ofNode('rpc500', [500, 3000], (chance) => often(chance, afterActing(500))),
  ofNode('rpcMinus32603', [500, 3000], (chance) => often(chance, afterActing(error(-32_603, 'Internal error')))),
  ofNode('rpcAlreadyKnown', [1500, 3000], () => async (call, forward) => {
    if (!isSend(call)) return await forward()
    await forward()
    return error(-32_000, 'already known')
  }),
  ofNode('rpcUnderpriced', [1500, 3000], () => async (call, forward) => {
    return isSend(call) ? error(-32_000, 'replacement transaction underpriced') : await forward()
  }),
]
