import { readFileSync } from 'node:fs'
import { type Cents, readPrice } from '../../protocol/money.ts'

/** One line of a case system's list: a decision that was made there. */
export interface GrantLine {
  line: number
  pseudonym: string
  ageBand: 'under_12' | '12_14' | '15_17' | '18_plus'
  municipality: string
  programme: string
  decisionNumber: string
  amountCents: Cents
  validUntil: (now: Date) => Date
}

const columns = [
  'pseudonym',
  'age_band',
  'municipality',
  'programme',
  'decision_number',
  'amount',
  'valid_until',
] as const

/** Reads a CSV of grants. Throws with the line's number at anything it cannot read: a list of money is read whole. */
export function readGrants(path: string): GrantLine[] {
  const [head, ...rows] = readFileSync(path, 'utf8').split(/\r?\n/)
  if (head !== columns.join(',')) throw new Error(`${path} starts with other columns than ${columns.join(',')}`)
  return rows.flatMap((row, place) => (row.trim() === '' ? [] : [readLine(row, place + 2)]))
}

function readLine(row: string, line: number): GrantLine {
  const cells = row.split(',').map((cell) => cell.trim())
  const [
    pseudonym = '',
    ageBand = '',
    municipality = '',
    programme = '',
    decisionNumber = '',
    amount = '',
    until = '',
  ] = cells
  const fail = (what: string) => new Error(`Line ${line}: ${what}`)
  if (cells.length !== columns.length) throw fail(`has ${cells.length} cells, not ${columns.length}`)
  if (pseudonym === '' || decisionNumber === '') throw fail('needs a pseudonym and a decision number')
  if (!isAgeBand(ageBand)) throw fail(`${ageBand} is no age band`)
  if (!/^\d{3}$/.test(municipality)) throw fail(`${municipality} is no municipality code`)
  const amountCents = readPrice(amount)
  if (amountCents === null) throw fail(`${amount} is no amount`)
  const validUntil = readRule(until)
  if (validUntil === null) throw fail(`${until} says no end: write 2026-12-31, "in 30 days" or "end of month + 1"`)
  return { line, pseudonym, ageBand, municipality, programme, decisionNumber, amountCents, validUntil }
}

function isAgeBand(text: string): text is GrantLine['ageBand'] {
  return ['under_12', '12_14', '15_17', '18_plus'].includes(text)
}

/** A day, a number of days, or a month's end so many months on; always the last second of a day in UTC. */
function readRule(text: string): ((now: Date) => Date) | null {
  const inDays = /^in (\d{1,3}) days$/.exec(text)
  if (inDays !== null)
    return (now) => endOfDay(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + Number(inDays[1]))
  const endOfMonth = /^end of month(?: \+ (\d{1,2}))?$/.exec(text)
  if (endOfMonth !== null)
    return (now) => endOfDay(now.getUTCFullYear(), now.getUTCMonth() + 1 + Number(endOfMonth[1] ?? 0), 0)
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T23:59:59Z`) : null
  return day === null || Number.isNaN(day.getTime()) ? null : () => day
}

function endOfDay(year: number, month: number, day: number): Date {
  return new Date(Date.UTC(year, month, day, 23, 59, 59))
}
