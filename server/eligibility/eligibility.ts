import type { z } from 'zod'
import type { checkResult } from '../../protocol/api/grants.ts'
import { completionsOf, type Domain, domainOf } from './completions.ts'
import type { Condition, FactName, Facts, Requirement, RuleSet } from './ruleSet.ts'
import { food } from './rules/2026-1-food.ts'
import { study } from './rules/2026-1-study.ts'

export type CheckResult = z.output<typeof checkResult>

const ruleSets = new Map([food, study].map((ruleSet) => [ruleSet.id, ruleSet]))

export function isRuleSet(id: string): boolean {
  return ruleSets.has(id)
}

/** @throws for an id that is not published: a programme names only what `isRuleSet` knows. */
export function ruleSetOf(id: string): RuleSet {
  const ruleSet = ruleSets.get(id)
  if (ruleSet === undefined) throw new Error(`No rule set ${id} is published`)
  return ruleSet
}

/**
 * Pure: the same facts always give the same result, so it can be explained years later. What is not known is never
 * guessed: every way in which the unknown may turn out is tried, and only where those ways differ is information needed.
 * So a fact that is added never turns a yes or a no into a question.
 *
 * It explains; a person decides.
 */
export function check(ruleSet: RuleSet, facts: Facts): CheckResult {
  const domain = domainOf(ruleSet)
  const completions = completionsOf(domain, facts)
  const required = ruleSet.requires ?? { all: ruleSet.criteria.map(({ id }) => ({ criterion: id })) }
  const outcomes = completions.map((complete) => meets(ruleSet, required, complete))
  return {
    ruleSet: ruleSet.id,
    outcome: outcomes.every((met) => met)
      ? 'meets_criteria'
      : outcomes.some((met) => met)
        ? 'needs_information'
        : 'does_not_meet',
    missing: missingFrom(domain, facts, (complete) => meets(ruleSet, required, complete)),
    criteria: ruleSet.criteria.map(({ id, holds, sentence, legalBasis }) => {
      const results = completions.map((complete) => isTrue(holds, complete))
      const result = results.every((met) => met) ? 'met' : results.some((met) => met) ? 'unknown' : 'not_met'
      return { id, result, sentence, legalBasis }
    }),
  }
}

/** The unknown facts that could still change the outcome, in the order of the rules: what a worker should ask. */
function missingFrom(domain: Domain, facts: Facts, meetsAll: (complete: Facts) => boolean): FactName[] {
  const unknown = [...domain.keys()].filter((name) => facts[name] === undefined)
  return unknown.filter((name) => {
    const values = domain.get(name) ?? []
    const others = new Map([...domain].filter(([other]) => other !== name))
    return completionsOf(others, facts).some((complete) => {
      const outcomes = new Set(values.map((value) => meetsAll({ ...complete, [name]: value })))
      return outcomes.size > 1
    })
  })
}

function meets(ruleSet: RuleSet, required: Requirement, complete: Facts): boolean {
  if ('all' in required) return required.all.every((part) => meets(ruleSet, part, complete))
  if ('any' in required) return required.any.some((part) => meets(ruleSet, part, complete))
  if ('not' in required) return !meets(ruleSet, required.not, complete)
  const criterion = ruleSet.criteria.find(({ id }) => id === required.criterion)
  if (criterion === undefined) throw new Error(`${ruleSet.id} requires ${required.criterion}, which it does not define`)
  return isTrue(criterion.holds, complete)
}

function isTrue(condition: Condition, complete: Facts): boolean {
  if ('all' in condition) return condition.all.every((part) => isTrue(part, complete))
  if ('any' in condition) return condition.any.some((part) => isTrue(part, complete))
  if ('not' in condition) return !isTrue(condition.not, complete)
  const value = complete[condition.fact]
  return value !== undefined && condition.isOneOf.includes(value)
}
