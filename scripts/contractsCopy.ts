import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

/**
 * A copy of the contracts with their tests and configuration, gone when the process ends. What compiles contracts
 * otherwise than they are shipped works here: in the tree it would swap the artifacts under whatever else is running.
 */
export function copyContracts(): string {
  const copy = mkdtempSync(join(tmpdir(), 'kipina-contracts-'))
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))

  for (const folder of ['contracts', 'test/contracts', 'protocol', 'scripts']) {
    cpSync(join(root, folder), join(copy, folder), { recursive: true })
  }
  for (const file of ['package.json', 'tsconfig.json', 'hardhat.config.ts']) cpSync(join(root, file), join(copy, file))
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}
