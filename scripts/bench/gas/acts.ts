/** When everything here begins: a Monday, in seconds since 1970. */
export const firstMorning = Date.parse('2027-03-01T06:00:00.000Z') / 1000

/** A note's place on a sheet. Its holder's key and its id follow from its number. */
export interface Leaf {
  note: number
  place: number
  capCents: bigint
}

export interface SheetPlan {
  number: number
  programme: number
  depth: number
  leaves: readonly Leaf[]
  grantedCents: bigint
  committedCents: bigint
  /** Seconds since 1970. */
  validUntil: number
  closesAt: number
}

/** An accepted spend of a note, ready to post. */
export interface Spend extends Leaf {
  sheet: number
  merchant: number
  amountCents: bigint
  mostCents: bigint
  deadline: bigint
}

/** Value of a posted note that goes back to its youth. */
export interface Refund {
  number: number
  spend: Spend
  cents: bigint
  refundedBeforeCents: bigint
}

export interface Revocation {
  sheet: number
  places: readonly number[]
}

/** What a town sends to `Vouchers` while it runs, a transaction each. */
export type Act =
  | { kind: 'cut'; sheet: SheetPlan }
  /** In the order to post them. */
  | { kind: 'redeem'; spends: readonly Spend[] }
  | { kind: 'revoke'; revocations: readonly Revocation[] }
  | { kind: 'refund'; refunds: readonly Refund[] }
  | { kind: 'release'; releases: readonly { sheet: number; cents: bigint }[] }
  | { kind: 'close'; sheet: number }
  | { kind: 'reclaim'; reclaims: readonly { programme: number; cents: bigint }[] }

/** Our contracts, deployed and funded, as the bench drives them. The call format is known to `ours.ts` alone. */
export interface Ours {
  /** Sends one transaction and answers its gas; throws when it reverts. */
  gasOf(act: Act): Promise<number>
  /** What the contract owes a merchant: shows that nothing was skipped. */
  owedCents(merchant: number): Promise<bigint>
}

/** Programmes and merchants that are open from the start, with all money that a month could need. */
export interface TownPlan {
  programmes: readonly { id: number; purposes: number }[]
  merchants: readonly { id: number; purposes: number }[]
}
