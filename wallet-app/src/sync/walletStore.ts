import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Address, Hex } from 'viem'
import type { z } from 'zod'
import type { getWallet, walletReceipt } from '../../../protocol/api/wallet.ts'
import type { SignedCharge } from '../../../protocol/charge.ts'
import type { SpendOffer } from '../../../protocol/spend.ts'
import type { Answer } from '../api/client.ts'

export type WalletAnswer = Answer<typeof getWallet>
export type WalletReceipt = z.input<typeof walletReceipt>

/** A signed offer that has left, or may have left, this phone and whose end is not known yet. */
export interface KeptOffer {
  offer: SpendOffer
  merchant: number
  /** What it pays (two scans, ahead), or at most pays (one scan). */
  cents: bigint
  charge: SignedCharge | null
  /** What it draws of each note at most; what is signed on "up to" is a whole step. */
  drawn: readonly { noteId: Hex; cents: bigint }[]
  /** The till of a payment ahead. */
  till: number | null
  /** `givenUp`: the youth says it was not used; the server has not heard it yet. */
  state: 'open' | 'givenUp'
  /** Milliseconds, on the server's clock as far as known. */
  madeAt: number
}

export interface WalletFacts {
  answer: WalletAnswer
  /** This phone's clock when it was read, and how far the server's is ahead. */
  readAt: number
  aheadMs: number
}

interface Schema extends DBSchema {
  facts: { key: 'facts'; value: WalletFacts }
  /** Which place of the stock an address has: what is not here is not ours. */
  holders: { key: Address; value: number }
  offers: { key: Hex; value: KeptOffer }
  /** What the acceptor signed, kept until it is final and longer: a till or server that lost it gets it back. */
  receipts: { key: Hex; value: WalletReceipt }
}

export type WalletDb = IDBPDatabase<Schema>

let opened: Promise<WalletDb> | null = null

export function walletDb(): Promise<WalletDb> {
  opened ??= openDB<Schema>('lompakko-wallet', 1, {
    upgrade(db) {
      db.createObjectStore('facts')
      db.createObjectStore('holders')
      db.createObjectStore('offers')
      db.createObjectStore('receipts')
    },
  })
  return opened
}

/** Writes an offer before it is shown or sent: a phone that dies in between still knows which notes may be spent. */
export async function keepOffer(kept: KeptOffer): Promise<void> {
  const db = await walletDb()
  const write = db.transaction('offers', 'readwrite', { durability: 'strict' })
  await write.store.put(kept, kept.offer.opening.nonce)
  await write.done
}

/** Forgets what an earlier wallet on this phone knew. Its addresses may stay: they are nobody's now. */
export async function emptyWallet(): Promise<void> {
  const db = await walletDb()
  const write = db.transaction(['facts', 'offers', 'receipts'], 'readwrite')
  for (const name of ['facts', 'offers', 'receipts'] as const) void write.objectStore(name).clear()
  await write.done
}
