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
  /** The siblings from the leaf up, as `Vouchers` wants them. Throws a RangeError for a place that is not there. */
  proofOf(index: number): Hex[]
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
    proofOf(index) {
      if (!Number.isInteger(index) || index < 0 || index >= width) throw new RangeError(`No place ${index}`)
      return levels.slice(0, depth).map((level, height) => level[(index >> height) ^ 1] as Hex)
    },
  }
}

function parentsOf(level: readonly Hex[]): Hex[] {
  return Array.from({ length: level.length / 2 }, (_, pair) =>
    keccak256(concatHex([level[2 * pair] as Hex, level[2 * pair + 1] as Hex])),
  )
}
