import { screensOf } from '../ui/screens.ts'

export type OfficeScreen =
  | { is: 'programmes' }
  | { is: 'programme'; id: number }
  | { is: 'newProgramme' }
  | { is: 'merchants' }
  | { is: 'merchant'; id: number }
  | { is: 'newMerchant' }
  | { is: 'post' }
  | { is: 'settlements' }
  | { is: 'settlement'; id: string }
  | { is: 'books' }

export const screens = screensOf<OfficeScreen>('office', { is: 'programmes' })
