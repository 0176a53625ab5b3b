import { expect } from 'chai'
import fc from 'fast-check'
import { mostNotes } from '../../../protocol/spend.ts'
import { splitGrant, splitIntoNotes } from '../../../server/vouchers/splitIntoNotes.ts'

const exact = () => 1000
const sumOf = (faces: readonly bigint[]) => faces.reduce((sum, face) => sum + face, 0n)

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
    [10_000n, [4000n, 2000n, 2000n, 1000n, 500n, 500n]],
  ]
  for (const [cents, faces] of table) {
    it(`of ${cents} cents lie about ${faces.join(' + ')}`, () => {
      expect(splitIntoNotes(cents, 'value', exact)).to.deep.equal(faces)
      for (const [place, face] of splitIntoNotes(cents, 'value').entries()) {
        const plan = Number(faces[place])
        expect(Number(face)).to.be.within(Math.floor(plan * 0.65) - 2, Math.ceil(plan * 1.5) + 2)
      }
    })
  }

  it('are worth the value, whatever chance says, and none is worth more than 50 €', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 200_000n), fc.infiniteStream(fc.integer({ min: 800, max: 1200 })), (cents, chance) => {
        const share = () => chance.next().value
        for (const faces of [splitIntoNotes(cents, 'value', share), splitGrant(cents, 'value', share)]) {
          expect(sumOf(faces)).to.equal(cents)
          expect(faces.every((face) => face > 0n && face <= 5000n)).to.equal(true)
        }
      }),
    )
  })

  it('let three of them pay at least half of anything up to 80 €', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 8000n), (cents) => {
        expect(sumOf(splitIntoNotes(cents, 'value').slice(0, mostNotes)) * 2n >= cents).to.equal(true)
      }),
    )
  })

  it('have other faces each time, so that what is taken of one tells nothing of what is left', () => {
    const faces = new Set(Array.from({ length: 200 }, () => splitIntoNotes(5000n, 'value')[0]))
    expect(faces.size).to.be.greaterThan(100)
  })

  it('are two at least when granted: nobody knows the face of a grant', () => {
    for (const cents of [2n, 300n, 500n, 2000n]) expect(splitGrant(cents, 'value').length).to.be.greaterThan(1)
  })

  it('are one for a service, which is at most 50 €', () => {
    expect(splitIntoNotes(1200n, 'service')).to.deep.equal([1200n])
    expect(splitGrant(300n, 'service')).to.deep.equal([300n])
    expect(() => splitIntoNotes(5001n, 'service')).to.throw(RangeError)
  })

  it('are none for nothing', () => {
    for (const cents of [0n, -1n]) expect(() => splitIntoNotes(cents, 'value')).to.throw(RangeError)
  })
})
