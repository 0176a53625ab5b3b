/**
 * The least that the EVM's own prices allow for what our rules ask: one slot a sheet, which its root names; a holder's
 * signature, a bit and a share in a proof for each redemption; one slot a merchant, which says also what it may sell.
 * Arithmetic over the constants of the yellow paper and its later EIPs, no measurement. What any implementation adds
 * (memory, jumps, checks, note ids, commitments) stands above it.
 */

/** Yellow paper, appendix G; EIP-2028. */
const transaction = 21_000
const calldataByte = 16
/** EIP-7623: the least that a byte of calldata costs, whatever the call does. */
const leastByte = 40
/** EIP-2929, EIP-2200: a fresh slot; one that holds something and is rewritten; one that is read. Each the first time in a transaction. */
const freshSlot = 22_100
const rewrittenSlot = 5_000
const coldRead = 2_100
/** The precompile and the call to it. */
const recovery = 3_000 + 100
const topic = 375
const logByte = 8

const word = 32
const hash = 32
const compactSignature = 64
const selector = 4

/** A holder's compact signature, place (3), cap (1), amount (3), signed amount (3), merchant's row and deadline's row (1 each). */
const itemBytes = compactSignature + 3 + 1 + 3 + 3 + 1 + 1
const amountBytes = 3
const placeBytes = 3
const refundIdBytes = 16
const merchantBytes = 4
/** Place, merchant, amount, in one packed event. */
const recordBytes = 12

const keccak = (bytes: number) => 30 + 6 * Math.ceil(bytes / word)
const log = (topics: number, bytes: number) => topic * (1 + topics) + logByte * bytes

/** EIP-7623 takes the larger of what was done and what was sent. */
function transactionOf(bytes: number, execution: number): number {
  return transaction + Math.max(calldataByte * bytes + execution, leastByte * bytes)
}

/** A sheet of any number of notes: its root and head come in, a slot is written, an event says so. */
export function cutFloor(): number {
  return transactionOf(selector + hash + word + 4, freshSlot + log(2, hash))
}

export interface PostedSheet {
  /** Where on it, in a tree of 2 ** depth. */
  places: readonly number[]
  depth: number
  /** Words of 256 bits that nothing was written to before, among those that the places are in. */
  freshWords: number
}

export interface Batch {
  sheets: readonly PostedSheet[]
  programmes: number
  /** Merchants in it, and how many of them had no claim before. */
  merchants: number
  freshMerchants: number
}

/** A batch of redemptions that the acceptor signed, each with its holder's signature, in the whole transaction. */
export function redeemFloor({ sheets, programmes, merchants, freshMerchants }: Batch): number {
  const { items, siblings, words, freshWords } = sumOf(sheets)
  const fixedBytes = selector + compactSignature + sheets.length * hash + merchants * merchantBytes
  const bytes = fixedBytes + items * itemBytes + siblings * hash

  // The struct's seven words, the digest around it, the leaf; with n items and s siblings a tree has n + s − 1 inner nodes.
  const hashing = items * (keccak(7 * word) + keccak(66) + keccak(28)) + (items + siblings) * keccak(2 * hash)
  const bits = freshWords * freshSlot + (words - freshWords) * rewrittenSlot
  const heads = (sheets.length + programmes) * rewrittenSlot
  const claims = freshMerchants * freshSlot + (merchants - freshMerchants) * rewrittenSlot
  const events = sheets.length * log(2, 0) + items * recordBytes * logByte
  return transactionOf(bytes, (items + 1) * recovery + hashing + bits + heads + claims + events)
}

/** What returns all that a sheet has left: its head and the programme's pots are rewritten. */
export function closeFloor(): number {
  return transactionOf(selector + hash, 2 * rewrittenSlot + log(2, word))
}

/** What returns rests: the head of each sheet and the pots of each programme are rewritten, an event says how much of which. */
export function releaseFloor(sheets: number, programmes: number): number {
  const bytes = selector + sheets * (hash + amountBytes)
  return transactionOf(bytes, (sheets + programmes) * rewrittenSlot + log(1, sheets * (hash + amountBytes)))
}

/** Takes value from programmes' pots: they are rewritten. */
export function reclaimFloor(programmes: number): number {
  const bytes = programmes * (merchantBytes + amountBytes)
  return transactionOf(selector + bytes, programmes * rewrittenSlot + log(1, bytes))
}

/** Sets bits of sheets, in words of which some hold nothing yet. */
export function revokeFloor(sheets: readonly PostedSheet[]): number {
  const { items, words, freshWords } = sumOf(sheets)
  const bits = freshWords * freshSlot + (words - freshWords) * rewrittenSlot
  const bytes = sheets.length * hash + items * placeBytes
  return transactionOf(selector + bytes, sheets.length * coldRead + bits + log(1, bytes))
}

export interface Refunds {
  /** Whose places they are of. */
  sheets: readonly PostedSheet[]
  programmes: number
  merchants: number
  /** Notes of which something was refunded before. */
  again: number
}

/**
 * For each its receipt comes in, and what was refunded of its note is written; the sheets' heads and bits are read, claims
 * and pots rewritten, and one proof a sheet is enough.
 */
export function refundFloor({ sheets, programmes, merchants, again }: Refunds): number {
  const { items, siblings, words } = sumOf(sheets)
  const fixedBytes = selector + sheets.length * hash + merchants * merchantBytes
  const bytes = fixedBytes + items * (refundIdBytes + itemBytes) + siblings * hash
  const hashing = items * (keccak(6 * word) + keccak(66) + keccak(28)) + (items + siblings) * keccak(2 * hash)
  const slots = (items - again) * freshSlot + (again + merchants + programmes) * rewrittenSlot
  const reads = (sheets.length + words) * coldRead
  const event = log(1, items * (refundIdBytes + merchantBytes + amountBytes))
  return transactionOf(bytes, items * recovery + hashing + slots + reads + event)
}

function sumOf(sheets: readonly PostedSheet[]) {
  const sum = (of: (sheet: PostedSheet) => number) => sheets.reduce((total, sheet) => total + of(sheet), 0)
  return {
    items: sum(({ places }) => places.length),
    siblings: sum(({ places, depth }) => siblingsOf(places, depth)),
    words: sum(({ places }) => new Set(places.map((place) => place >> 8)).size),
    freshWords: sum(({ freshWords }) => freshWords),
  }
}

/** Hashes that a position-bound multiproof needs besides the leaves themselves. */
export function siblingsOf(places: readonly number[], depth: number): number {
  let row = new Set(places)
  let siblings = 0
  for (let height = 0; height < depth; height++) {
    for (const place of row) if (!row.has(place ^ 1)) siblings++
    row = new Set([...row].map((place) => place >> 1))
  }
  return siblings
}
