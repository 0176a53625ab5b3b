import { type Language, languages } from '../text/text.ts'

/** A short text in each of the three languages. */
export type ThreeWords = Record<Language, string>

export const noWords: ThreeWords = { fi: '', sv: '', en: '' }

export function areWhole(value: ThreeWords): boolean {
  return languages.every((language) => value[language].trim() !== '')
}

export function trimmed(value: ThreeWords): ThreeWords {
  return { fi: value.fi.trim(), sv: value.sv.trim(), en: value.en.trim() }
}
