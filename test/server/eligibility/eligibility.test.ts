import { expect } from 'chai'
import * as fc from 'fast-check'
import { checkResult, facts as factsSchema } from '../../../protocol/api/grants.ts'
import { check, isRuleSet, ruleSetOf } from '../../../server/eligibility/eligibility.ts'
import type { FactName, Facts, Requirement, RuleSet } from '../../../server/eligibility/ruleSet.ts'

const published = ['2026-1-food', '2026-1-study'].map(ruleSetOf)

const values: { [F in FactName]: fc.Arbitrary<Facts[F]> } = {
  ageBand: fc.constantFrom('under_12', '12_14', '15_17', '18_plus'),
  municipality: fc.constantFrom('240', '091', '999', '976'),
  hasFoodForThreeDays: fc.boolean(),
  isStudent: fc.boolean(),
  householdReceivesBasicAssistance: fc.boolean(),
  otherSupportCoversIt: fc.boolean(),
}
const someFacts = fc.record(values, { requiredKeys: [] }) as fc.Arbitrary<Facts>
const allFacts = fc.record(values) as fc.Arbitrary<Required<Facts>>

describe('Rule sets', () => {
  it('are known by their id only', () => {
    expect(isRuleSet('2026-1-food')).to.equal(true)
    expect(isRuleSet('2026-1')).to.equal(false)
    expect(() => ruleSetOf('constructor')).to.throw('No rule set')
  })

  for (const ruleSet of published) {
    describe(ruleSet.id, () => {
      it('explains every criterion in three languages, with the act it rests on', () => {
        for (const { sentence, legalBasis } of ruleSet.criteria) {
          for (const text of Object.values(sentence)) expect(text).to.match(/\.$/)
          expect(new Set(Object.values(sentence))).to.have.property('size', 3)
          expect(legalBasis).to.match(/\d+\/\d{4}, \d+ §/)
        }
      })

      it('names each criterion once and requires only what it names', () => {
        const ids = ruleSet.criteria.map(({ id }) => id)
        expect(new Set(ids).size).to.equal(ids.length)
        const required = (part: Requirement): string[] =>
          'criterion' in part
            ? [part.criterion]
            : 'not' in part
              ? required(part.not)
              : ('all' in part ? part.all : part.any).flatMap(required)
        if (ruleSet.requires) expect(new Set(required(ruleSet.requires))).to.deep.equal(new Set(ids))
      })

      it('asks only for what a worker can answer', () => {
        for (const fact of check(ruleSet, {}).missing) expect(fact).to.be.oneOf(Object.keys(factsSchema.shape))
      })

      it('answers what the API promises', () => {
        fc.assert(fc.property(someFacts, (facts) => checkResult.safeParse(check(ruleSet, facts)).success))
      })
    })
  }
})

describe('Food at once', () => {
  const food = ruleSetOf('2026-1-food')
  const table: [facts: Facts, outcome: string, missing: FactName[]][] = [
    [{}, 'needs_information', ['ageBand', 'municipality', 'hasFoodForThreeDays', 'otherSupportCoversIt']],
    [{ ageBand: 'under_12' }, 'does_not_meet', []],
    [{ ageBand: '15_17', hasFoodForThreeDays: false }, 'meets_criteria', []],
    [{ hasFoodForThreeDays: false }, 'needs_information', ['ageBand']],
    [{ ageBand: '15_17', hasFoodForThreeDays: true, municipality: '091' }, 'does_not_meet', []],
    [
      { ageBand: '15_17', hasFoodForThreeDays: true, municipality: '240' },
      'needs_information',
      ['otherSupportCoversIt'],
    ],
    [
      { ageBand: '12_14', hasFoodForThreeDays: true, municipality: '240', otherSupportCoversIt: false },
      'meets_criteria',
      [],
    ],
    [
      { ageBand: '12_14', hasFoodForThreeDays: true, municipality: '240', otherSupportCoversIt: true },
      'does_not_meet',
      [],
    ],
    [{ ageBand: '18_plus', municipality: '091' }, 'needs_information', ['hasFoodForThreeDays']],
  ]
  for (const [facts, outcome, missing] of table) {
    it(`${outcome} for ${JSON.stringify(facts)}`, () => {
      expect(check(food, facts)).to.deep.include({ outcome, missing })
    })
  }

  it('says of each criterion whether it is met, not met or unknown', () => {
    const { criteria } = check(food, { ageBand: '15_17', municipality: '091' })
    expect(Object.fromEntries(criteria.map(({ id, result }) => [id, result]))).to.deep.equal({
      own_matter: 'met',
      lives_here: 'not_met',
      urgent: 'unknown',
      not_covered: 'unknown',
    })
  })
})

