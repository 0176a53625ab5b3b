import {
  type Address,
  concatHex,
  type Hex,
  hashTypedData,
  keccak256,
  numberToHex,
  slice,
  type TypedDataDomain,
} from 'viem'
import { ByteWriter, parsed, toBase64url } from './bytes.ts'

/** What a holder signs: at most this much of this note, at this merchant, until a month's end. Mirrors `IVouchers.Spend`. */
export const spendTypes = {
  Spend: [
    { name: 'noteId', type: 'bytes16' },
    { name: 'merchant', type: 'uint32' },
    { name: 'mostCents', type: 'uint64' },
    { name: 'deadline', type: 'uint64' },
    { name: 'commitment', type: 'bytes16' },
  ],
} as const

export interface Spend {
  noteId: Hex
  merchant: number
  mostCents: bigint
  /** Seconds since 1970, always a month's end: a date of its own would tell one payment from another. */
  deadline: bigint
  commitment: Hex
}

export function kipinaDomain(chainId: number, vouchers: Address): TypedDataDomain {
  return { name: 'Kipina', version: '1', chainId, verifyingContract: vouchers }
}

export function spendTypedData(chainId: number, vouchers: Address, spend: Spend) {
  return {
    domain: kipinaDomain(chainId, vouchers),
    types: spendTypes,
    primaryType: 'Spend' as const,
    message: {
      noteId: spend.noteId,
      merchant: spend.merchant,
      mostCents: spend.mostCents,
      deadline: spend.deadline,
      commitment: spend.commitment,
    },
  }
}

/** The digest that `Vouchers.spendDigest` computes too; a test holds the two together. */
export function spendDigest(chainId: number, vouchers: Address, spend: Spend): Hex {
  return hashTypedData(spendTypedData(chainId, vouchers, spend))
}

/** What a commitment opens to. `nonce` is the charge's (two scans) or the phone's own (one scan). */
export interface Opening {
  nonce: Hex
  /** The phone's clock, in milliseconds. */
  signedAt: number
  salt: Hex
  /**
   * The most the holder agreed to pay with all notes together: the price, or "up to". The acceptor keeps to it. On chain
   * an offer of one scan says only each note's step, since a face would tell what change comes back.
   */
  agreedCents: bigint
}

/** 16 bytes that differ for every note of one payment, so that nothing on chain joins them. */
export function commitmentOf(opening: Opening, noteId: Hex): Hex {
  const { nonce, signedAt, salt, agreedCents } = opening
  const numbers = [numberToHex(signedAt, { size: 6 }), numberToHex(agreedCents, { size: 3 })]
  const content = concatHex([nonce, ...numbers, salt, noteId])
  return slice(keccak256(content), 0, 16)
}

/** However short a chain's grace, a signature lives at least this long, so that no outage outlives it. */
const leastGraceSeconds = 35 * 86_400

/** The last second of a month in UTC, at least `graceSeconds` and at least 35 days after `now` (milliseconds). */
export function deadlineAfter(now: number, graceSeconds: number): bigint {
  const least = new Date(now + Math.max(graceSeconds, leastGraceSeconds) * 1000)
  return BigInt(Date.UTC(least.getUTCFullYear(), least.getUTCMonth() + 1, 1) / 1000 - 1)
}

export function isMonthsEnd(deadline: bigint): boolean {
  const next = new Date(Number(deadline + 1n) * 1000)
  return next.getUTCDate() === 1 && next.getTime() % 86_400_000 === 0
}

/** One to three notes signed for one purchase, as it travels from the wallet to the till or the server. */
export interface SpendOffer {
  merchant: number
  deadline: bigint
  opening: Opening
  notes: { noteId: Hex; mostCents: bigint; signature: Hex }[]
}

/** At most three notes pay one purchase. */
export const mostNotes = 3

/** The most an offer can pay. */
export function mostOf(offer: SpendOffer): bigint {
  return offer.notes.reduce((sum, note) => sum + note.mostCents, 0n)
}

/** The spends of an offer as the contract knows them. */
export function spendsOf(offer: SpendOffer): Spend[] {
  return offer.notes.map(({ noteId, mostCents }) => ({
    noteId,
    merchant: offer.merchant,
    mostCents,
    deadline: offer.deadline,
    commitment: commitmentOf(offer.opening, noteId),
  }))
}

const SPEND_VERSION = 1

/** `https://host/p#s.…`: what is secret stands in the fragment, which no browser sends to a server. */
export function encodeSpend(origin: string, offer: SpendOffer): string {
  const writer = new ByteWriter()
    .uint(SPEND_VERSION, 1)
    .uint(offer.merchant, 4)
    .uint(offer.deadline, 5)
    .hex(offer.opening.nonce, 8)
    .uint(offer.opening.signedAt, 6)
    .hex(offer.opening.salt, 8)
    .uint(offer.opening.agreedCents, 3)
    .uint(offer.notes.length, 1)
  for (const note of offer.notes) writer.hex(note.noteId, 16).uint(note.mostCents, 3).hex(note.signature, 65)
  return `${origin}/p#s.${toBase64url(writer.bytes())}`
}

/** Null for any text that is not exactly one offer: a camera reads everything. */
export function decodeSpend(text: string): SpendOffer | null {
  const match = /^https?:\/\/[^/#\s]+\/p#s\.([\w-]+)$/.exec(text)
  return parsed(match?.[1] ?? '!', (from) => {
    if (from.number(1) !== SPEND_VERSION) throw new RangeError('Another version')
    const merchant = from.number(4)
    const deadline = from.bigint(5)
    const opening = { nonce: from.hex(8), signedAt: from.number(6), salt: from.hex(8), agreedCents: from.bigint(3) }
    const count = from.number(1)
    if (count < 1 || count > mostNotes) throw new RangeError('Too few or too many notes')
    const notes = Array.from({ length: count }, () => ({
      noteId: from.hex(16),
      mostCents: from.bigint(3),
      signature: from.hex(65),
    }))
    return { merchant, deadline, opening, notes }
  })
}
