import type { Endpoint } from '../../../protocol/api/endpoint.ts'
import type { signInTill, signInWallet } from '../../../protocol/api/people.ts'
import { type Answer, call, type Input } from '../api/client.ts'
import { Refused } from '../api/refused.ts'
import { readSeed, type SeedName } from '../keys/seed.ts'
import { refreshDirectory } from './directory.ts'

export type Session = Answer<typeof signInWallet>

/** Signs in with a device's key. Throws Refused: `not_known` when another device has its place. */
export async function signInWith(name: SeedName, seed: Uint8Array): Promise<Session> {
  const [{ keysOf }, { signInMessage }] = await Promise.all([import('../keys/derive.ts'), import('../keys/siwe.ts')])
  const { chain } = await refreshDirectory()
  const body = await signInMessage(keysOf(seed).signIn, chain.chainId)
  return name === 'wallet'
    ? await call<typeof signInWallet>('post', '/api/auth/wallet/sign-in', { body })
    : await call<typeof signInTill>('post', '/api/auth/till/sign-in', { body })
}

async function signIn(name: SeedName): Promise<void> {
  const seed = await readSeed(name)
  if (seed === null) throw new Refused('not_signed_in')
  await signInWith(name, seed)
}

/** As `call`, and signs in again when the session has ended. */
export async function callAs<E extends Endpoint>(
  name: SeedName,
  method: E['method'],
  path: E['path'],
  input: Input<E>,
): Promise<Answer<E>> {
  try {
    return await call<E>(method, path, input)
  } catch (error) {
    if (!(error instanceof Refused) || error.word !== 'not_signed_in') throw error
    await signIn(name)
    return await call<E>(method, path, input)
  }
}
