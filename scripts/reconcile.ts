/**
 * `npm run reconcile [-- --json] [--url URL]`: chain, database and bank statement side by side, in cents. Asks the running
 * system; when none runs, takes its data folder and reads it itself. Exits 1 when a cent is off, naming the note.
 */
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { reconcile, reconciliation } from '../protocol/api/audit.ts'
import { startServer } from '../server/main.ts'
import { installStaff, sampleConfig } from './sample/install.ts'
import { balanceLines } from './walkthrough/balance.ts'
import { signInAs } from './walkthrough/staff.ts'

const { values: asked } = parseArgs({ options: { json: { type: 'boolean', default: false }, url: { type: 'string' } } })

type Reconciliation = z.output<typeof reconciliation>

/** As the sample's auditor. */
async function ask(origin: string): Promise<Reconciliation> {
  return await (await signInAs(origin, 'eeva.lind')).call(reconcile)
}

async function isRunning(origin: string): Promise<boolean> {
  return await fetch(new URL('/health/ready', origin)).then(
    (answer) => answer.ok,
    () => false,
  )
}

/** The system runs for as long as the answer takes; the lock of its data folder keeps everybody else out meanwhile. */
async function readAlone(): Promise<Reconciliation> {
  const running = await startServer(sampleConfig(process.env, { PORT: '0' }), (deps) => installStaff(deps))
  try {
    return await ask(running.url)
  } finally {
    await running.close()
  }
}

try {
  const origin = new URL(asked.url ?? sampleConfig(process.env).origin).origin
  const isThere = asked.url !== undefined || (await isRunning(origin))
  const books = isThere ? await ask(origin) : await readAlone()
  const text = asked.json ? JSON.stringify(z.encode(reconciliation, books), null, 2) : balanceLines(books).join('\n')
  console.log(text)
  process.exit(books.balanced ? 0 : 1)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
