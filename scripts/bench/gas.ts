/**
 * `npm run bench:gas [-- --json] [--youths N] [--gas-price-gwei N] [--eur-per-eth N]`: what our contracts cost, beside what
 * somebody would otherwise take from a library, on the same EVM in the same run, and beside the least the EVM's prices allow.
 *
 * `--check` exits 1 when a figure of ours is not the one in `gas/snapshot.json`; `--update` writes them there. Both know
 * towns of 2,000 youths and of 60, which is what the tests have time for.
 */
import { parseArgs } from 'node:util'
import { townsMonth } from './gas/month/plan.ts'
import { run } from './gas/run.ts'
import { differences, writeSnapshot } from './gas/snapshot.ts'
import { tableOf } from './gas/table.ts'

const { values: asked } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    update: { type: 'boolean', default: false },
    youths: { type: 'string', default: String(townsMonth.youths) },
    'gas-price-gwei': { type: 'string', default: '1' },
    'eur-per-eth': { type: 'string', default: '3000' },
  },
})
const youths = wholeNumber('youths')
const prices = { gasPriceGwei: positive('gas-price-gwei'), eurPerEth: positive('eur-per-eth') }

const { report, details } = await run(youths, (line) => console.error(line))
console.log(asked.json ? JSON.stringify(report) : `\n${tableOf(report, details, prices)}`)
if (asked.update) writeSnapshot(report, youths)
const off = asked.check ? differences(report, youths) : []
for (const sentence of off) console.error(sentence)
if (off.length > 0) console.error('If that is meant: npm run bench:gas -- --update, and again with --youths 60.')
process.exitCode = off.length === 0 ? 0 : 1

function positive(option: 'gas-price-gwei' | 'eur-per-eth' | 'youths'): number {
  const number = Number(asked[option])
  if (number > 0 && Number.isFinite(number)) return number
  console.error(`--${option} wants a number above zero, not ${asked[option]}`)
  process.exit(1)
}

function wholeNumber(option: 'youths'): number {
  return Math.ceil(positive(option))
}
