import type { SignedCharge } from '../../../protocol/charge.ts'
import { screensOf } from '../ui/screens.ts'

export type YouthScreen =
  | { is: 'home' }
  | { is: 'enrol'; code: string | null }
  | { is: 'voucher'; key: string }
  | { is: 'receipts' }
  | { is: 'receipt'; payment: string }
  | { is: 'settings' }
  | { is: 'scan' }
  | { is: 'confirm'; charge: SignedCharge }
  | { is: 'shops'; why: 'show' | 'ahead' }
  | { is: 'upTo'; merchant: number }
  | { is: 'ahead'; merchant: number; till: number }
  | { is: 'code'; nonce: string }
  | { is: 'paid'; nonce: string }
  | { is: 'receiptCode'; payment: string }

export const screens = screensOf<YouthScreen>('youth', { is: 'home' })
