import { total } from './month/play.ts'
import type { Details, Report } from './run.ts'

export interface Prices {
  gasPriceGwei: number
  eurPerEth: number
}

const rows = [
  ['issueEach100', 'issue a note, 100 at once'],
  ['issueEach500', 'issue a note, 500 at once'],
  ['redeemEach100x10Merchants', 'redeem, 100 at once, 10 shops'],
  ['redeemOne', 'redeem one alone'],
  ['closeSheet500', 'take back 500 unspent'],
  ['townMonthPerPayment', "a town's month, a payment"],
] as const

/** The report as a person reads it: gas, then what of it a payment costs in a month, then euro cents. */
export function tableOf(report: Report, details: Details, prices: Prices): string {
  return [...figures(report), '', ...monthOf(details), '', ...cents(report, prices), ''].join('\n')
}

function figures({ evm, ours, peers, floor, townMonthRatio }: Report): string[] {
  const lines = rows.map(([row, words]) => {
    const [name = '', gas = 0] = best(peers[row])
    const ratio = (ours[row] / gas).toFixed(row === 'townMonthPerPayment' ? 3 : 2)
    return line(words, [count(ours[row]), count(floor[row]), count(gas), ratio], name)
  })
  const others = Object.entries(peers.transferByHolder).map(([name, gas]) => `${name} ${count(gas)}`)
  return [
    evm,
    '',
    line('gas, whole transactions', ['ours', 'floor', 'best other', 'ratio'], ''),
    ...lines,
    `Of those that ask the holder, the best costs ${count(best(peers.townMonthPerPayment)[1])} a payment; ours ${townMonthRatio} of it.`,
    `A transfer whose holder pays the gas, with no rule at all: ${others.join(', ')}.`,
  ]
}

function monthOf({ month, ours, floor, peers }: Details): string[] {
  const share = (gas: number) => count(gas / month.payments)
  const acts = Map.groupBy(
    month.evenings.flatMap((evening) => evening.acts),
    ({ kind }) => kind,
  )
  const own = Object.entries(ours).map(([kind, gas]) => {
    const times = acts.get(kind as never)?.length ?? 0
    return line(`  ours: ${kind}, ${times} times`, [share(gas), share(floor[kind] ?? 0), '', ''], '')
  })
  const others = Object.entries(peers).map(([name, spent]) => {
    const parts = Object.entries(spent).map(([kind, gas]) => `${kind} ${share(gas)}`)
    return line(`  ${name}`, ['', '', share(total(spent)), ''], parts.join(', '))
  })
  const notes = acts.get('redeem')?.reduce((sum, act) => sum + (act.kind === 'redeem' ? act.spends.length : 0), 0)
  const said = `A town's month: ${count(month.payments)} payments with ${count(notes ?? 0)} notes, gas for each payment`
  const euros = (amount: bigint) => `${count(Number(amount) / 100)} €`
  const needs = `It needs guarantees of ${euros(month.guaranteeCents)} and floats of ${euros(month.floatCents)}, all programmes together.`
  return [said, ...own, ...others, needs]
}

function cents({ ours, peers }: Report, { gasPriceGwei, eurPerEth }: Prices): string[] {
  const price = (gas: number) => ((gas * gasPriceGwei * eurPerEth * 100) / 1e9).toFixed(3)
  const [name, gas] = best(peers.townMonthPerPayment)
  return [
    `Euro cents a payment at ${gasPriceGwei} gwei and ${eurPerEth} € an ether (--gas-price-gwei, --eur-per-eth):`,
    `  ours ${price(ours.townMonthPerPayment)}, ${name} ${price(gas)}`,
  ]
}

function best(of: Record<string, number>): [string, number] {
  const [first] = Object.entries(of).sort(([, one], [, other]) => one - other)
  return first ?? ['', 0]
}

function line(words: string, columns: readonly string[], end: string): string {
  return `${words.padEnd(32)}${columns.map((column) => column.padStart(12)).join('')}  ${end}`.trimEnd()
}

function count(gas: number): string {
  return Math.round(gas).toLocaleString('en')
}
