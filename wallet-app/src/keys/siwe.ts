import { getAddress, type Hex, hashMessage } from 'viem'
import { sign } from 'viem/accounts'
import { createSiweMessage } from 'viem/siwe'
import type { getNonce } from '../../../protocol/api/people.ts'
import { signInStatement } from '../../../protocol/signIn.ts'
import { call } from '../api/client.ts'
import { addressOf } from './derive.ts'

export interface SignedMessage {
  message: string
  signature: Hex
}

/** A signed EIP-4361 message with a nonce of the server. Throws Refused. */
export async function signInMessage(privateKey: Hex, chainId: number): Promise<SignedMessage> {
  const { nonce } = await call<typeof getNonce>('post', '/api/auth/nonce', {})
  const message = createSiweMessage({
    address: getAddress(addressOf(privateKey)),
    chainId,
    domain: location.host,
    uri: location.origin,
    nonce,
    statement: signInStatement,
    version: '1',
    issuedAt: new Date(),
  })
  return { message, signature: await sign({ hash: hashMessage(message), privateKey, to: 'hex' }) }
}
