import { expect } from 'chai'
import { questionsOf } from '../../wallet-app/src/desk/facts.ts'
import { readTerms, readUntil, standingOf } from '../../wallet-app/src/desk/terms.ts'

const at = { today: '2026-11-22', mostCents: 12_000n }

describe('Terms of a grant', () => {
  const faults = [
    ['amount', '', '2026-12-22'],
    ['amount', '0', '2026-12-22'],
    ['amount', 'fifty', '2026-12-22'],
    ['above_most', '120,01', '2026-12-22'],
    ['until', '50', '2026-11-21'],
    ['until', '50', '2027-11-23'],
    ['until', '50', ''],
  ] as const
  for (const [fault, amount, until] of faults) {
    it(`are refused for ${fault} when ${JSON.stringify(amount)} until ${JSON.stringify(until)} is typed`, () => {
      expect(readTerms({ amount, until }, at)).to.deep.equal({ fault })
    })
  }

  it('reach from today to a year ahead, up to the most of the programme', () => {
    expect(readTerms({ amount: '120', until: '2026-11-22' }, at)).to.deep.equal({
      terms: { amountCents: 12_000n, validUntil: '2026-11-22T21:59:59.000Z' },
    })
    expect(readUntil('2027-11-22', at.today)).to.equal('2027-11-22T21:59:59.000Z')
  })
})

describe('A decision', () => {
  const granted = { outcome: 'granted', isEmergency: false } as const

  it('that waits is not granted, except in an emergency, where it is reviewed', () => {
    expect(standingOf({ ...granted, state: 'waiting_for_second' })).to.equal('waiting_for_second')
    expect(standingOf({ ...granted, state: 'waiting_for_second', isEmergency: true })).to.equal('waiting_for_review')
  })

  it('stands as it was made, unless it was turned down or ended', () => {
    expect(standingOf({ ...granted, state: 'decided' })).to.equal('granted')
    expect(standingOf({ ...granted, outcome: 'refused', state: 'decided' })).to.equal('refused')
    expect(standingOf({ ...granted, state: 'turned_down' })).to.equal('turned_down')
    expect(standingOf({ ...granted, state: 'ended' })).to.equal('ended')
  })
})

describe('Questions to a worker', () => {
  it('are only those that could change the outcome', () => {
    expect(questionsOf({ missing: ['hasFoodForThreeDays', 'municipality'] }, {})).to.deep.equal(['hasFoodForThreeDays'])
    expect(questionsOf({ missing: [] }, { ageBand: '15_17' })).to.deep.equal([])
  })

  it('stay in sight once answered, so that an answer can be corrected', () => {
    expect(questionsOf({ missing: [] }, { hasFoodForThreeDays: false })).to.deep.equal(['hasFoodForThreeDays'])
  })
})
