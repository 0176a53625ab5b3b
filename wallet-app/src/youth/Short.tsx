import type { Payable } from '../sync/choose.ts'
import { shortSum, sum } from '../text/format.ts'
import { Notice } from '../ui/Notice.tsx'
import { words } from './words.ts'

interface ShortProps {
  cents: bigint
  /** The most that can be paid at once. */
  most: bigint
  notes: readonly Payable[]
  /** The till has named its price: then one asks it for a part. */
  isAtTill?: boolean
}

/** What is missing and what can be done, told before the till tells it. */
export function Short({ cents, most, notes, isAtTill = false }: ShortProps) {
  const t = words().short
  const value = notes.reduce((total, note) => (note.kind === 'value' ? total + note.cents : total), 0n)
  if (most === 0n) return <Notice is="waiting">{t.nothing}</Notice>
  if (value >= cents) return <Notice is="waiting">{t.split(shortSum(most))}</Notice>
  return (
    <Notice is="waiting">
      <b>{t.title(sum(cents - most))}</b>
      {isAtTill && <p>{t.part(sum(most), sum(cents - most))}</p>}
    </Notice>
  )
}
