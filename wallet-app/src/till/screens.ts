import type { Hex } from 'viem'
import { screensOf } from '../ui/screens.ts'

export type TillScreen =
  | { is: 'price' }
  | { is: 'join'; code: string | null }
  | { is: 'charge'; nonce: Hex }
  /** `text`: a code that the phone's own camera read. */
  | { is: 'scan'; cents: bigint | null; nonce: Hex | null; text?: string }
  | { is: 'paid'; payment: Hex }
  | { is: 'undo'; payment: Hex; cents: bigint }
  | { is: 'day' }
  | { is: 'payment'; payment: Hex; day: string }
  | { is: 'ahead' }
  | { is: 'settings' }

export const screens = screensOf<TillScreen>('till', { is: 'price' })
