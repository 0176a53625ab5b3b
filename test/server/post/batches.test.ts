import { expect } from 'chai'
import fc from 'fast-check'
import { batchesOf, type Due, mostItems } from '../../../server/post/batches.ts'

const sheet = (name: number, count: number): Due[] =>
  Array.from({ length: count }, (_, index) => ({
    noteId: Buffer.from(`${name} ${index}`),
    sheet: `0x${name}`,
    depth: 10,
    index,
  }))
const sheetsOf = (batch: readonly Due[]) => new Set(batch.map((due) => due.sheet))

describe('Batches', () => {
  it('hold each item once, and never more than a batch may', () => {
    const town = fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 20 })
    fc.assert(
      fc.property(town, (counts) => {
        const due = counts.flatMap((count, name) => sheet(name, count))
        const batches = batchesOf(due)
        for (const batch of batches) expect(batch.length).to.be.within(1, mostItems)
        expect(new Set(batches.flat().map(({ noteId }) => `${noteId}`)).size).to.equal(due.length)
        expect(batches.flat()).to.have.length(due.length)
      }),
      { numRuns: 40 },
    )
  })

  it('keep the items of one sheet together where they fit', () => {
    const due = [390, 200, 190, 5, 5].flatMap((count, name) => sheet(name, count))
    const batches = batchesOf(due)
    expect(batches).to.have.length(2)
    for (const name of ['0x0', '0x1', '0x2', '0x3', '0x4'] as const) {
      expect(batches.filter((batch) => sheetsOf(batch).has(name))).to.have.length(1)
    }
  })

  it('cut a sheet that does not fit into neighbours of its tree', () => {
    const parts = batchesOf(sheet(1, 1000).toReversed())
    expect(parts.map((part) => part.length).sort((one, other) => one - other)).to.deep.equal([200, 400, 400])
    for (const part of parts) {
      const indexes = part.map(({ index }) => index)
      expect(Math.max(...indexes) - Math.min(...indexes)).to.equal(part.length - 1)
    }
  })

  it('stay below what a transaction may carry, where each item stands on a sheet of its own', () => {
    const due = Array.from({ length: 450 }, (_, name) => sheet(name, 1)).flat()
    const batches = batchesOf(due)
    expect(batches.flat()).to.have.length(450)
    for (const batch of batches) expect(batch.length).to.be.at.most(190)
  })
})
