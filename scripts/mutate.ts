/**
 * `npm run mutate`: negates each condition of a `require` or an `if` in contracts/ in turn, and sees whether a test
 * notices. Hardhat measures no branches; a condition that may be turned round unnoticed is one that no test asks for.
 *
 * `--only 3,17` takes those alone, `--sample 3 --seed 7` takes three by lot. Ends with 1 if one survives.
 *
 * All mutants are compiled at once, into a copy of the contracts: mutant N stands as `(condition) != (block.coinbase ==
 * address(N))`, so that the block's beneficiary, which the network's configuration sets, says which of them is awake.
 */
import { spawn } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { copyContracts } from './contractsCopy.ts'
import { type Condition, conditionsOf, wake } from './mutate/conditions.ts'
import { draw } from './mutate/draw.ts'

interface Mutant extends Condition {
  id: number
  path: string
}

const root = resolve(import.meta.dirname, '..')
const secondsARun = 600

const { values: flags } = parseArgs({
  options: { only: { type: 'string' }, sample: { type: 'string' }, seed: { type: 'string' } },
})

const copy = copyContracts()
const mutants = plantMutants()
const chosen = choose()
console.log(`${mutants.length} conditions in contracts/, ${chosen.length} to negate.`)

// A beneficiary that is nobody's number: a test that fails now would seem to kill every mutant.
const asleep = mutants.length + 1
await mustPass('The copy does not compile', ['build', '--quiet', '--no-tests'])
await mustPass('The tests fail with every mutant asleep', ['test', 'mocha', '--no-compile'])
let isSolidityReady = false

const survivors: Mutant[] = []
for (const mutant of chosen) {
  const killer = await killerOf(mutant.id)
  const fate = killer === null ? 'SURVIVED' : `killed by ${killer}:`
  console.log(`${fate} ${mutant.id} ${mutant.path}:${mutant.line} ${mutant.text}`)
  if (killer === null) survivors.push(mutant)
}
console.log(`${chosen.length - survivors.length} killed, ${survivors.length} survived`)
process.exit(survivors.length === 0 ? 0 : 1)

function plantMutants(): Mutant[] {
  const found: Mutant[] = []
  for (const path of globSync('contracts/**/*.sol', { cwd: copy }).sort()) {
    const source = readFileSync(join(copy, path), 'utf8')
    const first = found.length + 1
    found.push(...conditionsOf(source).map((condition, i) => ({ ...condition, id: first + i, path })))
    writeFileSync(join(copy, path), wake(source, first))
  }
  return found
}

function choose(): Mutant[] {
  if (flags.only !== undefined) {
    const ids = flags.only.split(',').map(Number)
    const unknown = ids.filter((id) => !mutants.some((mutant) => mutant.id === id))
    if (unknown.length > 0) throw new Error(`There is no mutant ${unknown.join(', ')}`)
    return mutants.filter(({ id }) => ids.includes(id))
  }
  if (flags.sample === undefined) return mutants
  const seed = Number(flags.seed ?? Math.floor(Math.random() * 2 ** 31))
  console.log(`seed ${seed}`)
  return draw(mutants, Number(flags.sample), seed)
}

/** The test that noticed, or null. */
async function killerOf(id: number): Promise<string | null> {
  const complaint = await complaintOf(['test', 'mocha', '--no-compile', '--bail'], id)
  if (complaint !== null) return complaint
  // The Solidity tests take minutes to compile, and few mutants get as far.
  if (!isSolidityReady) await mustPass('The Solidity tests fail with every mutant asleep', ['test', 'solidity'])
  isSolidityReady = true
  return await complaintOf(['test', 'solidity', '--no-compile'], id)
}

async function mustPass(what: string, words: string[]): Promise<void> {
  const complaint = await complaintOf(words, asleep)
  if (complaint !== null) throw new Error(`${what}: ${complaint}`)
}

/** What the first failing test says of itself; null if none fails. A run that ends without naming a test is an error. */
async function complaintOf(words: string[], id: number): Promise<string | null> {
  const hardhat = join(root, 'node_modules/.bin/hardhat')
  const child = spawn(hardhat, ['--config', 'scripts/mutate/hardhat.config.ts', ...words], {
    cwd: copy,
    env: { ...process.env, MUTANT: String(id) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: secondsARun * 1000,
    killSignal: 'SIGKILL',
  })
  let output = ''
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString()
  })
  child.stderr.on('data', (text: Buffer) => {
    output += text.toString()
  })
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
