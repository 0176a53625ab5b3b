import type { Address, Hex, PublicClient } from 'viem'
import { abis } from '../chain/abis.ts'

/** A head of the log that is final on chain. */
export interface Anchor {
  number: number
  head: Hex
  block: bigint
}

/** Nodes limit how many blocks one question may span, each in its own way: what is refused is asked again in halves. */
const mostBlocks = 50_000n
const leastBlocks = 2n

/**
 * Every final anchor of the contract, the first one first. Reads backwards until it has as many as the contract counts, so
 * that nothing in the database says where to look.
 *
 * @throws when the node fails, or does not give all of them.
 */
export async function readAnchors(client: PublicClient, address: Address): Promise<Anchor[]> {
  const { number: finalized } = await client.getBlock({ blockTag: 'finalized' })
  const abi = abis.auditAnchor
  const count = await client.readContract({ address, abi, functionName: 'anchorCount', blockNumber: finalized })
  const found = new Map<number, Anchor>()
  let span = mostBlocks
  for (let to = finalized; to >= 0n && found.size < Number(count); ) {
    const from = to < span ? 0n : to - span + 1n
    const logs = await client
      .getContractEvents({ address, abi, eventName: 'Anchored', fromBlock: from, toBlock: to, strict: true })
      .catch((error: unknown) => {
        if (span <= leastBlocks) throw error
        return null
      })
    if (logs === null) {
      span /= 2n
      continue
    }
    for (const { args, blockNumber } of logs) {
      found.set(Number(args.number), { number: Number(args.number), head: args.head, block: blockNumber })
    }
    to = from - 1n
  }
  const anchors = [...found.values()].sort((one, other) => one.number - other.number)
  const isWhole = anchors.length === Number(count) && anchors.every(({ number }, place) => number === place + 1)
  if (!isWhole)
    throw new Error(`The node gave ${anchors.length} of the ${count} anchors of ${address}: ask another node`)
  return anchors
}
