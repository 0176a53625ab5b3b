import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const minutesARun = 20

/** @throws with what the first failing test says of itself, or with the output */
export async function mustPass(copy: string, what: string, words: string[]): Promise<void> {
  const complaint = await complaintOf(copy, words, 0)
  if (complaint !== null) throw new Error(`${what}: ${complaint}`)
}

/** What the first failing test says of itself; null if none fails. A run that ends without naming a test is an error. */
export async function complaintOf(copy: string, words: string[], id: number): Promise<string | null> {
  const child = spawn(
    join(root, 'node_modules/.bin/hardhat'),
    ['--config', 'scripts/mutate/hardhat.config.ts', ...words],
    {
      cwd: copy,
      env: { ...process.env, MUTANT: String(id) },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: minutesARun * 60_000,
      killSignal: 'SIGKILL',
    },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      output += text.toString()
    })
  }
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail)
    child.once('close', done)
  })
  if (code === 0) return null
  const failed = /^\s+1\) (.+)$/m.exec(output)?.[1]
  // A crash or a slow machine must not pass for a test that noticed.
  if (failed === undefined || /Timeout of \d+ms exceeded/.test(output)) throw new Error(`No test failed:\n${output}`)
  return failed
}
