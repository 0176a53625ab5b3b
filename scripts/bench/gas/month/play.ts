import type { Act, Ours } from '../acts.ts'
import type { Evm } from '../evm.ts'
import { openForwarder } from '../forwarder.ts'
import { openOurs } from '../ours.ts'
import { openPeer, type Peer, type Standard } from '../peers.ts'
import { addressOf } from '../signing.ts'
import { inBatches } from './inBatches.ts'
import type { Month } from './plan.ts'
import { shopWords } from './town.ts'

/** As many as fit into a transaction of 2 ** 24 gas. */
const mostCarried = 300
const mostIssued = 400

/** Gas of a month, by what it went to. */
export type Spent = Record<string, number>

export async function playOurs(evm: Evm, month: Month): Promise<Spent> {
  const ours = await openOurs(evm, month)
  const spent: Record<Act['kind'], number> = {
    cut: 0,
    redeem: 0,
    revoke: 0,
    refund: 0,
    release: 0,
    close: 0,
    reclaim: 0,
  }
  for (const { at, acts } of month.evenings) {
    evm.setTime(at)
    for (const act of acts) spent[act.kind] += await ours.gasOf(act)
  }
  await expectEarned(month, (merchant) => ours.owedCents(merchant))
  return spent
}

/** The same payments with the holder's consent, and no gas for the holder: one signature each, carried in batches. */
export async function playPeer(evm: Evm, standard: Standard, month: Month): Promise<Spent> {
  const forwarder = await openForwarder(evm)
  const peer = await openPeer(evm, standard, forwarder)
  const spent = { issue: 0, carry: 0, takeBack: 0 }
  for (const { at, issued, carried, takenBack } of month.evenings) {
    evm.setTime(at)
    for (const batch of inBatches(carried, mostCarried)) {
      const wishes = batch.map(({ to, ...holding }) => peer.wishOf({ ...holding, to: addressOf(to) }))
      spent.carry += await forwarder.carry(wishes)
    }
    for (const batch of inBatches(takenBack, mostIssued)) spent.takeBack += await peer.takeBack(batch)
    for (const batch of inBatches(issued, mostIssued)) spent.issue += await peer.issue(batch)
  }
  await expectEarned(month, (merchant) => heldBy(peer, standard, merchant, month))
  return spent
}

export function total(spent: Spent): number {
  return Object.values(spent).reduce((sum, gas) => sum + gas, 0)
}

/** What was skipped or failed in a batch costs little, and would pass for cheap. */
async function expectEarned(month: Month, readCents: Ours['owedCents']): Promise<void> {
  for (const { id } of month.merchants) {
    const wanted = month.earnedCents.get(id) ?? 0n
    const found = await readCents(id)
    if (found !== wanted)
      throw new Error(`Merchant ${id} has ${found} cents after a month in which it earned ${wanted}`)
  }
}

async function heldBy(peer: Peer, standard: Standard, merchant: number, { programmes }: Month): Promise<bigint> {
  const ids = standard === 'erc20' ? programmes.slice(0, 1) : programmes
  const held = await Promise.all(ids.map(({ id }) => peer.balanceOf(addressOf(shopWords(merchant)), id)))
  return held.reduce((sum, cents) => sum + cents, 0n)
}
