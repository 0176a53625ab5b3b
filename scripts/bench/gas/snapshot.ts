import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Report } from './run.ts'

const path = join(import.meta.dirname, 'snapshot.json')
/** Nothing here is by chance; a little is left to compilers and engines. */
const mostOff = 0.01

/** Our figures as they were committed; the month's by its number of youths, since each size is another town. */
interface Snapshot {
  ours: Record<string, number>
  townMonthPerPayment: Record<string, number>
}

/** A sentence for each figure that is more than a hundredth off, or was never written down. */
export function differences({ ours }: Report, youths: number): string[] {
  const kept = JSON.parse(readFileSync(path, 'utf8')) as Snapshot
  const { townMonthPerPayment, ...figures } = ours
  const wanted = { ...kept.ours, townMonthPerPayment: kept.townMonthPerPayment[youths] }
  return Object.entries({ ...figures, townMonthPerPayment }).flatMap(([name, gas]) => {
    const before = wanted[name as keyof typeof wanted]
    if (before === undefined) return [`${name} is ${gas}, and no snapshot of ${youths} youths says what it was`]
    return Math.abs(gas - before) > before * mostOff ? [`${name} is ${gas}, and was ${before}`] : []
  })
}

/** Writes this run's figures; of other sizes of towns, what is there stays. */
export function writeSnapshot({ ours }: Report, youths: number): void {
  const kept = JSON.parse(readFileSync(path, 'utf8')) as Snapshot
  const { townMonthPerPayment, ...figures } = ours
  const months = { ...kept.townMonthPerPayment, [youths]: townMonthPerPayment }
  writeFileSync(path, `${JSON.stringify({ ours: figures, townMonthPerPayment: months }, null, 2)}\n`)
}
