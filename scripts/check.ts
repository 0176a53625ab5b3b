/** Everything that can be said about the code without running it; `--fix` mends what a tool can mend by itself. */
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

type Step = [name: string, command: string, ...args: string[]]

const solidity = ['contracts/**/*.sol', 'test/**/*.sol']

const checks: Step[] = [
  ['format, lint and import cycles', 'biome', 'check', '--error-on-warnings', '.'],
  ['Solidity format', 'prettier', '--check', ...solidity],
  ['Solidity lint', 'solhint', '--disc', '--noPoster', '--max-warnings', '0', 'contracts/**/*.sol'],
  ['borders', 'node', 'scripts/borders.ts'],
  ['types', 'tsc', '--noEmit'],
  ['types of the contract tests', 'tsc', '--noEmit', '-p', 'test/contracts'],
  ['contracts compile', 'hardhat', 'build', '--quiet', '--no-tests'],
  ['ABI', 'node', 'scripts/exportAbi.ts', '--check'],
  ['OpenAPI', 'node', 'scripts/exportOpenapi.ts', '--check'],
]

const fixes: Step[] = [
  ['format, lint and imports', 'biome', 'check', '--write', '.'],
  ['Solidity format', 'prettier', '--write', '--log-level', 'warn', ...solidity],
  ['contracts compile', 'hardhat', 'build', '--quiet', '--no-tests'],
  ['ABI', 'node', 'scripts/exportAbi.ts'],
  ['OpenAPI', 'node', 'scripts/exportOpenapi.ts'],
]

const steps = process.argv.includes('--fix') ? fixes : checks
const failed: string[] = []
for (const [name, command, ...args] of steps) {
  console.log(`\n── ${name}`)
  const { status } = spawnSync(command, args, {
    cwd: resolve(import.meta.dirname, '..'),
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) failed.push(name)
}

console.log(failed.length === 0 ? '\nAll in order.' : `\nNot in order: ${failed.join(', ')}.`)
process.exit(failed.length === 0 ? 0 : 1)
