import { AbiCoder, concat, hexlify, id, keccak256, randomBytes } from 'ethers'

const leafTag = id('Kipina note')

export interface Leaf {
  index: number
  holder: string
  noteId: string
  capCents: bigint
}

export interface Tree {
  root: string
  /** The nodes that do not follow from the leaves in these places: level by level from the leaves up, left to right. */
  siblingsOf(indexes: readonly number[]): string[]
}

export function leafHash({ index, holder, noteId, capCents }: Leaf): string {
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ['bytes32', 'uint256', 'address', 'bytes16', 'uint256'],
      [leafTag, index, holder, noteId, capCents],
    ),
  )
}

/** A perfect tree with 2**depth places; where no note stands, there is a random dummy. */
export function growTree(depth: number, leaves: readonly Leaf[]): Tree {
  const hashes = new Map(leaves.map((leaf) => [leaf.index, leafHash(leaf)]))
  const levels = [Array.from({ length: 2 ** depth }, (_, index) => hashes.get(index) ?? hexlify(randomBytes(32)))]
  for (let level = 0; level < depth; level++) {
    const below = levels[level]
    levels.push(below.filter((_, i) => i % 2 === 0).map((left, i) => keccak256(concat([left, below[2 * i + 1]]))))
  }
  return {
    root: levels[depth][0],
    siblingsOf: (indexes) => {
      let known = [...new Set(indexes)].sort((one, other) => one - other)
      return levels.slice(0, depth).flatMap((level) => {
        const missing = known.filter((place) => !known.includes(place ^ 1)).map((place) => level[place ^ 1])
        known = [...new Set(known.map((place) => place >> 1))]
        return missing
      })
    },
  }
}
