import { signal } from '@preact/signals'
import type { Hex } from 'viem'
import type { getSession } from '../../../protocol/api/people.ts'
import type { cancelCharge, getDay, listProofs, reportAhead } from '../../../protocol/api/till.ts'
import { call } from '../api/client.ts'
import { isUnknown, Refused } from '../api/refused.ts'
import { readSeed } from '../keys/seed.ts'
import { refreshDirectory } from '../sync/directory.ts'
import { callAs, signInWith } from '../sync/session.ts'
import { isoDay } from '../text/format.ts'
import { type KeptCharge, type KeptReceipt, keepCharge, keptForMs, type TillFacts, tillDb } from './tillStore.ts'

export type Phase = 'starting' | 'none' | 'ready' | 'stopped'

export const phase = signal<Phase>('starting')
export const till = signal<TillFacts | null>(null)
/** Cancels the server has not heard. */
export const waitingCancels = signal(0)

const proofsEveryMs = 60 * 60_000
/** The server reads no more at once; the next sync tells the rest. */
const mostInAReport = 500
let proofsAt = 0

/** Opens from what is kept, so that a till without network starts too. `shown` is the charge on the screen, if any. */
export async function startTill(shown: Hex | null): Promise<void> {
  const [seed, kept] = await Promise.all([readSeed('till'), (await tillDb()).get('facts', 'facts')])
  till.value = kept ?? null
  await tidy(shown)
  await countCancels()
  if (seed !== null && kept) phase.value = 'ready'
  else if (seed !== null) await learnWhoIAm(seed)
  else phase.value = 'none'
}

/** A charge that was left on the screen when the device went off is nobody's: what was accepted unseen is undone. */
async function tidy(shown: Hex | null): Promise<void> {
  const write = (await tillDb()).transaction(['charges', 'receipts'], 'readwrite')
  for await (const cursor of write.objectStore('charges')) {
    const kept = cursor.value
    if (kept.charge.askedAt * 1000 < Date.now() - keptForMs) await cursor.delete()
    else if (kept.state === 'open' && kept.charge.nonce !== shown) await cursor.update({ ...kept, state: 'cancelled' })
  }
  for await (const cursor of write.objectStore('receipts')) {
    if (cursor.value.at < Date.now() - keptForMs) await cursor.delete()
  }
  await write.done
}

/** Throws Refused. */
export async function learnWhoIAm(seed: Uint8Array): Promise<void> {
  const { session } = await call<typeof getSession>('get', '/api/auth/session/:actor', { params: { actor: 'till' } })
  const known = session ?? (await signInWith('till', seed))
  if (known.till === null || known.merchant === null) throw new Refused('not_known')
  const facts = { till: known.till, merchant: known.merchant }
  await (await tillDb()).put('facts', facts, 'facts')
  till.value = facts
  phase.value = 'ready'
}

/** Tells the server what it has not heard, and keeps what proves this till's payments. Throws Refused. */
export async function syncTill(): Promise<void> {
  if (phase.peek() !== 'ready') return
  try {
    await refreshDirectory()
    await sendCancels()
    await sendReports()
    await completeReceipts()
    if (Date.now() - proofsAt > proofsEveryMs) await fetchProofs()
  } catch (error) {
    if (error instanceof Refused && (error.word === 'till_stopped' || error.word === 'not_known'))
      phase.value = 'stopped'
    throw error
  }
}

/**
 * A cancelled charge can no longer be paid, and what was accepted for it unseen is undone. When the network is away, the
 * server is told later. What made this till green stays.
 */
export async function cancel({ charge: { nonce } }: Pick<KeptCharge, 'charge'>): Promise<void> {
  const kept = await (await tillDb()).get('charges', nonce)
  if (kept?.state !== 'open') return
  await keepCharge({ ...kept, state: 'cancelled', isSettled: false })
  await countCancels()
  await sendCancels().catch(() => {})
}

async function unsettled(): Promise<KeptCharge[]> {
  const all = await (await tillDb()).getAll('charges')
  return all.filter(({ state, isSettled }) => state === 'cancelled' && !isSettled)
}

async function countCancels(): Promise<void> {
  waitingCancels.value = (await unsettled()).length
}

async function sendCancels(): Promise<void> {
  for (const kept of await unsettled()) {
    try {
      const params = { nonce: kept.charge.nonce }
      await callAs<typeof cancelCharge>('till', 'post', '/api/till/charges/:nonce/cancel', { params, body: {} })
    } catch (error) {
      // A charge the server never heard of cannot be paid by anyone but this device.
      if (isUnknown(error) || !(error instanceof Refused) || error.word === 'not_signed_in') throw error
    }
    await keepCharge({ ...kept, isSettled: true })
  }
  await countCancels()
}

async function sendReports(): Promise<void> {
  const db = await tillDb()
  const all = await db.getAll('receipts')
  const told = all.filter(({ ahead, isReported }) => ahead !== null && !isReported).slice(0, mostInAReport)
  if (told.length === 0) return
  const idsOf = (ahead: 'used' | 'unused') =>
    told.filter((kept) => kept.ahead === ahead).map((kept) => kept.payment.receipt.payment)
  const answer = await callAs<typeof reportAhead>('till', 'post', '/api/till/ahead', {
    body: { used: idsOf('used'), unused: idsOf('unused') },
  })
  for (const kept of told) {
    const { payment } = kept.payment.receipt
    await db.put('receipts', { ...kept, isReported: true, isRefused: answer.refused.includes(payment) }, payment)
  }
}

/** What the server did not believe of receipts paid ahead; it stays until it is tidied away with its receipt. */
export async function refusedReports(): Promise<KeptReceipt[]> {
  return (await (await tillDb()).getAll('receipts')).filter(({ isRefused }) => isRefused === true)
}

/** What was taken without a network lacks the receipts of its notes: they are fetched with their day. */
async function completeReceipts(): Promise<void> {
  const db = await tillDb()
  const lacking = (await db.getAll('receipts')).filter(({ payment }) => payment.notes === undefined)
  for (const day of new Set(lacking.map(({ payment }) => isoDay(new Date(payment.receipt.acceptedAt * 1000))))) {
    const { payments } = await callAs<typeof getDay>('till', 'get', '/api/till/day', { query: { day } })
    for (const payment of payments) {
      const kept = lacking.find((one) => one.payment.receipt.payment === payment.receipt.payment)
      if (kept) await db.put('receipts', { ...kept, payment }, payment.receipt.payment)
    }
  }
}

async function fetchProofs(): Promise<void> {
  const { proofs } = await callAs<typeof listProofs>('till', 'get', '/api/till/proofs', {})
  const write = (await tillDb()).transaction('proofs', 'readwrite')
  for (const proof of proofs) void write.store.put(proof, proof.receipt.noteId)
  await write.done
  proofsAt = Date.now()
}
