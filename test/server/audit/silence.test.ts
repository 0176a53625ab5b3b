import { expect } from 'chai'
import { silenceOf } from '../../../server/audit/silence.ts'

describe('The silence of an audit log', () => {
  const at = new Date('2026-11-10T10:00:00.000Z')
  const ago = (seconds: number) => new Date(at.getTime() - seconds * 1000)
  const day = 86_400

  it('is told of rows that wait for more than a minute', () => {
    expect(silenceOf({ at, oldestWaitingAt: ago(61), lastAnchorAt: ago(day) }, true)).to.deep.equal([
      'rows wait for more than a minute to be chained: no worker does it',
    ])
    expect(silenceOf({ at, oldestWaitingAt: ago(60), lastAnchorAt: ago(2 * day) }, true)).to.deep.equal([])
  })

  it('is told of a last anchor older than two days, but for a sample, which was quiet', () => {
    const found = { at, oldestWaitingAt: null, lastAnchorAt: ago(2 * day + 1) }
    expect(silenceOf(found, true)).to.deep.equal(['the last anchor is older than two days'])
    expect(silenceOf(found, false)).to.deep.equal([])
  })

  it('is none where everything has just begun', () => {
    expect(silenceOf({ at, oldestWaitingAt: ago(5), lastAnchorAt: null }, true)).to.deep.equal([])
  })
})
