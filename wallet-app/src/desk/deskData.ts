import { signal } from '@preact/signals'
import type { getCase } from '../../../protocol/api/grants.ts'
import type { listProgrammes } from '../../../protocol/api/network.ts'
import type { issueCode } from '../../../protocol/api/people.ts'
import type { Answer } from '../api/client.ts'
import { callStaff } from '../staff/staffSession.ts'

export type Case = Answer<typeof getCase>
export type Need = Case['needs'][number]
export type Decision = NonNullable<Need['decision']>
export type CheckResult = NonNullable<Need['check']>
export type Programme = Answer<typeof listProgrammes>['programmes'][number]
export type Template = Programme['templates'][number]
export type IssuedCode = Answer<typeof issueCode> & { caseId: string }

/** The code made last. It lives in this page's memory alone, and is gone with it. */
export const issued = signal<IssuedCode | null>(null)

/** Kept while the page is open: a template is one tap, without waiting. Amounts are checked by the server anyway. */
let known: Programme[] | null = null

export async function loadProgrammes(): Promise<Programme[]> {
  known ??= (await callStaff<typeof listProgrammes>('get', '/api/programmes', {})).programmes
  return known
}

/** The reading is logged by the server. */
export async function loadCase(id: string): Promise<Case> {
  return await callStaff<typeof getCase>('get', '/api/desk/cases/:case', { params: { case: id } })
}

/** A new code; one made before stops working. */
export async function makeCode(caseId: string): Promise<void> {
  const answer = await callStaff<typeof issueCode>('post', '/api/desk/cases/:case/code', {
    params: { case: caseId },
    body: {},
  })
  issued.value = { ...answer, caseId }
}
