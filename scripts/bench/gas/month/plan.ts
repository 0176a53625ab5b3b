import type { Cents } from '../../../../protocol/money.ts'
import { type Config, readConfig } from '../../../../server/config.ts'
import type { Act } from '../acts.ts'
import type { Holding } from '../peers.ts'

export interface MonthPlan {
  youths: number
  shops: number
  days: number
  seed: number
  /** Of the vouchers, how many are used on a day. */
  share: number
  /** One in so many payments is undone the same day, refunded the next day. */
  undoneOneIn: number
  refundedOneIn: number
  /** One in so many youths' first voucher is revoked, and phone is lost, in the month. */
  revokedOneIn: number
  lostOneIn: number
  cadence: Cadence
}

/** How often the server sends what, and how much of it at once: its own settings, as they are where nobody sets them. */
export type Cadence = Pick<
  Config,
  | 'postIntervalSeconds'
  | 'graceSeconds'
  | 'sheetLeastNotes'
  | 'sheetWaitSeconds'
  | 'releaseStepCents'
  | 'refundEvenings'
>

/**
 * A town of 2,000 youths and 60 shops with the walkthrough's grants and visits: in its week each voucher is used once, and
 * every second one again. Its vouchers are revoked and its phones lost as often, too, in a month. Undone and refunded are
 * as many as at real tills, one in fifty: the walkthrough, which wants to meet each in a minute, has far more.
 */
export const townsMonth: MonthPlan = {
  youths: 2000,
  shops: 60,
  days: 28,
  seed: 2026,
  share: 1.5 / 7,
  undoneOneIn: 50,
  refundedOneIn: 50,
  revokedOneIn: 40,
  lostOneIn: 100,
  cadence: readConfig({ SAMPLE: 'true' }),
}

/** A payment as others would make it: from a youth's lasting address to the shop's, or back. */
export interface Carried {
  holder: string
  to: string
  programme: number
  cents: Cents
}

/** What one evening sends, to ours and to the others. */
export interface Evening {
  /** Seconds since 1970. */
  at: number
  acts: Act[]
  issued: Holding[]
  takenBack: Holding[]
  carried: Carried[]
}

export interface Month {
  programmes: { id: number; purposes: number }[]
  merchants: { id: number; purposes: number }[]
  evenings: Evening[]
  /** Payments that stand: accepted and not undone. */
  payments: number
  /** What each merchant has earned, less refunds. */
  earnedCents: Map<number, Cents>
  /** What the programmes' guarantees and floats must hold, at the worst moment of each. */
  guaranteeCents: Cents
  floatCents: Cents
}
