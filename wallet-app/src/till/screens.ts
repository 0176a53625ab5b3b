import type { Hex } from 'viem'
import { screensOf } from '../ui/screens.ts'

export type TillScreen =
  | { is: 'price' }
  | { is: 'join'; code: string | null }
  | { is: 'charge'; nonce: Hex }
  | { is: 'scan'; cents: bigint | null; nonce: Hex | null }
  | { is: 'paid'; payment: Hex }
  | { is: 'undo'; payment: Hex; cents: bigint }
  | { is: 'day' }
  | { is: 'payment'; payment: Hex; day: string }
  | { is: 'ahead' }
  | { is: 'settings' }

export const screens = screensOf<TillScreen>('till', { is: 'price' })
