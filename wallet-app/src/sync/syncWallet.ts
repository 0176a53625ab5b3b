import type { getWallet, giveUp } from '../../../protocol/api/wallet.ts'
import type { Answer } from '../api/client.ts'
import { isUnknown, Refused } from '../api/refused.ts'
import { offerToJson } from '../api/wire.ts'
import { readSeed } from '../keys/seed.ts'
import { refreshDirectory } from './directory.ts'
import { callAs } from './session.ts'
import { facts, offers, openWallet, phase, serverNow } from './walletState.ts'
import { type KeptOffer, type WalletAnswer, walletDb } from './walletStore.ts'

/**
 * So long may a till still send an offer: of one scan a quarter of an hour, of two while its charge is open. One minute
 * more for slow clocks. Not imported from `protocol/charge.ts`, which would bring signing code to the first screen.
 */
export const oneScanMs = 16 * 60_000
export const twoScanMs = 6 * 60_000

/** One sync at a time, over all open pages of this wallet. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request('lompakko-sync', work) : work()
}

/**
 * Tells the server what it has not heard, hears what is so, and fills the stock. Throws Refused; what was known before
 * stays on the screen.
 */
export async function syncWallet(): Promise<void> {
  if (phase.peek() === 'none') return
  await alone(async () => {
    try {
      await sendGivenUp()
      const answer = await read()
      await Promise.all([refill(answer), refreshDirectory()])
    } catch (error) {
      if (error instanceof Refused && error.word === 'not_known') phase.value = 'replaced'
      throw error
    }
  })
}

/** Only what is so: while a code is on the screen. */
export async function readWallet(): Promise<void> {
  await alone(read)
}

async function read(): Promise<WalletAnswer> {
  const askedAt = Date.now()
  const answer = await callAs<typeof getWallet>('wallet', 'get', '/api/wallet', {})
  await keepAnswer(answer, new Date(answer.serverTime).getTime() - (askedAt + Date.now()) / 2)
  return answer
}

/** Keeps what the server said, and drops the offers whose end it tells. */
async function keepAnswer(answer: WalletAnswer, aheadMs: number): Promise<void> {
  const db = await walletDb()
  await db.put('facts', { answer, readAt: Date.now(), aheadMs }, 'facts')
  for (const kept of await db.getAll('offers')) {
    if (hasEnded(kept, answer)) await db.delete('offers', kept.offer.opening.nonce)
  }
  await openWallet()
}

function hasEnded(kept: KeptOffer, answer: WalletAnswer): boolean {
  const { nonce } = kept.offer.opening
  if (answer.payments.some(({ receipt }) => receipt.nonce === nonce)) return true
  const open = new Set(answer.vouchers.flatMap(({ notes }) => notes.map(({ id }) => id)))
  if (kept.offer.notes.some(({ noteId }) => !open.has(noteId))) return true
  return kept.state === 'open' && serverNow() - kept.madeAt > (kept.charge ? twoScanMs : oneScanMs)
}

async function sendGivenUp(): Promise<void> {
  for (const kept of offers.peek()) if (kept.state === 'givenUp') await sendGiveUp(kept)
}

export type GaveUp = Answer<typeof giveUp>['state']

/** Kills a charge that was not shown as paid, and forgets the offer when the server knows. Throws Refused. */
export async function sendGiveUp(kept: KeptOffer): Promise<GaveUp> {
  const { nonce } = kept.offer.opening
  let state: GaveUp = 'cancelled'
  try {
    const body = { nonce, offer: offerToJson(kept.offer) }
    state = (await callAs<typeof giveUp>('wallet', 'post', '/api/wallet/payments/give-up', { body })).state
  } catch (error) {
    // Its notes are gone or its keys are: then it cannot be paid with either.
    if (isUnknown(error) || !(error instanceof Refused) || error.word === 'not_known') throw error
  }
  await (await walletDb()).delete('offers', nonce)
  offers.value = await (await walletDb()).getAll('offers')
  return state
}

async function refill(answer: WalletAnswer): Promise<void> {
  const { refillStock, stockSize } = await import('./stock.ts')
  if (answer.stock.left >= stockSize) return
  const seed = await readSeed('wallet')
  if (seed === null) return
  const { keysOf } = await import('../keys/derive.ts')
  const hadWaiting = answer.vouchers.some(({ notes }) => notes.some(({ holder }) => holder === null))
  if ((await refillStock(keysOf(seed), answer.stock)) && hadWaiting) await read()
  else await openWallet()
}

/** Opens what is kept; then hears what is new, in the background. */
export async function startWallet(): Promise<void> {
  const seed = await readSeed('wallet')
  if (seed !== null) await openWallet()
  phase.value = seed === null ? 'none' : 'ready'
}

/** True when nothing was heard yet, so that an empty list is not shown as the truth. */
export function isFirstTime(): boolean {
  return facts.value === null
}
