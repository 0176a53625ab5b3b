import { expect } from 'chai'
import fc from 'fast-check'
import type { Hex } from 'viem'
import { mostNotes } from '../../protocol/spend.ts'
import { mostAtOnce, mostNotesAtOnce, type Payable, waysToPay } from '../../wallet-app/src/sync/choose.ts'

const soon = Date.UTC(2026, 10, 30)
const later = Date.UTC(2027, 1, 28)
let place = 0

function note(cents: number, voucher = 'food', endsAt = soon, kind: Payable['kind'] = 'value'): Payable {
  place += 1
  return {
    noteId: `0x${place.toString(16).padStart(32, '0')}` as Hex,
    place,
    cents: BigInt(cents),
    voucher,
    kind,
    endsAt,
  }
}

/** Faces and what is drawn of each, in the order they are signed. */
function chosen(notes: Payable[], cents: number, isOffline = false): string[] {
  const way = waysToPay(notes, BigInt(cents), isOffline)[0]
  return (way?.parts ?? []).map((part) => {
    const found = notes.find(({ noteId }) => noteId === part.noteId)
    return `${part.mostCents} of ${found?.cents}`
  })
}

describe('Notes chosen for a payment', () => {
  const fifty = [2000, 1000, 1000, 500, 500].map((cents) => note(cents))

  it('are none when it is short', () => {
    expect(waysToPay([note(500)], 501n, false)).to.deep.equal([])
    expect(waysToPay([], 1n, false)).to.deep.equal([])
  })

  it('are none when more than three would be needed', () => {
    expect(chosen(fifty, 4500)).to.deep.equal([])
    expect(mostAtOnce(fifty)).to.equal(4000n)
  })

  it('fit best', () => {
    expect(chosen(fifty, 890)).to.deep.equal(['890 of 1000'])
    expect(chosen(fifty, 400)).to.deep.equal(['400 of 500'])
    expect(chosen(fifty, 2500)).to.deep.equal(['500 of 500', '2000 of 2000'])
  })

  it('are few, so that small ones stay for a phone without network', () => {
    expect(chosen(fifty, 1000)).to.deep.equal(['1000 of 1000'])
    expect(chosen(fifty, 1200)).to.deep.equal(['1200 of 2000'])
    expect(chosen(fifty, 1200, true)).to.deep.equal(['500 of 500', '700 of 1000'])
    expect(chosen(fifty, 2000, true)).to.deep.equal(['2000 of 2000'])
  })

  it('end soonest first', () => {
    const notes = [note(500, 'culture', later), note(1000, 'food', soon)]
    expect(chosen(notes, 500)).to.deep.equal(['500 of 1000'])
    expect(chosen(notes, 1400)).to.deep.equal(['1000 of 1000', '400 of 500'])
  })

  it('fit best before they end soonest where no change comes back', () => {
    expect(chosen([note(5000, 'food', soon), note(500, 'culture', later)], 500, true)).to.deep.equal(['500 of 500'])
  })

  it('are signed for what is drawn and no more', () => {
    const [way] = waysToPay(fifty, 3300n, false)
    expect(way?.parts.reduce((sum, part) => sum + part.mostCents, 0n)).to.equal(3300n)
  })

  it('are one service voucher and nothing else with it', () => {
    const notes = [note(1200, 'meal', soon, 'service'), note(500)]
    expect(chosen(notes, 1100)).to.deep.equal(['1100 of 1200'])
    expect(chosen(notes, 1300)).to.deep.equal([])
  })

  it('do not use up a service voucher for less than half of it, while there is another way', () => {
    const notes = [note(1200, 'meal', soon, 'service'), note(500)]
    expect(chosen(notes, 300)).to.deep.equal(['300 of 500'])
    expect(waysToPay(notes, 300n, false).map(({ kind }) => kind)).to.deep.equal(['value', 'service'])
    expect(chosen(notes.slice(0, 1), 300)).to.deep.equal(['300 of 1200'])
  })

  it('are as many as the protocol takes', () => {
    expect(mostNotesAtOnce).to.equal(mostNotes)
  })

  it('pay exactly, with none idle, whenever at most three can', () => {
    const faces = fc.array(fc.record({ cents: fc.integer({ min: 1, max: 5000 }), isLate: fc.boolean() }), {
      maxLength: 9,
    })
    fc.assert(
      fc.property(faces, fc.integer({ min: 1, max: 15_000 }), fc.boolean(), (made, cents, isOffline) => {
        const notes = made.map(({ cents: face, isLate }) => note(face, isLate ? 'b' : 'a', isLate ? later : soon))
        const [way] = waysToPay(notes, BigInt(cents), isOffline)
        if (mostAtOnce(notes) < BigInt(cents)) return way === undefined
        if (!way) return false
        const drawn = way.parts.reduce((sum, part) => sum + part.mostCents, 0n)
        const fits = way.parts.every((part) => {
          const face = notes.find(({ noteId }) => noteId === part.noteId)!.cents
          return part.mostCents > 0n && part.mostCents <= face
        })
        return (
          drawn === BigInt(cents) && fits && new Set(way.parts.map(({ noteId }) => noteId)).size === way.parts.length
        )
      }),
    )
  })
})
