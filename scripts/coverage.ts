/**
 * `npm run coverage:contracts`: runs the contract tests under Hardhat's coverage and fails unless every line and every
 * statement of contracts/ is reached. Hardhat writes statements nowhere but in its table, so the table is what is read.
 */
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { copyContracts } from './contractsCopy.ts'

export interface FileCoverage {
  path: string
  linePercent: number
  statementPercent: number
}

/** The rows of Hardhat's coverage table that are files of contracts/; what only tests need does not count. */
export function readCoverage(output: string): FileCoverage[] {
  return [...output.matchAll(/║ (contracts\/\S+\.sol) +│ +([\d.]+) +│ +([\d.]+) +│/g)].map(
    ([, path = '', lines, statements]) => ({ path, linePercent: Number(lines), statementPercent: Number(statements) }),
  )
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname, '..')
  const run = spawn(join(root, 'node_modules/.bin/hardhat'), ['test', '--coverage'], {
    cwd: copyContracts(),
    env: { ...process.env, CONTRACT_COVERAGE: 'true' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  run.stdout.on('data', (text: Buffer) => {
    output += text.toString()
    process.stdout.write(text)
  })
  const code = await new Promise<number | null>((done, fail) => {
    run.once('error', fail)
    run.once('close', done)
  })
  const files = readCoverage(output)
  const short = files.filter(({ linePercent, statementPercent }) => linePercent < 100 || statementPercent < 100)
  for (const { path } of short) console.log(`Not all of ${path} is reached.`)
  if (code !== 0) console.log('A test failed under coverage.')
  const isFull = code === 0 && files.length > 0 && short.length === 0
  if (isFull) console.log(`Every line and statement of the ${files.length} files of contracts/ is reached.`)
  process.exit(isFull ? 0 : 1)
}
