import { expect } from 'chai'
import fc from 'fast-check'
import { mostNotes } from '../../../protocol/spend.ts'
import { splitIntoNotes } from '../../../server/vouchers/splitIntoNotes.ts'

describe('Notes of a value', () => {
  const table: [cents: bigint, faces: bigint[]][] = [
    [1n, [1n]],
    [320n, [320n]],
    [500n, [500n]],
    [501n, [500n, 1n]],
    [1000n, [500n, 500n]],
    [1110n, [500n, 500n, 110n]],
    [2000n, [1000n, 500n, 500n]],
    [3000n, [1000n, 1000n, 500n, 500n]],
    [4000n, [2000n, 1000n, 500n, 500n]],
    [5000n, [2000n, 1000n, 1000n, 500n, 500n]],
    [10_000n, [5000n, 2000n, 1000n, 1000n, 500n, 500n]],
  ]
  for (const [cents, faces] of table) {
    it(`of ${cents} cents are ${faces.join(' + ')}`, () => {
      expect(splitIntoNotes(cents, 'value')).to.deep.equal(faces)
    })
  }

  it('are worth the value, and none is worth more than 50 €', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 200_000n), (cents) => {
        const faces = splitIntoNotes(cents, 'value')
        expect(faces.reduce((sum, face) => sum + face, 0n)).to.equal(cents)
        expect(faces.every((face) => face > 0n && face <= 5000n)).to.equal(true)
      }),
    )
  })

  it('let three of them pay at least three fifths of anything up to 100 €', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 10_000n), (cents) => {
        const most = splitIntoNotes(cents, 'value')
          .slice(0, mostNotes)
          .reduce((sum, face) => sum + face, 0n)
        expect(most * 5n >= cents * 3n).to.equal(true)
      }),
    )
  })

  it('are one for a service, which is at most 50 €', () => {
    expect(splitIntoNotes(1200n, 'service')).to.deep.equal([1200n])
    expect(() => splitIntoNotes(5001n, 'service')).to.throw(RangeError)
  })

  it('are none for nothing', () => {
    for (const cents of [0n, -1n]) expect(() => splitIntoNotes(cents, 'value')).to.throw(RangeError)
  })
})
