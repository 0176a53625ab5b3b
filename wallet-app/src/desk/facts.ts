import type { CheckResult, Need } from './deskData.ts'

/** What a worker can answer with yes or no, in the order in which it is asked. Age and municipality stand in the case. */
export const questions = [
  'hasFoodForThreeDays',
  'otherSupportCoversIt',
  'isStudent',
  'householdReceivesBasicAssistance',
] as const

export type Question = (typeof questions)[number]

/** What to ask: only what could still change the outcome, and what was answered before, so that it can be corrected. */
export function questionsOf(check: Pick<CheckResult, 'missing'>, facts: Need['facts']): Question[] {
  return questions.filter((name) => check.missing.includes(name) || facts[name] !== undefined)
}
