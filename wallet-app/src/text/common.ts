import type { Text } from './fi.ts'
import { declareWords } from './text.ts'

/** Words that every face uses, with a sentence for every refusal. */
export const common = declareWords<Text>({
  fi: () => import('./fi.ts'),
  sv: () => import('./sv.ts'),
  en: () => import('./en.ts'),
})
