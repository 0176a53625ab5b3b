import { compile, type Diagnostic, type Sources } from './ast.ts'

export type Fate = 'safe' | 'unsafe' | 'unknown'

const fates: Record<string, Fate> = {
  'BMC: Assertion violation check is safe!': 'safe',
  'BMC: Assertion violation happens here.': 'unsafe',
  'BMC: Assertion violation might happen here.': 'unknown',
}

/**
 * What the SMTChecker says of the assertions in a file, each named by the comment behind it. Throws on anything it says
 * that is neither a verdict nor known to take nothing from a proof: a feature that it does not understand voids one.
 */
export function check(sources: Sources, file: string, contract: string): Map<string, Fate> {
  const modelChecker = {
    // Looks at each function alone, from any state, and there are no loops: it sees all. The other engine looks for the
    // states that can be reached, which is not needed, and gives up on tables.
    engine: 'bmc',
    solvers: ['z3'],
    targets: ['assert'],
    contracts: { [file]: [contract] },
    showProvedSafe: true,
    showUnproved: true,
    showUnsupported: true,
  }
  const { errors = [] } = compile(sources, { modelChecker })
  const bytes = Buffer.from(sources[file] ?? '')
  const found = new Map<string, Fate>()
  for (const diagnostic of errors) {
    const { message, sourceLocation, formattedMessage } = diagnostic
    const fate = fates[message]
    if (fate === undefined && !isHarmless(diagnostic)) throw new Error(`More than a verdict:\n${formattedMessage}`)
    if (fate === undefined) continue
    const [, name] = /^; \/\/ (\w+)\n/.exec(bytes.toString('utf8', sourceLocation?.end ?? 0)) ?? []
    if (sourceLocation?.file !== file || name === undefined || found.has(name)) throw new Error(formattedMessage)
    found.set(name, fate)
  }
  return found
}

/** The compiler is pinned, so these do not change. */
function isHarmless({ errorCode = '', message }: Diagnostic): boolean {
  // Of the compiler alone: no licence or pragma, could be view or pure, a name used before, unused ones.
  if (['1878', '3420', '2018', '2519', '2072', '5667'].includes(errorCode)) return true
  return message.startsWith('The BMC engine of the SMTChecker is deprecated')
}
