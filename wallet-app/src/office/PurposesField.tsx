import { type Purpose, purposes } from '../../../protocol/purposes.ts'
import { staffWords } from '../staff/words.ts'
import { Check } from '../ui/Field.tsx'

export interface PurposesFieldProps {
  label: string
  value: readonly Purpose[]
  onChange: (value: Purpose[]) => void
}

/** Which of the eight purposes; at least one. */
export function PurposesField({ label, value, onChange }: PurposesFieldProps) {
  return (
    <fieldset class="check-grid">
      <legend class="label">{label}</legend>
      {purposes.map((purpose) => (
        <Check
          key={purpose}
          label={staffWords().purpose[purpose]}
          isOn={value.includes(purpose)}
          onChange={(isOn) => onChange(purposes.filter((one) => (one === purpose ? isOn : value.includes(one))))}
        />
      ))}
    </fieldset>
  )
}
