import { useState } from 'preact/hooks'
import { daysAfter } from '../staff/days.ts'
import { typedSum } from '../staff/readSum.ts'
import { SumField } from '../staff/SumField.tsx'
import { staffWords } from '../staff/words.ts'
import { isoDay, shortSum } from '../text/format.ts'
import { Field } from '../ui/Field.tsx'
import type { Programme, Template } from './deskData.ts'
import { readTerms, type Terms, type TermsFault } from './terms.ts'
import { words } from './words.ts'

const usualDays = 30

export interface TypedTermsState {
  amount: string
  until: string
  setAmount: (amount: string) => void
  setUntil: (until: string) => void
  /** Null while what is typed cannot be granted. */
  terms: Terms | null
  fault: TermsFault | null
}

/** Amount and last day, as the template says until somebody changes them. */
export function useTerms(programme: Programme, template: Template | null): TypedTermsState {
  const today = isoDay(new Date())
  const [amount, setAmount] = useState(template === null ? '' : typedSum(BigInt(template.amountCents)))
  const [until, setUntil] = useState(daysAfter(today, template?.validDays ?? usualDays))
  const read = readTerms({ amount, until }, { today, mostCents: BigInt(programme.mostPerGrantCents) })
  return {
    ...{ amount, until, setAmount, setUntil },
    terms: 'terms' in read ? read.terms : null,
    fault: 'fault' in read ? read.fault : null,
  }
}

/** Why what is typed cannot be granted, in a sentence; null when it can. */
export function whyNoTerms(programme: Programme, { fault }: TypedTermsState): string | null {
  const t = words().grant
  if (fault === 'above_most') return t.most(shortSum(BigInt(programme.mostPerGrantCents)))
  if (fault === 'until') return t.untilWrong
  return fault === null ? null : staffWords().notASum
}

export function TermsFields({ programme, of }: { programme: Programme; of: TypedTermsState }) {
  const because = whyNoTerms(programme, of)
  return (
    <div class="pair">
      <SumField
        label={staffWords().amount}
        value={of.amount}
        onInput={of.setAmount}
        error={of.fault === 'above_most' ? because : null}
      />
      <Field
        label={staffWords().until}
        type="date"
        value={of.until}
        onInput={of.setUntil}
        error={of.fault === 'until' ? because : null}
      />
    </div>
  )
}
