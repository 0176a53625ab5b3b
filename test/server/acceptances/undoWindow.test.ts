import { expect } from 'chai'
import fc from 'fast-check'
import { helsinkiTime, nextDay, postAfter, undoUntil } from '../../../server/acceptances/undoWindow.ts'

describe('Undo window', () => {
  const table: [what: string, accepted: string, until: string][] = [
    ['in winter', '2026-11-10T10:00:00Z', '2026-11-11T02:00:00Z'],
    ['in summer', '2026-07-10T10:00:00Z', '2026-07-11T01:00:00Z'],
    ['late in the evening in Finland, when it is still the same day', '2026-11-10T21:59:59Z', '2026-11-11T02:00:00Z'],
    ['just after midnight in Finland, when UTC is a day behind', '2026-11-10T22:00:00Z', '2026-11-12T02:00:00Z'],
    ['the day before clocks go forward', '2026-03-28T10:00:00Z', '2026-03-29T01:00:00Z'],
    ['the day when clocks go forward', '2026-03-29T10:00:00Z', '2026-03-30T01:00:00Z'],
    ['the day before clocks go back', '2026-10-24T10:00:00Z', '2026-10-25T02:00:00Z'],
    ['in the hour that comes twice', '2026-10-25T00:30:00Z', '2026-10-26T02:00:00Z'],
    ['on the last day of a year', '2026-12-31T12:00:00Z', '2027-01-01T02:00:00Z'],
    ['before a leap day', '2028-02-28T12:00:00Z', '2028-02-29T02:00:00Z'],
  ]
  for (const [what, accepted, until] of table) {
    it(`ends at 04:00 the next day ${what}`, () => {
      expect(undoUntil(new Date(accepted), null).toISOString()).to.equal(new Date(until).toISOString())
    })
  }

  it('is so many seconds where a programme says so', () => {
    const now = new Date('2026-11-10T10:00:00Z')
    expect(undoUntil(now, 0)).to.deep.equal(now)
    expect(undoUntil(now, 60).getTime() - now.getTime()).to.equal(60_000)
  })

  it('is always more than three hours and at most twenty-nine', () => {
    const moments = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(moments, (now) => {
        const hours = (undoUntil(now, null).getTime() - now.getTime()) / 3_600_000
        expect(hours).to.be.within(3, 29)
      }),
    )
  })
})

describe('Time in Finland', () => {
  it('begins each day at its own midnight', () => {
    expect(helsinkiTime('2026-11-10', 0).toISOString()).to.equal('2026-11-09T22:00:00.000Z')
    expect(helsinkiTime('2026-07-10', 0).toISOString()).to.equal('2026-07-09T21:00:00.000Z')
  })

  it('has days of 23 and 25 hours', () => {
    const length = (day: string) =>
      (helsinkiTime(nextDay(day), 0).getTime() - helsinkiTime(day, 0).getTime()) / 3_600_000
    expect([length('2026-03-29'), length('2026-10-25'), length('2026-11-10')]).to.deep.equal([23, 25, 24])
  })

  it('has no 03:00 on the night when clocks go forward', () => {
    expect(() => helsinkiTime('2026-03-29', 3)).to.throw(RangeError)
  })
})

describe('Posting', () => {
  const until = new Date('2026-11-11T02:00:00Z')
  it('gives each note of a payment an evening of its own', () => {
    const evenings = (place: number, chance?: number) =>
      (postAfter(until, place, null, 86_400, chance).getTime() - until.getTime()) / 86_400_000
    expect([evenings(0), evenings(1, 1), evenings(1, 3), evenings(2, 1), evenings(2, 3)]).to.deep.equal([0, 1, 3, 4, 6])
    const drawn = new Set(Array.from({ length: 100 }, () => evenings(1)))
    expect([...drawn].sort()).to.deep.equal([1, 2, 3])
  })
  it('keeps a day between them even where the post runs more often, unless the window is short', () => {
    expect(postAfter(until, 1, null, 60, 1).getTime() - until.getTime()).to.equal(86_400_000)
    expect(postAfter(until, 1, 30, 60, 1).getTime() - until.getTime()).to.equal(60_000)
  })
})
