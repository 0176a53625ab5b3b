import { expect } from 'chai'
import fc from 'fast-check'
import { concatHex, type Hex, keccak256, toHex } from 'viem'
import { openLeafFile, sealLeafFile } from '../../../server/post/leafFile.ts'
import { depthFor, growTree, type Leaf, leafOf } from '../../../server/post/tree.ts'

const leaf = (index: number): Leaf => ({
  index,
  holder: toHex(index + 1, { size: 20 }),
  noteId: toHex(index + 7, { size: 16 }),
  capCents: 500n,
})
const seed: Hex = `0x${'5e'.repeat(32)}`

/** As the contract climbs: bit i of the index says on which side the i-th sibling stands. */
const climb = (start: Hex, index: number, proof: readonly Hex[]) =>
  proof.reduce((node, sibling, level) => {
    const isRight = ((index >> level) & 1) === 1
    return keccak256(concatHex(isRight ? [sibling, node] : [node, sibling]))
  }, start)

/** As the contract climbs with many leaves: a neighbour that is known is taken, any other is the next sibling. */
function climbTogether(depth: number, indexes: readonly number[], siblings: readonly Hex[]): Hex {
  const given = [...siblings]
  let nodes = new Map(indexes.map((index) => [index, leafOf(leaf(index))]))
  for (let level = 0; level < depth; level++) {
    const parents = new Map<number, Hex>()
    for (const place of [...nodes.keys()].sort((one, other) => one - other)) {
      if (parents.has(place >> 1)) continue
      const node = nodes.get(place) as Hex
      const other = nodes.get(place ^ 1) ?? (given.shift() as Hex)
      parents.set(place >> 1, keccak256(concatHex(place % 2 === 0 ? [node, other] : [other, node])))
    }
    nodes = parents
  }
  expect(given).to.have.length(0)
  return nodes.get(0) as Hex
}

describe('A sheet’s tree', () => {
  it('refuses a place that is not there, and two notes in one place', () => {
    expect(() => growTree(6, [leaf(64)], seed)).to.throw(RangeError)
    expect(() => growTree(6, [leaf(-1)], seed)).to.throw(RangeError)
    expect(() => growTree(6, [leaf(3), leaf(3)], seed)).to.throw(RangeError)
    expect(() => growTree(6, [leaf(3)], seed).siblingsOf([3, 64])).to.throw(RangeError)
    expect(() => growTree(6, [leaf(3)], seed).siblingsOf([])).to.throw(RangeError)
  })

  for (const [count, depth] of [
    [1, 6],
    [64, 6],
    [65, 7],
    [128, 7],
    [1000, 10],
  ] as const) {
    it(`has depth ${depth} for ${count} notes`, () => expect(depthFor(count)).to.equal(depth))
  }

  it('proves every note of any sheet', () => {
    const sheet = fc.record({
      depth: fc.integer({ min: 1, max: 7 }),
      indexes: fc.uniqueArray(fc.integer({ min: 0, max: 127 }), { minLength: 1, maxLength: 30 }),
    })
    fc.assert(
      fc.property(sheet, ({ depth, indexes }) => {
        const leaves = indexes.filter((index) => index < 2 ** depth).map(leaf)
        const tree = growTree(depth, leaves, seed)
        for (const one of leaves)
          expect(climb(leafOf(one), one.index, tree.siblingsOf([one.index]))).to.equal(tree.root)
      }),
      { numRuns: 50 },
    )
  })

  it('proves any places together with no node too many, whatever order they are asked in', () => {
    const asked = fc.uniqueArray(fc.integer({ min: 0, max: 127 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(asked, (indexes) => {
        const tree = growTree(7, indexes.map(leaf), seed)
        const siblings = tree.siblingsOf(indexes)
        expect(tree.siblingsOf(indexes.toReversed())).to.deep.equal(siblings)
        expect(climbTogether(7, indexes, siblings)).to.equal(tree.root)
      }),
      { numRuns: 50 },
    )
  })

  it('is another with any other leaf, place or seed', () => {
    const roots = [
      growTree(6, [leaf(3)], seed),
      growTree(6, [leaf(4)], seed),
      growTree(6, [{ ...leaf(3), capCents: 1000n }], seed),
      growTree(6, [leaf(3)], `0x${'5f'.repeat(32)}`),
      growTree(7, [leaf(3)], seed),
    ].map((tree) => tree.root)
    expect(new Set(roots).size).to.equal(roots.length)
  })
})

describe('A leaf file', () => {
  const key = Buffer.alloc(32, 7)
  const sheet: Hex = `0x${'0a'.repeat(32)}`
  const file = { seed, leaves: [leaf(3), leaf(9)] }

  it('opens as it was sealed', () => {
    expect(openLeafFile(key, sheet, sealLeafFile(key, sheet, file))).to.deep.equal(file)
  })

  it('does not open with another key, for another sheet, or with a bit changed', () => {
    const sealed = sealLeafFile(key, sheet, file)
    const changed = Buffer.from(sealed)
    changed[20] = (changed[20] ?? 0) ^ 1
    expect(() => openLeafFile(Buffer.alloc(32, 8), sheet, sealed)).to.throw()
    expect(() => openLeafFile(key, `0x${'0b'.repeat(32)}`, sealed)).to.throw()
    expect(() => openLeafFile(key, sheet, changed)).to.throw()
  })

  it('shows nothing of its content', () => {
    expect(sealLeafFile(key, sheet, file).toString('latin1')).not.to.contain('noteId')
  })
})
