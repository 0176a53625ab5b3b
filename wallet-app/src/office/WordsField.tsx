import { type Language, languageNames, languages } from '../text/text.ts'
import { Field } from '../ui/Field.tsx'

export type ThreeWords = Record<Language, string>

export const noWords: ThreeWords = { fi: '', sv: '', en: '' }

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

export function areWhole(value: ThreeWords): boolean {
  return languages.every((language) => value[language].trim() !== '')
}

export function trimmed(value: ThreeWords): ThreeWords {
  return { fi: value.fi.trim(), sv: value.sv.trim(), en: value.en.trim() }
}
