import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Hex } from 'viem'
import type { getDay, listProofs } from '../../../protocol/api/till.ts'
import type { SignedCharge } from '../../../protocol/charge.ts'
import type { Answer } from '../api/client.ts'

export type TillPayment = Answer<typeof getDay>['payments'][number]
export type Proof = Answer<typeof listProofs>['proofs'][number]

/** What this device is. */
export interface TillFacts {
  till: number
  merchant: number
}

/** Every charge this device has signed: a receipt for one of them counts for that charge alone, and once. */
export interface KeptCharge {
  charge: SignedCharge
  state: 'open' | 'paid' | 'cancelled'
  /** A cancel that the server has heard, or needs not hear. */
  isSettled: boolean
}

/** What made this till green, or certainly never will. */
export interface KeptReceipt {
  payment: Pick<TillPayment, 'receipt'> & Partial<TillPayment>
  /** Paid ahead: used or not used here. Null: paid at once. */
  ahead: 'used' | 'unused' | null
  isReported: boolean
  /** The server knows otherwise (given back before, or its time was over): a person looks at it. */
  isRefused?: boolean
  at: number
}

const oneDayMs = 86_400_000

/** A receipt is worth keeping until nobody can claim on it any more. */
export const keptForMs = 100 * oneDayMs

/** Of what may be kept no longer this device cannot say whether it was green for it before. */
export function isForgotten({ acceptedAt }: { acceptedAt: number }, now = Date.now()): boolean {
  return now - acceptedAt * 1000 > keptForMs - oneDayMs
}

interface Schema extends DBSchema {
  facts: { key: 'facts'; value: TillFacts }
  charges: { key: Hex; value: KeptCharge }
  receipts: { key: Hex; value: KeptReceipt }
  proofs: { key: Hex; value: Proof }
}

export type TillDb = IDBPDatabase<Schema>

let opened: Promise<TillDb> | null = null

export function tillDb(): Promise<TillDb> {
  opened ??= openDB<Schema>('lompakko-till', 1, {
    upgrade(db) {
      db.createObjectStore('facts')
      db.createObjectStore('charges')
      db.createObjectStore('receipts')
      db.createObjectStore('proofs')
    },
  })
  return opened
}

export async function keepCharge(kept: KeptCharge): Promise<void> {
  const write = (await tillDb()).transaction('charges', 'readwrite', { durability: 'strict' })
  await write.store.put(kept, kept.charge.nonce)
  await write.done
}

/**
 * Before a till is green its receipt is on its disk, and the charge it pays is closed with it: all or nothing. False
 * when this receipt was kept before.
 */
export async function keepReceipt(kept: KeptReceipt): Promise<boolean> {
  const { payment, nonce } = kept.payment.receipt
  const write = (await tillDb()).transaction(['receipts', 'charges'], 'readwrite', { durability: 'strict' })
  const receipts = write.objectStore('receipts')
  const charges = write.objectStore('charges')
  const isNew = (await receipts.getKey(payment)) === undefined
  if (isNew) await receipts.put(kept, payment)
  const charge = await charges.get(nonce)
  if (charge) await charges.put({ ...charge, state: 'paid', isSettled: true }, nonce)
  await write.done
  return isNew
}
