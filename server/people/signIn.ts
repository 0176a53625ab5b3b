import { randomBytes } from 'node:crypto'
import { SiweMessage } from 'siwe'
import { type Address, type Hex, recoverMessageAddress } from 'viem'
import { nonceSeconds, signInStatement } from '../../protocol/signIn.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import { burnNonce, insertNonce } from './people.store.ts'

/** A nonce for one sign-in; EIP-4361 allows letters and digits only. */
export async function newNonce(deps: Deps): Promise<{ nonce: string; expiresAt: Date }> {
  const now = deps.now()
  const nonce = randomBytes(16).toString('hex')
  const expiresAt = new Date(now.getTime() + nonceSeconds * 1000)
  await insertNonce(deps.db, nonce, expiresAt)
  return { nonce, expiresAt }
}

/**
 * The address that signed an EIP-4361 message for this server. The nonce is used up whatever comes out.
 * Refuses `nonce_not_valid` and `signature_not_valid`.
 */
export async function signerOf(deps: Deps, message: string, signature: Hex): Promise<Address> {
  const siwe = parse(message)
  // Committed on its own: a request that fails later must not give its nonce back.
  if (!(await burnNonce(deps.db, siwe.nonce, deps.now()))) throw new Refused('nonce_not_valid')

  const { origin } = deps.config
  const isForUs =
    siwe.domain === new URL(origin).host &&
    siwe.uri === origin &&
    siwe.chainId === deps.chain.chainId &&
    siwe.statement === signInStatement
  if (!isForUs) throw new Refused('signature_not_valid')

  // siwe writes a stack to the console for bytes that are no signature: those do not get that far.
  const signer = await recoverMessageAddress({ message, signature }).catch(() => null)
  if (signer !== siwe.address) throw new Refused('signature_not_valid')
  const time = deps.now().toISOString()
  // siwe rejects with a plain object, not an Error, unless it is told not to.
  const verified = await siwe
    .verify({ signature, domain: siwe.domain, nonce: siwe.nonce, time }, { suppressExceptions: true })
    .catch(() => ({ success: false }))
  if (!verified.success) throw new Refused('signature_not_valid')
  return siwe.address.toLowerCase() as Address
}

function parse(message: string): SiweMessage {
  try {
    return new SiweMessage(message)
  } catch {
    throw new Refused('signature_not_valid')
  }
}
