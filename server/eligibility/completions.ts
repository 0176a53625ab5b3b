import type { Condition, FactName, Facts, RuleSet } from './ruleSet.ts'

/** For each fact that the rules read, every value that could make a difference to them. */
export type Domain = Map<FactName, readonly (string | boolean)[]>

const closed: Partial<Record<FactName, readonly (string | boolean)[]>> = {
  ageBand: ['under_12', '12_14', '15_17', '18_plus'],
}

/** Stands for every municipality that the rules do not name: to them, all of those are alike. */
const elsewhere = 'elsewhere'

export function domainOf(ruleSet: RuleSet): Domain {
  const domain: Domain = new Map()
  for (const { holds } of ruleSet.criteria) {
    for (const { fact, isOneOf } of statementsIn(holds)) {
      const known = domain.get(fact) ?? closed[fact] ?? (typeof isOneOf[0] === 'boolean' ? [true, false] : [elsewhere])
      domain.set(fact, closed[fact] ?? [...new Set([...known, ...isOneOf])])
    }
  }
  for (const [fact, values] of domain) domain.set(fact, representatives(ruleSet, fact, values))
  return domain
}

/** Values that every statement treats alike count once: 21 municipalities of one county are one case to try. */
function representatives(ruleSet: RuleSet, fact: FactName, values: readonly (string | boolean)[]) {
  const statements = ruleSet.criteria.flatMap(({ holds }) => statementsIn(holds)).filter((one) => one.fact === fact)
  const byTreatment = new Map(
    values.map((value) => [statements.map(({ isOneOf }) => isOneOf.includes(value)).join(), value]),
  )
  return [...byTreatment.values()]
}

function statementsIn(condition: Condition): Extract<Condition, { fact: FactName }>[] {
  if ('fact' in condition) return [condition]
  if ('not' in condition) return statementsIn(condition.not)
  return ('all' in condition ? condition.all : condition.any).flatMap(statementsIn)
}

/** The known facts, with every combination of values for the unknown ones of the domain. */
export function completionsOf(domain: Domain, facts: Facts): Facts[] {
  let completions: Facts[] = [facts]
  for (const [fact, values] of domain) {
    if (facts[fact] !== undefined) continue
    completions = completions.flatMap((partial) => values.map((value) => ({ ...partial, [fact]: value })))
  }
  return completions
}
