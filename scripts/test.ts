/**
 * `npm test` runs everything, two folders at a time; `npm test -- server protocol` runs those folders of test/, and a flag such as
 * `--grep=refuses` is handed to mocha. Each folder runs in a process of its own, and says itself how it went: a process
 * that dies without a word is one failure. The last line is the sum.
 */
import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startPostgres } from '../test/support/postgres.ts'

interface Counts {
  passed: number
  failed: number
  skipped: number
}

const root = resolve(import.meta.dirname, '..')
const folders = ['contracts', 'protocol', 'server', 'flow', 'tools', 'wallet', 'browser'] as const
type Folder = (typeof folders)[number]

interface Part {
  folder: Folder
  files?: string
  name: string
  test(name: string): Promise<void>
}

const minutesAFolder = 20
const reporter = join(root, 'scripts/test/countingReporter.ts')
const mocha = ['mocha', '--extension', 'ts', '--recursive', '--timeout', '20000', '--exit', '--reporter', reporter]

const flags = process.argv.slice(2).filter((word) => word.startsWith('-'))
const chosen = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const unknown = chosen.filter((word) => !(folders as readonly string[]).includes(word))
if (unknown.length > 0) {
  console.error(`There is no test folder ${unknown.join(', ')}; there are ${folders.join(', ')}.`)
  process.exit(1)
}

const total: Counts = { passed: 0, failed: 0, skipped: 0 }
const summary: string[] = []
const countFiles = mkdtempSync(join(tmpdir(), 'kipina-tests-'))
// So that a stopped run ends by `exit`, where the throw-away PostgreSQL is ended too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))
process.once('exit', () => rmSync(countFiles, { recursive: true, force: true }))

// Hardhat compiles only what has changed.
if ((await run('contracts compile', ['hardhat', 'build', '--quiet', '--no-tests'])) !== 0) {
  add('contracts compile', { passed: 0, failed: 1, skipped: 0 })
}
// As it is served: built for a test, it would keep nothing for a phone without a network.
const build = ['vite', 'build', 'wallet-app']
if (has('browser') && isAppStale() && (await run('wallet-app build', build, { NODE_ENV: 'production' })) !== 0) {
  add('wallet-app build', { passed: 0, failed: 1, skipped: 0 })
}

/** The slowest first, so that nothing is left to wait for alone. */
const parts: Part[] = [
  { folder: 'server', name: 'server on PGlite', test: (part) => count(part, [...mocha, ...flags, 'test/server']) },
  { folder: 'server', name: 'server on PostgreSQL', test: countOnPostgres },
  { folder: 'flow', name: 'flow', test: (part) => count(part, [...mocha, ...flags, 'test/flow']) },
  { folder: 'tools', name: 'tools', test: (part) => count(part, [...mocha, ...flags, 'test/tools']) },
  { folder: 'browser', name: 'browser', test: (part) => count(part, [...mocha, ...flags, 'test/browser']) },
  {
    folder: 'contracts',
    name: 'contracts',
    test: (part) => count(part, ['hardhat', 'test', 'mocha', '--no-compile', ...flags]),
  },
  {
    folder: 'contracts',
    files: '*.t.sol',
    name: 'contracts in Solidity',
    test: (part) => count(part, ['node', 'scripts/test/solidityTests.ts']),
  },
  { folder: 'protocol', name: 'protocol', test: (part) => count(part, [...mocha, ...flags, 'test/protocol']) },
  { folder: 'wallet', name: 'wallet', test: (part) => count(part, [...mocha, ...flags, 'test/wallet']) },
]
const waiting = parts.filter(({ folder, files }) => has(folder, files))
// More at once would make browsers and blocks of a chain wait for each other.
const atOnce = Math.min(2, availableParallelism(), waiting.length)
await Promise.all(Array.from({ length: atOnce }, workOff))

if (total.passed + total.failed === 0) add('no test was found', { passed: 0, failed: 1, skipped: 0 })
console.log(`\n${summary.join('\n')}\n\n${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)

function has(folder: Folder, files = '*.test.ts'): boolean {
  if (chosen.length > 0 && !chosen.includes(folder)) return false
  return globSync(`test/${folder}/**/${files}`, { cwd: root }).length > 0
}

async function workOff(): Promise<void> {
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) await part.test(part.name)
}

async function countOnPostgres(name: string): Promise<void> {
  const postgres = await startPostgres()
  if (postgres !== null) {
    await count(name, [...mocha, ...flags, 'test/server'], { TEST_DATABASE_URL: postgres.url })
    return await postgres.stop()
  }
  const how = 'PostgreSQL is not installed (apt-get install postgresql, or set TEST_DATABASE_URL)'
  if (process.env.CI === 'true') add(`${name}: ${how}`, { passed: 0, failed: 1, skipped: 0 })
  else summary.push(`${name}: left out, ${how}`)
}

async function count(name: string, command: string[], env: Record<string, string> = {}): Promise<void> {
  const file = join(countFiles, `${name}.json`)
  const status = await run(name, command, { ...env, TEST_COUNT_FILE: file }, atOnce > 1)
  const counts = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Counts)
    : { passed: 0, failed: 1, skipped: 0 }
  // A process that counts no failure and still ends badly has failed somewhere after its tests.
  if (counts.failed === 0 && status !== 0) counts.failed = 1
  add(name, counts)
}

function add(name: string, counts: Counts): void {
  total.passed += counts.passed
  total.failed += counts.failed
  total.skipped += counts.skipped
  summary.push(`${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
}

/**
 * The exit code of a child, or null if it was ended by a signal, as after its time is up. If others run beside it, what it
 * says comes at its end.
 */
async function run(
  name: string,
  command: string[],
  env: Record<string, string> = {},
  hasOthers = false,
): Promise<number | null> {
  const { TEST_DATABASE_URL: _, ...inherited } = process.env
  console.log(`\n── ${name}${hasOthers ? ' begins' : ''}`)
  const child = spawn(command[0] ?? '', command.slice(1), {
    cwd: root,
    env: { ...inherited, NODE_ENV: 'test', ...env },
    stdio: hasOthers ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    timeout: minutesAFolder * 60_000,
    killSignal: 'SIGKILL',
  })
  const said: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => said.push(text))
  const code = await new Promise<number | null>((done) => {
    child.once('error', (error) => {
      console.error(error.message)
      done(1)
    })
    child.once('close', (code) => done(code))
    // What it has started may outlive it, and hold its pipes.
    child.once('exit', (code) => setTimeout(() => done(code), 5000).unref())
  })
  if (hasOthers) process.stdout.write(`\n── ${name}\n${Buffer.concat(said)}`)
  return code
}

/** Whether the built wallet is older than what it is built from. */
function isAppStale(): boolean {
  const built = join(root, 'wallet-app/dist/index.html')
  if (!existsSync(built)) return true
  const sources = globSync(['wallet-app/**/*', 'protocol/**/*', 'package-lock.json'], {
    cwd: root,
    exclude: ['wallet-app/dist/**'],
  })
  return sources.some((source) => statSync(join(root, source)).mtimeMs > statSync(built).mtimeMs)
}
