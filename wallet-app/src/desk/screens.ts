import { screensOf } from '../ui/screens.ts'

/* Only ids stand in the history: no pseudonym, no text, no code. */
export type DeskScreen =
  | { is: 'cases' }
  | { is: 'newCase' }
  | { is: 'case'; id: string }
  | { is: 'grant'; caseId: string; programme: number; template: string | null }
  | { is: 'decide'; caseId: string; need: string }
  | { is: 'code'; caseId: string }
  | { is: 'approvals' }

export const screens = screensOf<DeskScreen>('desk', { is: 'cases' })
