import { type Hex, hexToBigInt, numberToHex } from 'viem'
import { finalityDepth } from '../network.ts'
import type { Answer, RpcFault } from '../rpc.ts'
import { type Fault, isOutside, outsideOf } from './fault.ts'
import { misbehaveFor } from './node.ts'

/** A node that has fallen behind: it knows nothing above an old block, and takes transactions all the same. */
export const staleHead: Fault = {
  name: 'rpcStaleHead',
  lane: 'chain',
  may: isOutside,
  seconds: 4,
  async inject(run, chance) {
    const { rpc, network } = outsideOf(run)
    const head = (await network.head()) - BigInt(chance.between(1, 2 * finalityDepth))
    return await misbehaveFor(rpc, upTo(head), chance.between(1000, 4000))
  },
}

const upTo = (head: bigint): RpcFault => {
  const tags: Record<string, Hex> = {
    latest: numberToHex(head),
    pending: numberToHex(head),
    finalized: numberToHex(head - BigInt(finalityDepth)),
  }
  return async ({ method, params }, forward) => {
    if (method === 'eth_blockNumber') return { result: numberToHex(head) }
    const isAboutNow = params.some((param) => String(param) in tags)
    const answer = await forward(isAboutNow ? params.map((param) => tags[String(param)] ?? param) : params)
    return method === 'eth_getTransactionReceipt' ? hidden(answer, head) : answer
  }
}

function hidden(answer: Answer, head: bigint): Answer {
  const receipt = 'result' in answer ? (answer.result as { blockNumber: Hex } | null) : null
  return receipt !== null && hexToBigInt(receipt.blockNumber) > head ? { result: null } : answer
}
