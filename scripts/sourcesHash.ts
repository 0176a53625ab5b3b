import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the committed ABIs and bytecode are made from. */
export const contractSources = ['contracts/**/*.sol', 'hardhat.config.ts']

/** Committed beside the bytecode: a fresh clone knows without a compiler that nothing needs to be compiled. */
export const sourcesRecord = 'contracts/deployable/sources.sha256'

/** One hash of the names and contents of all these files. */
export function hashOfFiles(root: string, sources: readonly string[], excluded: readonly string[] = []): string {
  const hash = createHash('sha256')
  for (const file of globSync([...sources], { cwd: root, exclude: [...excluded] }).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  }
  return hash.digest('hex')
}
