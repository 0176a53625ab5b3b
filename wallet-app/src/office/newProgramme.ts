import type { openProgramme } from '../../../protocol/api/network.ts'
import type { Purpose } from '../../../protocol/purposes.ts'
import type { Input } from '../api/client.ts'
import { readSum } from '../staff/readSum.ts'
import { areWhole, noWords, type ThreeWords, trimmed } from './threeWords.ts'

type Body = Input<typeof openProgramme>['body']

/** The rule sets that the server publishes; it refuses a programme with any other. */
export const ruleSets = ['2026-1-food', '2026-1-study'] as const

/** For how long a till may undo: until the next morning, or so many seconds. */
export const undoWindows = [null, 900, 3600, 21_600] as const

/** One note: a service voucher is never more. */
const mostServiceCents = 5000n

export interface TypedTemplate {
  id: string
  name: ThreeWords
  amount: string
  days: string
}

export interface TypedProgramme {
  number: string
  name: ThreeWords
  label: ThreeWords
  kind: 'value' | 'service'
  mode: 'full' | 'reference'
  isUniversal: boolean
  purposes: Purpose[]
  /** Empty: no rules. */
  ruleSet: string
  most: string
  daily: string
  /** Empty: until the next morning. */
  undoSeconds: string
  templates: TypedTemplate[]
}

export function emptyProgramme(number: number): TypedProgramme {
  return {
    number: String(number),
    name: noWords,
    label: noWords,
    kind: 'value',
    mode: 'full',
    isUniversal: false,
    purposes: [],
    ruleSet: '',
    most: '',
    daily: '',
    undoSeconds: '',
    templates: [],
  }
}

export type ProgrammeFault = 'number' | 'names' | 'purposes' | 'sums' | 'service_most' | 'templates' | 'template_most'

/** What to send; or the first thing that is not as it has to be. */
export function readProgramme(typed: TypedProgramme): { body: Body } | { fault: ProgrammeFault } {
  if (!/^[1-9]\d{0,8}$/.test(typed.number)) return { fault: 'number' }
  if (!areWhole(typed.name) || !areWhole(typed.label)) return { fault: 'names' }
  if (typed.purposes.length === 0) return { fault: 'purposes' }
  const [most, daily] = [readSum(typed.most), readSum(typed.daily)]
  if (most === null || daily === null || most === 0n || daily === 0n) return { fault: 'sums' }
  if (typed.kind === 'service' && most > mostServiceCents) return { fault: 'service_most' }

  const templates: Body['templates'] = []
  for (const { id, name, amount, days } of typed.templates) {
    const cents = readSum(amount)
    const isDays = /^\d{1,3}$/.test(days) && Number(days) >= 1 && Number(days) <= 366
    if (cents === null || cents === 0n || !isDays || !areWhole(name)) return { fault: 'templates' }
    if (cents > most) return { fault: 'template_most' }
    templates.push({ id, name: trimmed(name), amountCents: cents.toString(), validDays: Number(days) })
  }
  return {
    body: {
      id: Number(typed.number),
      name: trimmed(typed.name),
      label: trimmed(typed.label),
      kind: typed.kind,
      mode: typed.mode,
      isUniversal: typed.isUniversal,
      purposes: typed.purposes,
      // Where decisions are made elsewhere, nothing is checked here.
      ruleSet: typed.ruleSet === '' || typed.mode === 'reference' ? null : typed.ruleSet,
      templates,
      mostPerGrantCents: most.toString(),
      dailyLimitCents: daily.toString(),
      undoSeconds: typed.undoSeconds === '' ? null : Number(typed.undoSeconds),
    },
  }
}
