import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { contractSources, hashOfFiles, sourcesRecord } from './sourcesHash.ts'

const root = resolve(import.meta.dirname, '..')

interface Product {
  name: string
  sources: string[]
  excluded: string[]
  /** What must be there, besides being made from these very sources. */
  made: string[]
  npmScript: string
  /** Where the hash of the sources stands that it was made from; committed when what is made from them is. */
  record: string
}

const products: Product[] = [
  {
    name: 'contracts',
    sources: contractSources,
    excluded: [],
    made: ['contracts/deployable/Vouchers.json', 'protocol/abi/vouchers.ts'],
    npmScript: 'build:contracts',
    record: sourcesRecord,
  },
  {
    name: 'wallet-app',
    sources: ['wallet-app/**/*.*', 'protocol/**/*.ts', 'package-lock.json'],
    excluded: ['wallet-app/dist/**', 'wallet-app/screenshots/**'],
    made: ['wallet-app/dist/index.html'],
    npmScript: 'build:app',
    record: 'node_modules/.cache/kipina/wallet-app.sha256',
  },
]

/**
 * Builds what is not made from the sources as they are now, known by their hash: the times of files say nothing after a
 * clone. Throws when a build fails; what it printed stands above.
 */
export function buildWhatIsStale(say: (line: string) => void): void {
  for (const product of products) {
    const record = join(root, product.record)
    const isThere = product.made.every((file) => existsSync(join(root, file)))
    if (isThere && existsSync(record) && readFileSync(record, 'utf8') === `${hashOf(product)}\n`) continue
    say(`building ${product.name}`)
    const build = spawnSync('npm', ['run', '--silent', product.npmScript], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    if (build.status !== 0) {
      process.stderr.write(`${build.stdout}${build.stderr}`)
      throw new Error(`${product.name} does not build: npm run ${product.npmScript}`)
    }
    mkdirSync(join(record, '..'), { recursive: true })
    // Afterwards: building the contracts may write some of the app's sources.
    writeFileSync(record, `${hashOf(product)}\n`)
  }
}

function hashOf({ sources, excluded }: Product): string {
  return hashOfFiles(root, sources, excluded)
}
