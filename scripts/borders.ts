import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  cruise,
  type ICruiseOptions,
  type IForbiddenRuleType,
  type IRegularForbiddenRuleType,
} from 'dependency-cruiser'

/** The order in which a voucher lives. A step knows only what came before it. */
export const steps = [
  'people',
  'network',
  'eligibility',
  'vouchers',
  'grants',
  'acceptances',
  'post',
  'settlements',
  'audit',
] as const

const faces = 'youth|till|desk|office'
const sourceFolders = ['protocol', 'server', 'wallet-app', 'scripts', 'test', 'hardhat.config.ts']

/** Matches a package however it is reached: in node_modules, or by its bare name where it could not be resolved. */
const packages = (...names: string[]) => `(^|/)node_modules/(${names.join('|')})/|^(${names.join('|')})(/|$)`

const rules: IForbiddenRuleType[] = [
  rule('no-cycles', {}, { circular: true }),

  rule('protocol-is-pure', { path: '^protocol/' }, { pathNot: `^protocol/|${packages('viem', 'zod')}` }),
  rule('server-never-sees-wallet-app', { path: '^server/' }, { path: '^wallet-app/' }),
  rule('wallet-app-never-sees-server', { path: '^wallet-app/' }, { path: '^server/' }),
  rule('nobody-imports-scripts-or-test', { pathNot: '^(scripts|test)/' }, { path: '^(scripts|test)/' }),

  rule('ethers-only-in-test-and-scripts', { pathNot: '^(scripts|test)/' }, { path: packages('ethers') }),
  rule(
    'hardhat-only-in-the-embedded-chain',
    { pathNot: '^(scripts|test)/|^hardhat\\.config\\.ts$|^server/chain/embedded' },
    { path: packages('hardhat', '@nomicfoundation') },
  ),

  rule(
    'faces-never-see-each-other',
    { path: `^wallet-app/src/(${faces})/` },
    { path: `^wallet-app/src/(${faces})[/.]`, pathNot: '^wallet-app/src/$1/' },
  ),
  rule(
    'only-app-knows-the-faces',
    { path: '^wallet-app/', pathNot: `^wallet-app/src/(app\\.tsx|(${faces})[/.])` },
    { path: `^wallet-app/src/(${faces})[/.]` },
  ),
  rule(
    'an-entry-knows-its-own-face',
    { path: `^wallet-app/src/(${faces})\\.tsx?$` },
    { path: `^wallet-app/src/(${faces})[/.]`, pathNot: '^wallet-app/src/$1/' },
  ),

  ...steps.flatMap((step, place) => {
    const earlier = steps.slice(0, place)
    const others = steps.filter((other) => other !== step)
    const allowed = earlier.map((name) => `^server/${name}/${name}\\.ts$`).join('|')
    return rule(
      `${step}-knows-only-earlier-steps`,
      { path: `^server/${step}/` },
      { path: `^server/(${others.join('|')})/`, ...(allowed === '' ? {} : { pathNot: allowed }) },
    )
  }),
]

function rule(
  name: string,
  from: IRegularForbiddenRuleType['from'],
  to: IRegularForbiddenRuleType['to'],
): IForbiddenRuleType {
  return { name, severity: 'error', from, to }
}

export interface Crossing {
  rule: string
  from: string
  to: string
}

/** Every import in `root` that crosses a border, and how many of our own files were read to say so. */
export async function findCrossings(root: string): Promise<{ crossings: Crossing[]; filesRead: number }> {
  const options: ICruiseOptions = {
    baseDir: root,
    // dependency-cruiser cannot use TypeScript 7 and would quietly read nothing: swc reads every import, also of types.
    parser: 'swc',
    tsPreCompilationDeps: true,
    validate: true,
    ruleSet: { forbidden: rules },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^wallet-app/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  }
  const present = sourceFolders.filter((folder) => existsSync(resolve(root, folder)))
  const { output } = await cruise(present, options)
  if (typeof output === 'string') throw new Error(`dependency-cruiser answered with text: ${output}`)

  const isOurs = new RegExp(`^(${sourceFolders.join('|')})`)
  return {
    crossings: output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
    filesRead: output.modules.filter(({ source }) => isOurs.test(source)).length,
  }
}

if (import.meta.main) {
  const { crossings, filesRead } = await findCrossings(resolve(import.meta.dirname, '..'))
  for (const { rule, from, to } of crossings) console.error(`${rule}: ${from} → ${to}`)
  // A tool that reads no file finds no fault either.
  if (filesRead === 0) console.error('No file was read: the borders were not checked.')
  console.log(`${filesRead} files read, ${crossings.length} borders crossed`)
  process.exit(crossings.length === 0 && filesRead > 0 ? 0 : 1)
}
