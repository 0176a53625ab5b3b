import { declareWords } from '../text/text.ts'
import type { Text } from './text/fi.ts'

export const words = declareWords<Text>({
  fi: () => import('./text/fi.ts'),
  sv: () => import('./text/sv.ts'),
  en: () => import('./text/en.ts'),
})
