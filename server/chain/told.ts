import type { Hex } from 'viem'
import type { EventArgs, EventName } from './abis.ts'

/** One redemption, as a packed `Redeemed` tells many of them. */
export interface Redemption {
  sheet: Hex
  index: bigint
  merchant: number
  amountCents: bigint
}

/** What an event tells those who apply it: what it carries, but for redemptions, which are told unpacked and all at once. */
export type ToldArgs<E extends EventName> = E extends 'Redeemed' ? readonly Redemption[] : EventArgs<E>

interface Told {
  /** 0, but in a packed log the place in its list: what was passed over keeps its own. */
  part: number
  args: unknown
}

/** The parts of a log. Those of an item that was passed over are none: `Skipped` tells of it. */
export function toldOf(eventName: EventName, args: unknown): Told[] {
  if (eventName !== 'Redeemed') return [{ part: 0, args }]
  return redemptionsOf(args as EventArgs<'Redeemed'>).map(({ part, ...redemption }) => ({ part, args: redemption }))
}

/** The words of a packed log, from the lowest bit: cents (64 bits), merchant (32), place (32). */
export function redemptionsOf({ sheet, redemptions }: EventArgs<'Redeemed'>): (Redemption & { part: number })[] {
  return redemptions.flatMap((word, part) => {
    if (word === 0n) return []
    const merchant = Number((word >> 64n) & 0xffff_ffffn)
    return [{ part, sheet, index: word >> 96n, merchant, amountCents: word & 0xffff_ffff_ffff_ffffn }]
  })
}
