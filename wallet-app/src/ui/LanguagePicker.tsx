import { common } from '../text/common.ts'
import { type Language, language, languageNames, languages, setLanguage } from '../text/text.ts'
import { Choices } from './Field.tsx'

export function LanguagePicker() {
  return (
    <Choices
      label={common().language}
      value={language.value}
      options={languages.map((value: Language) => ({ value, text: languageNames[value] }))}
      onChange={(next) => void setLanguage(next)}
    />
  )
}
