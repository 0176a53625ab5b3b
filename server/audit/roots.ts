import type { Hex } from 'viem'
import { fromHex, toHex } from '../db/bytes.ts'
import type { Leaf } from '../post/post.ts'
import { keccak } from '../signing/keccak.ts'

const leafTag = Buffer.from(keccak(Buffer.from('Kipina note')))

/**
 * The root that these notes give: of `growTree`, without what proofs need, in a tenth of its time. Null where they are no
 * tree at all, as two notes in one place.
 */
export function rootOf(depth: number, leaves: readonly Leaf[], seed: Hex): Hex | null {
  const width = 2 ** depth
  const taken = new Map<number, Leaf>()
  for (const leaf of leaves) {
    if (leaf.index < 0 || leaf.index >= width || taken.has(leaf.index)) return null
    taken.set(leaf.index, leaf)
  }
  const dummy = Buffer.concat([fromHex(seed), Buffer.alloc(4)])
  let level = Buffer.alloc(32 * width)
  for (let place = 0; place < width; place++) {
    const leaf = taken.get(place)
    if (leaf === undefined) dummy.writeUInt32BE(place, dummy.length - 4)
    level.set(leaf === undefined ? keccak(dummy) : leafHash(leaf), 32 * place)
  }
  while (level.length > 32) {
    const parents = Buffer.alloc(level.length / 2)
    for (let start = 0; start < parents.length; start += 32) {
      parents.set(keccak(level.subarray(2 * start, 2 * start + 64)), start)
    }
    level = parents
  }
  return toHex(level)
}

/** As `leafOf`: five words. */
function leafHash({ index, holder, noteId, capCents }: Leaf): Uint8Array {
  const words = Buffer.alloc(160)
  words.set(leafTag)
  words.writeUInt32BE(index, 60)
  words.set(fromHex(holder), 76)
  words.set(fromHex(noteId), 96)
  words.writeBigUInt64BE(capCents, 152)
  return keccak(words)
}
