/**
 * `npm run bench:accept [-- --json] [--payments N]`: what an acceptance costs, in CPU time of the server and PostgreSQL
 * together, beside the same statements sent by psql, in the same run and by turns. Ratios, so that machines compare.
 */
import { parseArgs } from 'node:util'
import { run } from './accept/run.ts'

const { values: asked } = parseArgs({
  options: { json: { type: 'boolean', default: false }, payments: { type: 'string', default: '200' } },
})
const payments = Number(asked.payments)
if (!Number.isInteger(payments) || payments < 1) {
  console.error(`--payments wants a whole number of payments a round, not ${asked.payments}`)
  process.exit(1)
}

const report = await run(payments, (line) => console.error(line))
if (asked.json) console.log(JSON.stringify(report))
else {
  const show = (words: string, figure: number, unit = '') => console.log(`${words.padEnd(50)}${figure} ${unit}`)
  show('the same SQL by psql, each acceptance', report.floorCpuMicros, 'µs')
  show('the whole endpoint, each acceptance', report.endpointCpuMicros, 'µs')
  show('  of the former', report.ratio)
  show('who signed, of libsecp256k1 alone', report.signatureRatioToNative)
  show('throughput with the audit log, of that without', report.auditThroughputRatio)
  show('a read as its actor, of the same as the owner', report.rlsReadRatio)
  show('the same again, of the first time', report.duplicateRatio)
  show('acceptances a second', report.perSecond)
}
process.exit(0)
