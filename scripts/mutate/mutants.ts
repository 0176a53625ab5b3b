import { assemblyMutants } from './assembly.ts'
import { boundMutants, constantMutants } from './bounds.ts'
import { inBytes, type Mistake } from './mistakes.ts'
import { operatorMutants } from './operators.ts'
import { conditionMutants, modifierMutants, statementMutants } from './removals.ts'
import { swapMutants } from './swaps.ts'
import { type Node, rangeOf, treesOf, walk } from './tree.ts'

export interface Mutant extends Mistake {
  path: string
  /** The function that it is in, with its contract: `Book.use`. */
  inside: string
  line: number
  /** The line as it stands, so that a mutant is known again when others moved it. */
  text: string
}

const kinds = [
  operatorMutants,
  boundMutants,
  assemblyMutants,
  statementMutants,
  modifierMutants,
  conditionMutants,
  swapMutants,
] as const

/** Every mutant of the sources, file by file, in the order of the text. */
export function mutantsOf(sources: Readonly<Record<string, string>>): Mutant[] {
  const trees = treesOf(sources)
  const all = new Map<number, Node>()
  for (const tree of Object.values(trees)) for (const { node } of walk(tree)) all.set(Number(node.id), node)

  return Object.entries(trees).flatMap(([path, tree]) => {
    const source = inBytes(sources[path] ?? '')
    const read = (node: Node) => source.slice(rangeOf(node).start, rangeOf(node).end)
    const found: { mistake: Mistake; inside: string }[] = []
    for (const { node, around } of walk(tree)) {
      const inside = nameOf([...around, node])
      for (const mistakesOf of kinds) {
        for (const mistake of mistakesOf({ node, around, read, all })) found.push({ mistake, inside })
      }
    }
    for (const mistake of constantMutants(tree, read, all)) found.push({ mistake, inside: '' })
    return found
      .sort((one, other) => startOf(one.mistake) - startOf(other.mistake))
      .map(({ mistake, inside }) => ({ ...mistake, ...lineAt(source, startOf(mistake)), path, inside }))
  })
}

function startOf({ changes }: Mistake): number {
  return Math.min(...changes.map(({ range }) => range.start))
}

function lineAt(source: string, start: number): { line: number; text: string } {
  const line = source.slice(0, start).split('\n').length
  return { line, text: (source.split('\n')[line - 1] ?? '').trim() }
}

function nameOf(around: readonly Node[]): string {
  return around
    .filter(({ nodeType }) => nodeType === 'ContractDefinition' || nodeType === 'FunctionDefinition')
    .map((node) => String(node.name || node.kind))
    .join('.')
}
