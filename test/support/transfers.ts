import { createPublicClient, custom, type Hex, type TransactionReceipt } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { type EmbeddedChain, openEmbeddedChain } from '../../server/chain/embedded.ts'

export const sender = privateKeyToAccount(`0x${'5a'.repeat(32)}`)

/** One transaction on a bare chain. `init` is the code of a contract to create: 0xfe reverts. */
export async function transferOn(chain: EmbeddedChain, nonce: number, init?: Hex): Promise<TransactionReceipt> {
  const client = createPublicClient({ transport: custom(chain), cacheTime: 0 })
  const raw = await sender.signTransaction({
    type: 'eip1559',
    chainId: await client.getChainId(),
    nonce,
    gas: 100_000n,
    maxFeePerGas: 10n ** 10n,
    maxPriorityFeePerGas: 0n,
    ...(init === undefined ? { to: sender.address, value: 1n } : { data: init }),
  })
  return await client.getTransactionReceipt({ hash: await client.sendRawTransaction({ serializedTransaction: raw }) })
}

/** As a program: works on the chain in a folder until it is killed, and tells each block once it was answered. */
if (import.meta.main) {
  const chain = await openEmbeddedChain({
    folder: process.argv[2] ?? '',
    chainId: 31_337,
    senders: [sender.address],
    now: () => new Date(),
  })
  const client = createPublicClient({ transport: custom(chain), cacheTime: 0 })
  for (let nonce = await client.getTransactionCount(sender); ; nonce++) {
    const { blockNumber, blockHash } = await transferOn(chain, nonce)
    console.log(`${blockNumber} ${blockHash}`)
  }
}
