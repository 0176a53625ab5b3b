import * as audit from '../../protocol/api/audit.ts'
import { pause } from '../walkthrough/parallel.ts'
import { Acknowledged } from './acknowledged.ts'
import { type Broken, checkBooks, checkChain, checkPromises, checkSums } from './invariants.ts'
import { patiently, surely } from './patience.ts'
import { Shoppers } from './shoppers.ts'
import type { System } from './system.ts'
import { Town } from './town.ts'
import { checkAuditLog, checkServers } from './witnesses.ts'

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

const secondsForPosts = 300

export async function openSite(system: System, shopperCount: number, seed: number): Promise<Site> {
  const town = await Town.open(system.door.origin, new Acknowledged())
  const shoppers = new Shoppers(town)
  await shoppers.come(shopperCount, seed)
  await system.settle()
  return { system, town, shoppers }
}

/** Everybody gets their answer, everything goes to the chain, and then every promise is held against what is there. */
export async function judge({ system, town, shoppers }: Site, broken: Broken): Promise<Verdict> {
  const servers = [...system.apis, ...system.workers]
  await broken.unless('Somebody never got an answer', () => shoppers.goHome())
  await Promise.all(servers.map((server) => server.isReady()))
  await town.lookAtPhones()
  await broken.unless('Something is never posted', () => postAll(town))
  await checkBooks(town, broken)
  await checkSums(town, broken)
  if (system.outside !== null) await checkChain(town, system.outside.network.url, broken)
  for (const sentence of town.acknowledged.broken) broken.must(false, sentence)
  await checkAuditLog(town, system.outside?.database ?? null, broken)
  checkServers(servers, broken)
  return { acknowledged: town.acknowledged.count, ...(await checkPromises(town)) }
}

/** Evening after evening, until no acceptance, note, order, revocation or refund waits for anything. */
async function postAll({ staff }: Town): Promise<void> {
  const until = Date.now() + secondsForPosts * 1000
  for (;;) {
    await patiently(() => staff.officer.call(audit.runPost, { body: { sheets: 'now' } }))
    await patiently(() => staff.finance[0].call(audit.payGuarantee, { body: {} }))
    const state = await surely(() => staff.officer.call(audit.getPost))
    const waiting = names.filter((name) => state[name] > 0).map((name) => `${name} ${state[name]}`)
    if (waiting.length === 0) return
    if (Date.now() > until) throw new Error(`After ${secondsForPosts} s there still waits: ${waiting.join(', ')}`)
    await pause(500)
  }
}

const names = [
  'unpostedCount',
  'postedCount',
  'unsheetedNotes',
  'outboxPending',
  'revokesPending',
  'refundsPending',
  'waitingForGuarantee',
] as const
