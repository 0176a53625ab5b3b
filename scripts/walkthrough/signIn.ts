import type { Hex, LocalAccount } from 'viem'
import { createSiweMessage } from 'viem/siwe'
import type { z } from 'zod'
import { type chainFacts, getNonce } from '../../protocol/api/people.ts'
import { signInStatement } from '../../protocol/signIn.ts'
import type { Partner } from './partner.ts'

export type ChainFacts = z.output<typeof chainFacts>

/** A signed EIP-4361 message with a fresh nonce: what enrolling, joining and signing in ask of a key. */
export async function signedIn(
  partner: Partner,
  chainId: number,
  account: LocalAccount,
): Promise<{ message: string; signature: Hex }> {
  const { nonce } = await partner.call(getNonce)
  const { host, origin } = new URL(partner.origin)
  const message = createSiweMessage({
    address: account.address,
    chainId,
    domain: host,
    nonce,
    statement: signInStatement,
    uri: origin,
    version: '1',
  })
  return { message, signature: await account.signMessage({ message }) }
}
