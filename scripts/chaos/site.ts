import { postUntilFinal } from '../walkthrough/posting.ts'
import { Acknowledged } from './acknowledged.ts'
import { type Broken, checkBooks, checkPromises, checkSums } from './invariants.ts'
import { Shoppers } from './shoppers.ts'
import type { System } from './system.ts'
import { Town } from './town.ts'

/** A system and the people in it. */
export interface Site {
  system: System
  town: Town
  shoppers: Shoppers
}

export interface Verdict {
  acknowledged: number
  lost: string[]
  doubled: string[]
}

const secondsForPosts = 240
const nothing = {
  unpostedCount: 0,
  unsheetedNotes: 0,
  outboxPending: 0,
  revokesPending: 0,
  refundsPending: 0,
  waitingForGuarantee: 0,
}

export async function openSite(system: System, shopperCount: number, seed: number): Promise<Site> {
  const town = await Town.open(system.door.origin, new Acknowledged())
  const shoppers = new Shoppers(town)
  await shoppers.come(shopperCount, seed)
  await system.settle()
  return { system, town, shoppers }
}

/** Everybody gets their answer, everything goes to the chain, and then every promise is held against what is there. */
export async function judge({ system, town, shoppers }: Site, broken: Broken): Promise<Verdict> {
  await shoppers.goHome()
  await Promise.all([...system.apis, ...system.workers].map((server) => server.isReady()))
  await postUntilFinal(town.staff, nothing, secondsForPosts)
  await checkBooks(town, broken)
  await checkSums(town, broken)
  for (const sentence of town.acknowledged.broken) broken.must(false, sentence)
  return { acknowledged: town.acknowledged.count, ...(await checkPromises(town)) }
}
