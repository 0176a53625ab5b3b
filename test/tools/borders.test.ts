import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect } from 'chai'
import { findCrossings } from '../../scripts/borders.ts'

const repository = resolve(import.meta.dirname, '../..')

/** A small tree with one import of each kind that is allowed; every case adds one more file. */
const lawful = {
  'protocol/money.ts': `import { z } from 'zod'\nimport { isHex } from 'viem'\nexport const money = [z, isHex]`,
  'server/app.ts': `import { post } from './post/post.routes.ts'\nexport const app = post`,
  'server/people/people.ts': `import { find } from './people.store.ts'\nexport const people = find`,
  'server/people/people.store.ts': 'export const find = 1',
  'server/people/people.routes.ts': 'export const people = 1',
  'server/post/post.ts': `import { people } from '../people/people.ts'\nexport const post = people`,
  'server/post/post.routes.ts': `import { post as step } from './post.ts'\nexport const post = step`,
  'server/chain/embedded.ts': `export const hre = () => import('hardhat/hre')`,
  'wallet-app/src/app.tsx': `import './youth/HomeScreen.tsx'\nimport './till/ChargeScreen.tsx'`,
  'wallet-app/src/youth/HomeScreen.tsx': `import { t } from '../text/t.ts'\nexport const home = t`,
  'wallet-app/src/till/ChargeScreen.tsx': 'export type Charge = 1\nexport const charge = 1',
  'wallet-app/src/text/t.ts': `import { money } from '../../../protocol/money.ts'\nexport const t = money`,
  'test/post.test.ts': `import 'ethers'\nimport 'viem'\nimport '../server/app.ts'\nimport '../wallet-app/src/app.tsx'`,
}

const crimes: [rule: string, file: string, text: string][] = [
  ['no-cycles', 'wallet-app/src/text/t.ts', `import { home } from '../youth/HomeScreen.tsx'\nexport const t = home`],
  ['protocol-is-pure', 'protocol/file.ts', `import 'node:fs'`],
  ['protocol-is-pure', 'protocol/file.ts', `import 'fs'`],
  ['protocol-is-pure', 'protocol/file.ts', `import 'preact'`],
  ['protocol-is-pure', 'protocol/file.ts', `import '../server/app.ts'`],
  ['server-never-sees-wallet-app', 'server/page.ts', `import '../wallet-app/src/text/t.ts'`],
  ['wallet-app-never-sees-server', 'wallet-app/src/api.ts', `import type { app } from '../../server/app.ts'`],
  ['nobody-imports-scripts-or-test', 'server/seed.ts', `import '../test/post.test.ts'`],
  ['ethers-only-in-test-and-scripts', 'server/chain/wallet.ts', `import { Wallet } from 'ethers'`],
  ['ethers-only-in-test-and-scripts', 'wallet-app/src/keys.ts', `const a = () => import('ethers')`],
  ['hardhat-only-in-the-embedded-chain', 'server/chain/chain.ts', `import 'hardhat/hre'`],
  ['hardhat-only-in-the-embedded-chain', 'server/chain/chain.ts', `const a = () => import('@nomicfoundation/edr')`],
  ['faces-never-see-each-other', 'wallet-app/src/youth/Pay.tsx', `import '../till/ChargeScreen.tsx'`],
  [
    'faces-never-see-each-other',
    'wallet-app/src/youth/Pay.tsx',
    `import type { Charge } from '../till/ChargeScreen.tsx'`,
  ],
  ['only-app-knows-the-faces', 'wallet-app/src/ui/Menu.tsx', `import '../youth/HomeScreen.tsx'`],
  ['an-entry-knows-its-own-face', 'wallet-app/src/till.tsx', `import './youth/HomeScreen.tsx'`],
  ['people-knows-only-earlier-steps', 'server/people/late.ts', `import '../post/post.ts'`],
  ['audit-knows-only-earlier-steps', 'server/audit/audit.ts', `import '../people/people.store.ts'`],
  ['audit-knows-only-earlier-steps', 'server/audit/audit.ts', `import '../people/people.routes.ts'`],
  ['vouchers-knows-only-earlier-steps', 'server/vouchers/vouchers.ts', `import type { post } from '../post/post.ts'`],
]

describe('Borders', function () {
  this.timeout(30_000)
  let tree: string

  beforeEach(() => {
    tree = mkdtempSync(join(tmpdir(), 'borders-'))
    symlinkSync(join(repository, 'node_modules'), join(tree, 'node_modules'))
    for (const [file, text] of Object.entries(lawful)) plant(file, text)
  })
  afterEach(() => rmSync(tree, { recursive: true }))

  function plant(file: string, text: string) {
    mkdirSync(dirname(join(tree, file)), { recursive: true })
    writeFileSync(join(tree, file), `${text}\n`)
  }

  for (const [rule, file, text] of crimes) {
    it(`catches ${rule} in ${file}: ${text.split('\n')[0]}`, async () => {
      plant(file, text)
      const { crossings } = await findCrossings(tree)
      expect(crossings.map((crossing) => `${crossing.rule} ${crossing.from}`)).to.include(`${rule} ${file}`)
    })
  }

  it('lets every lawful import pass, and reads every file to say so', async () => {
    const { crossings, filesRead } = await findCrossings(tree)
    expect(crossings).to.deep.equal([])
    expect(filesRead).to.equal(Object.keys(lawful).length)
  })
})
