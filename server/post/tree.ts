import { type Address, concatHex, encodeAbiParameters, type Hex, keccak256, numberToHex, stringToHex } from 'viem'

/** A note in its place on a sheet. The cap is a step, never the exact face. */
export interface Leaf {
  index: number
  holder: Address
  noteId: Hex
  capCents: bigint
}

export interface Tree {
  root: Hex
  /**
   * One proof for all these places, as `Vouchers` wants it: the nodes that do not follow from their leaves, level by level
   * from the leaves up, in each from left to right. Of one place it is the path to the root. Places may be given in any
   * order, and twice. Throws a RangeError for a place that is not there, and for none at all.
   */
  siblingsOf(indexes: readonly number[]): Hex[]
}

/** Fewer places would let a chain reader guess how much happened. */
export const leastDepth = 6

const leafTag = keccak256(stringToHex('Kipina note'))
const leafParameters = [
  { type: 'bytes32' },
  { type: 'uint256' },
  { type: 'address' },
  { type: 'bytes16' },
  { type: 'uint256' },
] as const

/** As `Vouchers.leafOf`; a test holds the two together. */
export function leafOf({ index, holder, noteId, capCents }: Leaf): Hex {
  return keccak256(encodeAbiParameters(leafParameters, [leafTag, BigInt(index), holder, noteId, capCents]))
}

/** The smallest depth whose tree holds `count` notes, and at least 64 places. */
export function depthFor(count: number): number {
  return Math.max(leastDepth, Math.ceil(Math.log2(Math.max(count, 1))))
}

/**
 * A perfect positional tree. Every place without a note gets a dummy from `seed` (32 random bytes, kept secret), which
 * nobody can tell from a note; the same leaves and seed give the same tree for ever.
 */
export function growTree(depth: number, leaves: readonly Leaf[], seed: Hex): Tree {
  const width = 2 ** depth
  const bottom = Array.from({ length: width }, (_, place) =>
    keccak256(concatHex([seed, numberToHex(place, { size: 4 })])),
  )
  const taken = new Set<number>()
  for (const leaf of leaves) {
    if (leaf.index < 0 || leaf.index >= width || taken.has(leaf.index)) throw new RangeError(`No place ${leaf.index}`)
    taken.add(leaf.index)
    bottom[leaf.index] = leafOf(leaf)
  }

  const levels: Hex[][] = [bottom]
  for (let height = 0; height < depth; height++) levels.push(parentsOf(levels[height] ?? []))

  return {
    root: levels[depth]?.[0] as Hex,
    siblingsOf(indexes) {
      const strange = indexes.find((index) => !Number.isInteger(index) || index < 0 || index >= width)
      if (strange !== undefined || indexes.length === 0) throw new RangeError(`No place ${strange}`)
      return siblingPlaces(depth, indexes).flatMap((places, height) => {
        return places.map((place) => levels[height]?.[place] as Hex)
      })
    },
  }
}

/** Where the siblings of leaves in these places stand: level by level from the leaves up, in each from left to right. */
export function siblingPlaces(depth: number, indexes: readonly number[]): number[][] {
  let known = new Set(indexes.toSorted((one, other) => one - other))
  return Array.from({ length: depth }, () => {
    const missing = [...known].map((place) => place ^ 1).filter((place) => !known.has(place))
    known = new Set([...known].map((place) => place >> 1))
    return missing
  })
}

function parentsOf(level: readonly Hex[]): Hex[] {
  return Array.from({ length: level.length / 2 }, (_, pair) =>
    keccak256(concatHex([level[2 * pair] as Hex, level[2 * pair + 1] as Hex])),
  )
}
