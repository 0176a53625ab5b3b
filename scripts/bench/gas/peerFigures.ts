import { firstMorning } from './acts.ts'
import type { Evm } from './evm.ts'
import { manyNotes, shops } from './figures.ts'
import { openForwarder } from './forwarder.ts'
import { openPeer, type Peer, type Standard, standards } from './peers.ts'
import { addressOf } from './signing.ts'

/** By row of the table, then by who: gas of the same thing done by what a library offers. */
export type PeerFigures = Record<keyof typeof rows, Record<string, number>>

const rows = {
  issueEach100: true,
  issueEach500: true,
  redeemEach100x10Merchants: true,
  redeemOne: true,
  closeSheet500: true,
  /** No rules, no consent to show, and the holder pays the gas. */
  transferByHolder: true,
}

const programme = 1
const grantCents = 4000n
const priceCents = 890n

/** Measures all of them in a town that is in use: something was issued, and each merchant holds something. */
export async function measurePeers(evm: Evm): Promise<PeerFigures> {
  evm.setTime(firstMorning)
  const figures = Object.fromEntries(Object.keys(rows).map((row) => [row, {}])) as PeerFigures
  for (const standard of standards) {
    await measureByHand(evm, standard, figures)
    await measureForwarded(evm, standard, figures)
  }
  return figures
}

async function measureByHand(evm: Evm, standard: Standard, figures: PeerFigures): Promise<void> {
  const peer = await openPeer(evm, standard, null)
  await peer.issue([...shopHoldings(), { holder: 'holder', programme, cents: grantCents }])
  const hundred = youths(standard, 'hundred', 100)
  figures.issueEach100[standard] = (await peer.issue(hundred)) / hundred.length
  const many = youths(standard, 'many', manyNotes)
  figures.issueEach500[standard] = (await peer.issue(many)) / many.length
  figures.closeSheet500[standard] = await peer.takeBack(many)
  figures.transferByHolder[standard] = await peer.transferByHolder(shopAt(0), programme, priceCents)
}

/** Each youth pays twice: the first time the forwarder writes its nonce's slot, from then on it counts. */
async function measureForwarded(evm: Evm, standard: Standard, figures: PeerFigures): Promise<void> {
  const forwarder = await openForwarder(evm)
  const peer = await openPeer(evm, standard, forwarder)
  const hundred = youths(standard, 'forwarded', 100)
  const lone = youths(standard, 'alone', 1)
  await peer.issue([...shopHoldings(), ...hundred, ...lone])
  const pay = (who: typeof hundred) =>
    forwarder.carry(
      who.map(({ holder }, order) => peer.wishOf({ holder, programme, cents: priceCents, to: shopAt(order) })),
    )
  for (const time of ['FirstUse', 'Repeat']) {
    figures.redeemEach100x10Merchants[`${standard}${time}`] = (await pay(hundred)) / hundred.length
    figures.redeemOne[`${standard}${time}`] = await pay(lone)
  }
  await expectPaid(peer, BigInt(2 * (hundred.length + lone.length)) * priceCents)
}

function youths(standard: Standard, group: string, count: number) {
  return Array.from({ length: count }, (_, order) => {
    return { holder: `${standard} ${group} youth ${order}`, programme, cents: grantCents }
  })
}

const shopAt = (order: number) => addressOf(`shop ${shops[order % shops.length]}`)
const shopHoldings = () => shops.map((shop) => ({ holder: `shop ${shop}`, programme, cents: 1n }))

async function expectPaid(peer: Peer, wanted: bigint): Promise<void> {
  const held = await Promise.all(shops.map((shop) => peer.balanceOf(addressOf(`shop ${shop}`), programme)))
  const paid = held.reduce((sum, cents) => sum + cents, 0n) - BigInt(shops.length)
  if (paid !== wanted) throw new Error(`Shops hold ${paid} cents after payments of ${wanted}`)
}