describe('A check', () => {
  const words = { fi: 'a.', sv: 'b.', en: 'c.' }
  const criterion = (id: string, holds: RuleSet['criteria'][number]['holds']) => ({
    id,
    holds,
    sentence: words,
    legalBasis: '',
  })
  const isStudent = { fact: 'isStudent', isOneOf: [true] } as const

  it('does not ask for what makes no difference, even where rules read it both ways', () => {
    const either = criterion('either', { any: [isStudent, { not: isStudent }] })
    const ruleSet: RuleSet = { id: 'x', title: words, criteria: [either] }
    expect(check(ruleSet, {})).to.deep.include({ outcome: 'meets_criteria', missing: [] })
    const both: RuleSet = { ...ruleSet, requires: { not: { criterion: 'either' } } }
    expect(check(both, {})).to.deep.include({ outcome: 'does_not_meet', missing: [] })
  })

  it('refuses a rule set that requires what it does not define', () => {
    const ruleSet: RuleSet = {
      id: 'x',
      title: words,
      criteria: [criterion('a', isStudent)],
      requires: { all: [{ criterion: 'a' }, { criterion: 'b' }] },
    }
    expect(() => check(ruleSet, { isStudent: true })).to.throw('requires b')
  })

  for (const ruleSet of published) {
    describe(`by ${ruleSet.id}`, () => {
      it('is never turned from yes or no into a question by a fact that is added', () => {
        fc.assert(
          fc.property(someFacts, someFacts, (known, more) => {
            const before = check(ruleSet, known)
            const after = check(ruleSet, { ...more, ...known })
            return before.outcome === 'needs_information' || before.outcome === after.outcome
          }),
        )
      })

      it('leaves no question once every fact is known', () => {
        fc.assert(
          fc.property(allFacts, (facts) => {
            const { outcome, missing, criteria } = check(ruleSet, facts)
            const isClear = outcome !== 'needs_information' && missing.length === 0
            return isClear && criteria.every(({ result }) => result !== 'unknown')
          }),
        )
      })

      it('asks for something exactly when it needs information', () => {
        fc.assert(
          fc.property(someFacts, (facts) => {
            const { outcome, missing } = check(ruleSet, facts)
            return (outcome === 'needs_information') === missing.length > 0
          }),
        )
      })

      it('asks only for facts of which one value leads elsewhere than another', () => {
        fc.assert(
          fc.property(someFacts, (facts) => {
            const known = check(ruleSet, facts)
            return known.missing.every((name) => facts[name as FactName] === undefined)
          }),
        )
      })

      it('is answered by what it asks for: with every missing fact known, it is decided', () => {
        fc.assert(
          fc.property(someFacts, allFacts, (facts, all) => {
            let known = { ...facts }
            for (let asked = 0; asked < 10; asked++) {
              const { missing } = check(ruleSet, known)
              if (missing.length === 0)
                return check(ruleSet, known).outcome === check(ruleSet, { ...all, ...known }).outcome
              known = { ...known, ...Object.fromEntries(missing.map((name) => [name, all[name as FactName]])) }
            }
            return false
          }),
        )
      })

      it('gives the same result for the same facts, and changes none of them', () => {
        fc.assert(
          fc.property(someFacts, (facts) => {
            const copy = structuredClone(facts)
            const [one, two] = [check(ruleSet, facts), check(ruleSet, facts)]
            expect(one).to.deep.equal(two)
            expect(facts).to.deep.equal(copy)
          }),
        )
      })
    })
  }
})
