/**
 * `npm run coverage:contracts`: runs the contract tests under Hardhat's coverage, prints the lines reached of each file
 * of contracts/, and fails unless all are. Hardhat marks each statement; lcov has it by line.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const report = resolve(root, 'coverage/lcov.info')

export interface FileCoverage {
  path: string
  lines: number
  missed: number[]
}

/** Reads an lcov report; only files under contracts/ count. */
export function readCoverage(lcov: string): FileCoverage[] {
  return lcov
    .split('end_of_record')
    .map((record) => ({
      path: /^SF:(.+)$/m.exec(record)?.[1] ?? '',
      hits: [...record.matchAll(/^DA:(\d+),(\d+)/gm)].map(([, line, count]) => [Number(line), Number(count)] as const),
    }))
    .filter(({ path }) => path.startsWith('contracts/'))
    .map(({ path, hits }) => ({
      path,
      lines: hits.length,
      missed: hits.filter(([, count]) => count === 0).map(([line]) => line),
    }))
}

if (import.meta.main) {
  // An old report must not speak for a run that never wrote one.
  rmSync(report, { force: true })
  const run = spawnSync('hardhat', ['test', '--coverage'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  const files = run.status === 0 ? readCoverage(readFileSync(report, 'utf8')) : []
  const lines = files.reduce((sum, file) => sum + file.lines, 0)
  const missed = files.reduce((sum, file) => sum + file.missed.length, 0)
  for (const file of files) {
    const reached = file.lines - file.missed.length
    console.log(`${file.path}: ${reached} of ${file.lines} lines${file.missed.map((line) => ` !${line}`).join('')}`)
  }
  const isFull = lines > 0 && missed === 0
  console.log(
    isFull ? `All ${lines} lines of the contracts are reached.` : `${missed} of ${lines} lines are not reached.`,
  )
  process.exit(isFull ? 0 : 1)
}
