import { join } from 'node:path'
import { expect } from 'chai'
import { attacks } from '../../scripts/linkage/attacks.ts'
import { decode } from '../../scripts/linkage/decode.ts'
import { playMonth } from '../../scripts/linkage/month.ts'
import { isTooGood, scoreOf } from '../../scripts/linkage/score.ts'
import { Chance } from '../../scripts/walkthrough/chance.ts'
import { readGrants } from '../../scripts/walkthrough/grants.ts'

const grantsFile = join(import.meta.dirname, '../../scripts/sample/grants.csv')

describe('Whoever reads the whole chain of a week', function () {
  this.timeout(240_000)

  it('cannot tell which notes are one youth’s', async () => {
    // One programme, so that the attacks need not guess which; `npm run linkage` plays a month of the whole town.
    const lines = readGrants(grantsFile).filter(({ programme }) => programme === 'culture')
    const { transactions, vouchers, truth } = await playMonth({ lines, days: 7, share: 1 / 4, seed: 7 }, () => {})
    const seen = decode(transactions, vouchers)
    const posted = new Map(seen.notes.map(({ noteId }) => [noteId, truth.get(noteId)!]))
    expect(seen.notes.length).to.be.greaterThan(300)
    for (const [name, attack] of Object.entries(attacks)) {
      const score = scoreOf(name, attack(seen), posted, new Chance(7))
      expect(isTooGood(score), `${name}: ${score.right} of ${score.guesses} right`).to.equal(false)
    }
  })
})
