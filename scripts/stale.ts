import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

interface Product {
  name: string
  sources: string[]
  excluded: string[]
  /** What must be there, besides being made from these very sources. */
  made: string[]
  npmScript: string
}

const products: Product[] = [
  {
    name: 'contracts',
    sources: ['contracts/**/*.sol', 'hardhat.config.ts'],
    excluded: [],
    made: ['contracts/deployable/Vouchers.json', 'protocol/abi/vouchers.ts'],
    npmScript: 'build:contracts',
  },
  {
    name: 'wallet-app',
    sources: ['wallet-app/**/*.*', 'protocol/**/*.ts', 'package-lock.json'],
    excluded: ['wallet-app/dist/**', 'wallet-app/screenshots/**'],
    made: ['wallet-app/dist/index.html'],
    npmScript: 'build:app',
  },
]

/**
 * Builds what is not made from the sources as they are now, known by their hash: the times of files say nothing after a
 * clone. Throws when a build fails; what it printed stands above.
 */
export function buildWhatIsStale(say: (line: string) => void): void {
  for (const product of products) {
    const record = join(root, `node_modules/.cache/kipina/${product.name}.sha256`)
    const isThere = product.made.every((file) => existsSync(join(root, file)))
    if (isThere && existsSync(record) && readFileSync(record, 'utf8') === hashOf(product)) continue
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
    writeFileSync(record, hashOf(product))
  }
}

function hashOf({ sources, excluded }: Product): string {
  const hash = createHash('sha256')
  for (const file of globSync(sources, { cwd: root, exclude: excluded }).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  }
  return hash.digest('hex')
}
