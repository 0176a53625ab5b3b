import { Field } from '../ui/Field.tsx'
import { staffWords } from './words.ts'

export const leastReason = 3

export interface ReasonFieldProps {
  label?: string
  value: string
  onInput: (value: string) => void
  /** Sentences that fit often; one tap writes one, and it can be changed. */
  ready?: readonly string[]
  hint?: string
}

/** Why: a person's own words, or a ready sentence to start from. */
export function ReasonField({ label, value, onInput, ready = [], hint }: ReasonFieldProps) {
  const t = staffWords()
  return (
    <div class="stack tight">
      <Field label={label ?? t.reason} value={value} onInput={onInput} lines={2} maxLength={500} hint={hint} />
      {ready.length > 0 && value.trim() === '' && (
        <fieldset class="chips" aria-label={t.readyReasons}>
          {ready.map((sentence) => (
            <button key={sentence} type="button" class="chip" onClick={() => onInput(sentence)}>
              {sentence}
            </button>
          ))}
        </fieldset>
      )}
    </div>
  )
}

/** What a reason lacks, in a sentence; null when it is one. */
export function whyNoReason(value: string): string | null {
  return value.trim().length >= leastReason ? null : staffWords().reasonShort
}
