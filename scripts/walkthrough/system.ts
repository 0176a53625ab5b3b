import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from '../../server/main.ts'
import { installStaff, sampleConfig } from '../sample/install.ts'

/** A system of the walkthrough's own, in a process of its own and a temporary folder that ends with it. */
export interface OwnSystem {
  url: string
  close(): Promise<void>
}

/** Short times, so that a week passes in a minute; calls of 500 phones come from one address. */
const settings = {
  SAMPLE: 'true',
  HOST: '127.0.0.1',
  PORT: '0',
  POST_INTERVAL_SECONDS: '1',
  PUBLIC_CALLS_PER_MINUTE: '1000000',
  SESSION_CALLS_PER_MINUTE: '1000000',
}

/** Five hundred decisions of two workers in one day: most within their limits, the last ones by a second person. */
const workersLimitCents = 1_100_000n

export async function startOwnSystem(): Promise<OwnSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'kipina-walkthrough-'))
  const { DATABASE_URL: _, RPC_URL: __, ...env } = process.env
  const child = spawn(process.execPath, [import.meta.filename], {
    env: { ...env, ...settings, DATA: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const isGone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  process.once('exit', () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  const url = await Promise.race([firstLine(child), isGone.then(() => null)])
  if (url === null) throw new Error('The system did not start; what it said stands above')
  return {
    url,
    async close() {
      child.kill('SIGTERM')
      await isGone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk)
    if (text.includes('\n')) break
  }
  return text.trim()
}

if (import.meta.main) {
  const running = await startServer(sampleConfig(process.env), (deps) => installStaff(deps, workersLimitCents))
  process.once('SIGTERM', () => void running.close().then(() => process.exit(0)))
  // A Ctrl-C in the terminal reaches both: the walkthrough ends this one.
  process.on('SIGINT', () => {})
  console.log(running.url)
}
