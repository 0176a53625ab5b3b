import { concatHex, type Hex, slice } from 'viem'
import type { Spend } from '../../protocol/spend.ts'
import { compact, type Group, type Item, whole } from './signed.ts'

/** An accepted spend and the place of its note: all that the chain is told of it. */
export interface Posting {
  sheet: Hex
  index: number
  capCents: bigint
  amountCents: bigint
  spend: Spend
  /** The holder's, 65 bytes. */
  signature: Hex
}

/** A merchant's position is a byte. */
export const mostMerchants = 256

/** Of a tree that is grown for each sheet: `Tree.siblingsOf`. */
export type Siblings = (sheet: Hex, indexes: readonly number[]) => Hex[]

const amountBits = 40n
const placeBits = 24n
const placeShift = 4n * amountBits
const positionShift = placeShift + placeBits

/**
 * As `IVouchersTypes.Item`, for a group of these merchants. Throws a RangeError for a merchant that is not among them, and
 * for a value that its field does not hold: cut short it would be another acceptance.
 */
export function pack({ index, capCents, amountCents, spend, signature }: Posting, merchants: readonly number[]): Item {
  const position = merchants.indexOf(spend.merchant)
  if (position < 0 || position >= mostMerchants) throw new RangeError(`Merchant ${spend.merchant} has no position`)
  const fields: [value: bigint, bits: bigint][] = [
    [amountCents, amountBits],
    [spend.mostCents, amountBits],
    [capCents, amountBits],
    [spend.deadline, amountBits],
    [BigInt(index), placeBits],
    [BigInt(position), 8n],
  ]
  let terms = 0n
  let shift = 0n
  for (const [value, bits] of fields) {
    if (value < 0n || value >> bits !== 0n) throw new RangeError(`${value} does not fit ${bits} bits`)
    terms |= value << shift
    shift += bits
  }
  return { holder: compact(signature), note: concatHex([spend.noteId, spend.commitment]), terms }
}

/** What `pack` was given, but for the sheet, which its group names. */
export function unpack({ holder, note, terms }: Item, merchants: readonly number[]): Omit<Posting, 'sheet'> {
  const field = (from: bigint, bits: bigint) => (terms >> from) % (1n << bits)
  const merchant = merchants[Number(terms >> positionShift)]
  if (merchant === undefined) throw new RangeError('The item names no merchant of its group')
  return {
    index: Number(field(placeShift, placeBits)),
    capCents: field(2n * amountBits, amountBits),
    amountCents: field(0n, amountBits),
    spend: {
      noteId: slice(note, 0, 16),
      merchant,
      mostCents: field(amountBits, amountBits),
      deadline: field(3n * amountBits, amountBits),
      commitment: slice(note, 16, 32),
    },
    signature: whole(holder),
  }
}

/**
 * The groups that postings of any sheets and merchants make: one a sheet, and more where more merchants are on it than a
 * group may have. Places and merchants ascend, whatever the order given: places are random, so theirs tells nothing.
 */
export function groupsOf(postings: readonly Posting[], siblingsOf: Siblings): Group[] {
  const groups: Group[] = []
  for (const [sheet, ofSheet] of Map.groupBy(postings, (posting) => posting.sheet)) {
    const merchants = [...new Set(ofSheet.map(({ spend }) => spend.merchant))].sort((one, other) => one - other)
    for (let first = 0; first < merchants.length; first += mostMerchants) {
      const some = merchants.slice(first, first + mostMerchants)
      const isHere = new Set(some)
      const items = ofSheet
        .filter(({ spend }) => isHere.has(spend.merchant))
        .sort((one, other) => one.index - other.index)
      groups.push({
        sheet,
        merchants: some,
        items: items.map((item) => pack(item, some)),
        siblings: siblingsOf(
          sheet,
          items.map(({ index }) => index),
        ),
      })
    }
  }
  return groups
}

/** One acceptance by itself, as `Vouchers.redeemOne` and `payGuarantee` take it. */
export interface Single {
  sheet: Hex
  merchant: number
  item: Item
  siblings: Hex[]
}

export function singleOf(posting: Posting, siblingsOf: Siblings): Single {
  const { sheet, index, spend } = posting
  const item = pack(posting, [spend.merchant])
  return { sheet, merchant: spend.merchant, item, siblings: siblingsOf(sheet, [index]) }
}

/** What a group holds, each item by itself. */
export function singlesOf({ sheet, merchants, items }: Group, siblingsOf: Siblings): Single[] {
  return items.map((item) => singleOf({ sheet, ...unpack(item, merchants) }, siblingsOf))
}
