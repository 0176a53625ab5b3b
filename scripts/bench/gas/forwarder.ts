import { type Address, type Hex, hashTypedData } from 'viem'
import type { Deployed, Evm } from './evm.ts'
import { addressOf, signDigest } from './signing.ts'

const types = {
  ForwardRequest: [
    { name: 'from', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'gas', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint48' },
    { name: 'data', type: 'bytes' },
  ],
} as const

/** Enough for any transfer measured here, to a payee who has nothing yet. */
const gasOfACall = 100_000n
const deadline = Date.parse('2028-01-01T00:00:00Z') / 1000

/** What a holder wants done, by the words of the holder's key. */
export interface Wish {
  from: string
  to: Address
  data: Hex
}

/** OpenZeppelin's ERC2771Forwarder: the holder signs, the relayer pays. One signature a payment, nonces one by one. */
export interface Forwarder {
  address: Address
  /**
   * `execute` for one, `executeBatch` for more; the gas of the whole transaction. Throws for a request that is not valid. A
   * batch goes on past a call that fails: only what the payees hold shows it.
   */
  carry(wishes: readonly Wish[]): Promise<number>
}

export async function openForwarder(evm: Evm): Promise<Forwarder> {
  const forwarder: Deployed = await evm.deploy('PeerForwarder')
  const domain = { name: 'Peer', version: '1', chainId: evm.chainId, verifyingContract: forwarder.address }
  const nonces = new Map<string, bigint>()

  async function requestOf({ from: words, to, data }: Wish) {
    const nonce = nonces.get(words) ?? 0n
    nonces.set(words, nonce + 1n)
    const message = { from: addressOf(words), to, value: 0n, gas: gasOfACall, nonce, deadline, data }
    const digest = hashTypedData({ domain, types, primaryType: 'ForwardRequest', message })
    const { nonce: _, ...request } = message
    return { ...request, signature: await signDigest(words, digest) }
  }

  return {
    address: forwarder.address,
    async carry(wishes) {
      const requests = []
      for (const wish of wishes) requests.push(await requestOf(wish))
      if (requests.length === 1) return await forwarder.send('relayer', 'execute', requests)
      // Without an address for refunds, a request that is not valid makes the whole batch revert.
      return await forwarder.send('relayer', 'executeBatch', [requests, `0x${'00'.repeat(20)}`])
    },
  }
}
