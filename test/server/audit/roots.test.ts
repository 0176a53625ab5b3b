import { expect } from 'chai'
import fc from 'fast-check'
import { type Hex, toHex } from 'viem'
import { rootOf } from '../../../server/audit/roots.ts'
import { growTree, type Leaf } from '../../../server/post/tree.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((array) => toHex(array))
const leaves = (width: number) =>
  fc.uniqueArray(
    fc.record({
      index: fc.integer({ min: 0, max: width - 1 }),
      holder: bytes(20),
      noteId: bytes(16),
      capCents: fc.bigInt({ min: 0n, max: 2n ** 40n }),
    }),
    { selector: ({ index }) => index, maxLength: width },
  )
const seed: Hex = `0x${'5e'.repeat(32)}`
const leaf = (index: number): Leaf => ({
  index,
  holder: `0x${'11'.repeat(20)}`,
  noteId: `0x${'22'.repeat(16)}`,
  capCents: 500n,
})

describe("The auditor's root of a sheet", () => {
  it('is none for two notes in one place, and for a place that is not there', () => {
    expect(rootOf(6, [leaf(1), leaf(1)], seed)).to.equal(null)
    expect(rootOf(6, [leaf(64)], seed)).to.equal(null)
    expect(rootOf(6, [leaf(-1)], seed)).to.equal(null)
  })

  it('is that of the tree which was cut, whatever is on it', () => {
    const trees = fc
      .integer({ min: 0, max: 8 })
      .chain((depth) => fc.tuple(fc.constant(depth), leaves(2 ** depth), bytes(32)))
    fc.assert(
      fc.property(trees, ([depth, some, random]) => {
        expect(rootOf(depth, some, random)).to.equal(growTree(depth, some, random).root)
      }),
      { numRuns: 60 },
    )
  })
})
