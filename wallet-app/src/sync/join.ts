import type { enrolWallet, joinTill } from '../../../protocol/api/people.ts'
import { call } from '../api/client.ts'
import { Refused } from '../api/refused.ts'
import { type Keys, keysOf } from '../keys/derive.ts'
import { joiningSeed, type SeedName, settleSeed } from '../keys/seed.ts'
import { type SignedMessage, signInMessage } from '../keys/siwe.ts'
import { refreshDirectory } from './directory.ts'
import { signInWith } from './session.ts'
import { makeHolders, stockSize } from './stock.ts'
import { startWallet } from './syncWallet.ts'
import { emptyWallet } from './walletStore.ts'

/** Makes this phone the wallet the worker's code was made for. Throws Refused: `code_not_valid`. */
export async function enrol(code: string): Promise<void> {
  await join('wallet', async (signed, keys) => {
    const stock = await makeHolders(keys, 0, stockSize)
    await call<typeof enrolWallet>('post', '/api/auth/wallet/enrol', { body: { ...signed, code, stock } })
  })
  await emptyWallet()
  await startWallet()
}

/** Makes this device a till of the merchant the code was made for. Throws Refused: `code_not_valid`. */
export async function joinAsTill(code: string): Promise<void> {
  await join('till', async (signed) => {
    await call<typeof joinTill>('post', '/api/auth/till/join', { body: { ...signed, code } })
  })
}

async function join(name: SeedName, send: (signed: SignedMessage, keys: Keys) => Promise<void>): Promise<void> {
  const { chain } = await refreshDirectory(true)
  const { seed, isNew } = await joiningSeed(name)
  const keys = keysOf(seed)
  if (isNew || !(await isKnown(name, seed))) await send(await signInMessage(keys.signIn, chain.chainId), keys)
  await settleSeed(name)
  await navigator.storage?.persist?.().catch(() => false)
}

/** The code of an earlier try may have worked although its answer was lost: then it is used up, and this seed is in. */
async function isKnown(name: SeedName, seed: Uint8Array): Promise<boolean> {
  try {
    await signInWith(name, seed)
    return true
  } catch (error) {
    if (error instanceof Refused && error.word === 'not_known') return false
    throw error
  }
}
