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

/** A perfect tree with 2**depth places; wherever no note stands in a branch, there is a random dummy for all of it. */
export function growTree(depth: number, leaves: readonly Leaf[]): Tree {
  const grown = new Map<string, string>()
  const wanted = new Set(
    leaves.flatMap(({ index }) => Array.from({ length: depth + 1 }, (_, i) => `${i}:${index >> i}`)),
  )
  const hashes = new Map(leaves.map((leaf) => [leaf.index, leafHash(leaf)]))
  const grow = (level: number, place: number): string => {
    if (!wanted.has(`${level}:${place}`)) return hexlify(randomBytes(32))
    if (level === 0) return hashes.get(place) as string
    return keccak256(concat([node(level - 1, 2 * place), node(level - 1, 2 * place + 1)]))
  }
  const node = (level: number, place: number): string => {
    const known = grown.get(`${level}:${place}`) ?? grow(level, place)
    grown.set(`${level}:${place}`, known)
    return known
  }
  return {
    root: node(depth, 0),
    siblingsOf: (indexes) => {
      let known = [...new Set(indexes)].sort((one, other) => one - other)
      return Array.from({ length: depth }, (_, level) => {
        const missing = known.filter((place) => !known.includes(place ^ 1)).map((place) => node(level, place ^ 1))
        known = [...new Set(known.map((place) => place >> 1))]
        return missing
      }).flat()
    },
  }
}
