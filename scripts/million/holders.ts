import { createHash } from 'node:crypto'
import secp256k1 from 'secp256k1'
import type { Address, Hex } from 'viem'
import { toHex } from '../../server/db/bytes.ts'
import { keccak } from '../../server/signing/keccak.ts'

/** So many notes lie in each pocket; each has one price. */
export const notesAYouth = 10
export const faceCents = 2000n

/** A note and its key, by its place in the run: whoever knows the seed need not be told of it. */
export function noteAt(seed: string, place: number): { noteId: Hex; privateKey: Hex } {
  const bytes = (what: string) => createHash('sha256').update(`${seed} ${what} ${place}`).digest()
  return { noteId: toHex(bytes('note').subarray(0, 16)), privateKey: toHex(bytes('key')) }
}

/** Leaves nothing of a note, or one note of change. */
export function priceAt(place: number): bigint {
  return 1500n + BigInt((place * 7919) % 501)
}

export function addressOf(privateKey: Hex): Address {
  const publicKey = secp256k1.publicKeyCreate(Buffer.from(privateKey.slice(2), 'hex'), false)
  return toHex(keccak(publicKey.subarray(1)).subarray(12))
}
