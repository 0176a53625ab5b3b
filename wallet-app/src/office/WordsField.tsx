import { languageNames, languages } from '../text/text.ts'
import { Field } from '../ui/Field.tsx'
import type { ThreeWords } from './threeWords.ts'

export interface WordsFieldProps {
  label: string
  hint?: string
  value: ThreeWords
  onChange: (value: ThreeWords) => void
}

/** A short text in each of the three languages. */
export function WordsField({ label, hint, value, onChange }: WordsFieldProps) {
  return (
    <fieldset class="words-field">
      <legend class="label">{label}</legend>
      {hint && <p class="quiet">{hint}</p>}
      <div class="pair">
        {languages.map((language) => (
          <Field
            key={language}
            label={languageNames[language]}
            value={value[language]}
            onInput={(typed) => onChange({ ...value, [language]: typed })}
            maxLength={200}
          />
        ))}
      </div>
    </fieldset>
  )
}
