/**
 * `npm run fuzz:contracts -- --calls 1000000 --seed 7`: random histories, each played on the shipped contracts and on the
 * plain ones in lock-step, until about so many calls were made of each. After every call both must have answered and
 * told the same, and keep the same of what it touched; after every fiftieth, everything is compared and every invariant
 * asked.
 *
 * Prints the seed and what was called, accepted and refused by which word. Ends with 1 and the seed of a failing history
 * if anything differs or breaks; `--history <its seed>` plays that one alone.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Interface, keccak256, toUtf8Bytes } from 'ethers'

const root = resolve(import.meta.dirname, '..')
const callsAHistory = 250

/** As `IVouchersTypes.SkipReason`, from 1 on. */
const skipReasons = [
  'AlreadyUsed',
  'SheetClosed',
  'DeadlinePassed',
  'SheetExhausted',
  'ProgrammeExhausted',
  'MerchantUnknown',
  'MerchantSuspended',
  'PurposeNotAllowed',
  'Guaranteed',
]

const { values: flags } = parseArgs({
  options: { calls: { type: 'string', default: '10000' }, seed: { type: 'string' }, history: { type: 'string' } },
})
const seed = flags.seed ?? String(Math.floor(Math.random() * 2 ** 31))
const histories = flags.history === undefined ? Math.ceil(Number(flags.calls) / callsAHistory) : 1
if (!(histories > 0)) throw new Error(`--calls ${flags.calls} is no number of calls`)
console.log(
  flags.history === undefined ? `seed ${seed}, ${histories} histories of ${callsAHistory} calls` : 'one history',
)

const folder = mkdtempSync(join(tmpdir(), 'kipina-fuzz-'))
const started = performance.now()
const ends = await playAll()
const seconds = (performance.now() - started) / 1000
report()
rmSync(folder, { recursive: true, force: true })

interface End {
  code: number | null
  output: string
}

/** In as many processes as there are cores, up to four: each has histories of its own. */
async function playAll(): Promise<End[]> {
  const atOnce = Math.min(histories, availableParallelism(), 4)
  const compiled = await hardhat(['build', '--quiet'], {})
  if (compiled.code !== 0) return [compiled]
  const part = (place: number) =>
    Math.floor((histories * (place + 1)) / atOnce) - Math.floor((histories * place) / atOnce)
  return await Promise.all(Array.from({ length: atOnce }, (_, place) => play(place, part(place))))
}

function play(place: number, mine: number): Promise<End> {
  return hardhat(['test', 'solidity', '--no-compile', 'scripts/fuzz/Histories.t.sol'], {
    FUZZ_COUNTS: join(folder, `counts-${place}`),
    FUZZ_HISTORIES: String(mine),
    ...(flags.history === undefined ? {} : { FUZZ_HISTORY: flags.history }),
    FUZZ_SEED: keccak256(toUtf8Bytes(`${seed} ${place}`)),
    FUZZ_CALLS: String(callsAHistory),
  })
}

function hardhat(task: string[], env: Record<string, string>): Promise<End> {
  const child = spawn(
    join(root, 'node_modules/.bin/hardhat'),
    ['--config', 'scripts/fuzz/hardhat.config.ts', ...task],
    { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      output += text.toString()
    })
  }
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => done({ code, output }))
  })
}

function report(): void {
  const files = ends.map((_, place) => join(folder, `counts-${place}`)).filter((file) => existsSync(file))
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'))
  const words = wordsBySelector()
  const refused = new Map<string, number>()
  let calls = 0
  let accepted = 0
  for (const line of lines) {
    const [made, taken, ...pairs] = line.split(' ')
    calls += Number(made)
    accepted += Number(taken)
    for (let i = 0; i < pairs.length; i += 2) {
      const word = words.get(pairs[i] ?? '') ?? pairs[i] ?? ''
      refused.set(word, (refused.get(word) ?? 0) + Number(pairs[i + 1]))
    }
  }
  console.log(`${calls} calls of each version, ${accepted} accepted, ${calls - accepted} refused:`)
  for (const [word, times] of [...refused].sort((one, other) => other[1] - one[1])) console.log(`  ${times} ${word}`)
  console.log(`${Math.round(seconds)} s with compiling and deploying, ${Math.round(calls / seconds)} calls a second`)
  if (ends.every(({ code }) => code === 0) && lines.length >= histories) {
    console.log('no difference, no broken invariant')
    return
  }
  const output = ends.find(({ code }) => code !== 0)?.output ?? ''
  const failing = flags.history ?? /args: \[?(\d+)/.exec(output)?.[1]
  console.log(output.slice(Math.max(output.indexOf('Running Solidity tests'), 0)))
  console.log(
    failing === undefined ? 'The histories did not run.' : `A DIFFERENCE, in the history --history ${failing}`,
  )
  process.exitCode = 1
}

function wordsBySelector(): Map<string, string> {
  const require = createRequire(import.meta.url)
  const words = new Map([['0x00000000', 'without a word: cannot be read']])
  for (const [i, reason] of skipReasons.entries()) words.set(String(i + 1), `items passed over: ${reason}`)
  for (const name of ['Vouchers', 'MerchantRegistry', 'BudgetToken']) {
    const { abi } = require(join(root, `artifacts/contracts/${name}.sol/${name}.json`))
    new Interface(abi).forEachError((error) => words.set(error.selector, error.name))
  }
  return words
}
