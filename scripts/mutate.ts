/**
 * `npm run mutate`: makes one mistake after another in contracts/ (a neighbouring operator, a bound off by one, a
 * statement, `require` or modifier left out, a condition that always or never holds, fields or arguments swapped), and
 * sees whether a test notices. The contract tests in TypeScript first; those in Solidity for what survives them.
 *
 * `--only 3,17` takes those alone, `--sample 3 --seed 7` takes three by lot, `--json` prints
 * `{"mutants":…,"killed":…,"score":…}`, and the rest on standard error. Ends with 1 if one survives that scripts/mutate/survivors.json does not
 * explain, if an explanation there fits no survivor, or if the score is below 0.95 (the last two: of all mutants only).
 *
 * All mutants are compiled at once, into a copy of the contracts: the block's beneficiary says which one is awake.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { copyContracts } from './contractsCopy.ts'
import { draw } from './mutate/draw.ts'
import { complaintOf, mustPass } from './mutate/hardhatRuns.ts'
import { judgeAll } from './mutate/mochaRuns.ts'
import { type Mutant, mutantsOf } from './mutate/mutants.ts'
import { plant } from './mutate/plant.ts'
import { explains, readExplanations } from './mutate/survivors.ts'

const leastScore = 0.95

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    sample: { type: 'string' },
    seed: { type: 'string' },
  },
})
const say = (line: string) => (flags.json ? console.error(line) : console.log(line))

const copy = copyContracts()
const mutants = plantMutants()
const chosen = choose()
say(`${mutants.length} mutants of contracts/, ${chosen.size} to run.`)
await mustPass(copy, 'The copy does not compile', ['build', '--quiet', '--no-tests'])

const survivors = new Map(chosen)
await judgeAll(copy, [...chosen.keys()], asleepOf(mutants), ({ id, killer, isLate }) => {
  const mutant = mutants[id - 1] as Mutant
  // A slow machine must not pass for a test that noticed.
  if (killer === null || isLate)
    return say(`passed the tests in TypeScript${isLate ? ' or hung' : ''}: ${lineOf(id, mutant)}`)
  survivors.delete(id)
  say(`killed by ${killer}: ${lineOf(id, mutant)}`)
})
await runSolidityTests()
report()

function plantMutants(): Mutant[] {
  const paths = globSync('contracts/**/*.sol', { cwd: copy }).sort()
  const sources = Object.fromEntries(paths.map((path) => [path, readFileSync(join(copy, path), 'utf8')]))
  const found = mutantsOf(sources)
  for (const path of paths) {
    const first = found.findIndex((mutant) => mutant.path === path) + 1
    writeFileSync(
      join(copy, path),
      plant(
        sources[path] ?? '',
        found.filter((mutant) => mutant.path === path),
        first,
      ),
    )
  }
  // Tests in Solidity call what no longer is pure.
  for (const path of globSync('test/contracts/**/*.sol', { cwd: copy })) {
    writeFileSync(join(copy, path), plant(readFileSync(join(copy, path), 'utf8'), [], 0))
  }
  return found
}

/** By number, counted from 1. */
function choose(): Map<number, Mutant> {
  const all: [number, Mutant][] = mutants.map((mutant, i) => [i + 1, mutant])
  if (flags.only !== undefined) {
    const ids = flags.only.split(',').map(Number)
    const unknown = ids.filter((id) => mutants[id - 1] === undefined)
    if (unknown.length > 0) throw new Error(`There is no mutant ${unknown.join(', ')}`)
    return new Map(all.filter(([id]) => ids.includes(id)))
  }
  if (flags.sample === undefined) return new Map(all)
  const seed = Number(flags.seed ?? Math.floor(Math.random() * 2 ** 31))
  say(`seed ${seed}`)
  return new Map(draw(all, Number(flags.sample), seed))
}

/** They take minutes to compile, and few mutants get as far. */
async function runSolidityTests(): Promise<void> {
  if (survivors.size === 0 || globSync('test/contracts/**/*.t.sol', { cwd: copy }).length === 0) return
  await mustPass(copy, 'The Solidity tests fail with every mutant asleep', ['test', 'solidity'])
  for (const [id, mutant] of [...survivors]) {
    const killer = await complaintOf(copy, ['test', 'solidity', '--no-compile'], id)
    if (killer === null) continue
    survivors.delete(id)
    say(`killed by ${killer}: ${lineOf(id, mutant)}`)
  }
}

function report(): void {
  const explanations = readExplanations()
  let unexplained = 0
  for (const [id, mutant] of survivors) {
    const found = explanations.find((explanation) => explains(explanation, mutant))
    if (found === undefined) unexplained++
    say(`SURVIVED ${lineOf(id, mutant)}\n  ${found?.because ?? 'unexplained'}`)
  }
  const isAll = chosen.size === mutants.length
  const idle = explanations.filter((one) => ![...survivors.values()].some((mutant) => explains(one, mutant)))
  if (isAll) for (const { path, what } of idle) say(`EXPLAINED BUT NO SURVIVOR ${path} ${what}`)

  const killed = chosen.size - survivors.size
  const score = Math.floor((killed / chosen.size) * 10_000) / 10_000
  say(`${killed} killed, ${survivors.size} survived, ${unexplained} of them unexplained; score ${score}`)
  if (flags.json) console.log(JSON.stringify({ mutants: chosen.size, killed, score }))
  process.exit(unexplained > 0 || (isAll && (idle.length > 0 || score < leastScore)) ? 1 : 0)
}

function lineOf(id: number, { path, line, inside, what }: Mutant): string {
  return `${id} ${path}:${line} ${inside} ${what}`.replace('  ', ' ')
}

/** A beneficiary that is nobody's number. */
function asleepOf(all: readonly Mutant[]): number {
  return all.length + 1
}
