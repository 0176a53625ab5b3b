/**
 * `npm run million [-- --acceptances N --seed S --json --keep]`: so many payments at real tills, over HTTP, on PostgreSQL,
 * with two servers that answer and two that work, as fast as the machine lets them. Whatever a till was told must be there,
 * once, and nothing else; and the books must balance to the cent. Exits 1 otherwise.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { run } from './million/run.ts'

const { values: asked } = parseArgs({
  options: {
    acceptances: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1000) % 1_000_000) },
    json: { type: 'boolean', default: false },
    /** Leaves database, logs and acknowledgements where they are. */
    keep: { type: 'boolean', default: false },
  },
})
const acceptances = Number(asked.acceptances)
if (!Number.isInteger(acceptances) || acceptances < 1) {
  console.error(`--acceptances wants a whole number of payments, not ${asked.acceptances}`)
  process.exit(1)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))
const folder = mkdtempSync(join(tmpdir(), 'kipina-million-'))
// PostgreSQL runs as somebody else when this runs as root, and has its own folder in this one.
chmodSync(folder, 0o711)

let isWell = false
try {
  const figures = await run({ acceptances, seed: asked.seed, folder }, (line) => console.error(line))
  const { acknowledged, lost, doubled, balanced } = figures
  isWell = acknowledged === acceptances && lost + doubled === 0 && balanced
  if (asked.json) console.log(JSON.stringify(figures))
  else for (const [name, figure] of Object.entries(figures)) console.log(`${name.padEnd(24)}${figure}`)
} catch (error) {
  console.error(error)
}
if (isWell && !asked.keep) rmSync(folder, { recursive: true, force: true })
else console.error(`What every process said is in ${folder}`)
process.exit(isWell ? 0 : 1)
