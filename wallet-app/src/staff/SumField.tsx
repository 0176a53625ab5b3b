import { Field } from '../ui/Field.tsx'
import { readSum } from './readSum.ts'
import { staffWords } from './words.ts'

export interface SumFieldProps {
  label: string
  value: string
  onInput: (value: string) => void
  hint?: string
  /** What is wrong beside not being a sum. */
  error?: string | null
}

/** A sum in euros as a person types it; says what is wrong once something is typed. */
export function SumField({ label, value, onInput, hint, error }: SumFieldProps) {
  const isWrong = value.trim() !== '' && readSum(value) === null
  const because = isWrong ? staffWords().notASum : (error ?? null)
  return <Field label={label} value={value} onInput={onInput} inputMode="decimal" hint={hint} error={because} />
}
