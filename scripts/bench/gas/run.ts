import { openEvm } from './evm.ts'
import { type Figures, floorOfFigures, measureOurs } from './figures.ts'
import { floorOfMonth } from './month/floor.ts'
import { planMonth } from './month/month.ts'
import type { Month } from './month/plan.ts'
import { townsMonth } from './month/plan.ts'
import { playOurs, playPeer, type Spent, total } from './month/play.ts'
import { measurePeers, type PeerFigures } from './peerFigures.ts'
import { standards } from './peers.ts'

type WithMonth = Figures & { townMonthPerPayment: number }

/** What `--json` prints: gas of whole transactions, shared by what is in them, in whole units. */
export interface Report {
  evm: string
  ours: WithMonth
  /** Ours over the best other that asks the holder. */
  townMonthRatio: number
  peers: { townMonthPerPayment: Record<string, number> } & PeerFigures
  floor: WithMonth
}

/** Where a month's gas went, for the table. */
export interface Details {
  month: Month
  ours: Spent
  floor: Spent
  peers: Record<string, Spent>
}

/** Measures everything in one EVM, ours and the others', and computes the floor. */
export async function run(youths: number, say: (line: string) => void): Promise<{ report: Report; details: Details }> {
  const evm = await openEvm()
  try {
    const month = planMonth({ ...townsMonth, youths })
    say(`${youths} youths make ${month.payments} payments in a month`)
    const figures = await measureOurs(evm)
    const peerFigures = await measurePeers(evm)
    say('the month in our contracts')
    const ours = await playOurs(evm, month)
    const peers: Record<string, Spent> = {}
    for (const standard of standards) {
      say(`the month with ${standard}`)
      peers[`${standard}Forwarder`] = await playPeer(evm, standard, month)
    }
    const details = { month, ours, floor: floorOfMonth(month), peers }
    return { report: reportOf(evm.name, figures, peerFigures, details), details }
  } finally {
    await evm.close()
  }
}

function reportOf(evm: string, figures: Figures, peerFigures: PeerFigures, details: Details): Report {
  const perPayment = (spent: Spent) => Math.round(total(spent) / details.month.payments)
  const townMonthPerPayment = mapped(details.peers, perPayment)
  const ours = { ...mapped(figures, Math.round), townMonthPerPayment: perPayment(details.ours) }
  const best = Math.min(...Object.values(townMonthPerPayment))
  return {
    evm,
    ours,
    townMonthRatio: Math.round((1000 * ours.townMonthPerPayment) / best) / 1000,
    peers: { townMonthPerPayment, ...mapped(peerFigures, (row) => mapped(row, Math.round)) },
    floor: { ...mapped(floorOfFigures(), Math.round), townMonthPerPayment: perPayment(details.floor) },
  }
}

function mapped<K extends string, From, To>(record: Record<K, From>, change: (value: From) => To): Record<K, To> {
  const entries = Object.entries<From>(record).map(([key, value]) => [key, change(value)])
  return Object.fromEntries(entries) as Record<K, To>
}
