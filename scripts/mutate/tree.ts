import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** A node of the compiler's tree of Solidity or Yul. */
export interface Node {
  nodeType: string
  /** `start:length:file`, in bytes. */
  src: string
  [field: string]: unknown
}

/** Where a piece of source stands. In bytes, as everything here: a source is read as one character a byte. */
export interface Range {
  start: number
  end: number
}

interface Compiler {
  compile(input: string, callbacks: { import: (path: string) => { contents: string } | { error: string } }): string
}

interface Output {
  errors?: { severity: string; formattedMessage: string }[]
  sources: Record<string, { ast: Node }>
}

const require = createRequire(import.meta.url)

/**
 * The trees of sources by path, with the types that the compiler found. What they import is looked for among them, then
 * in node_modules.
 * @throws if the sources do not compile
 */
export function treesOf(sources: Readonly<Record<string, string>>): Record<string, Node> {
  const solc = require('solc') as Compiler
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(Object.entries(sources).map(([path, content]) => [path, { content }])),
    settings: { outputSelection: { '*': { '': ['ast'] } } },
  }
  const find = (path: string) => ({ contents: readFileSync(require.resolve(path), 'utf8') })
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find })) as Output
  const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'))
  return Object.fromEntries(Object.keys(sources).map((path) => [path, (output.sources[path] as { ast: Node }).ast]))
}

export function rangeOf(node: Node): Range {
  const [start = 0, length = 0] = node.src.split(':').map(Number)
  return { start, end: start + length }
}

/** Whether a field of a node is a node itself. */
export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'nodeType' in value && 'src' in value
}

export function nodesIn(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : []
}

/** The type of an expression as the compiler writes it, such as `uint64` or `int_const 500`. */
export function typeOf(node: Node): string {
  const { typeDescriptions } = node as { typeDescriptions?: { typeString?: string } }
  return typeDescriptions?.typeString ?? ''
}

/** Each node with those around it, outermost first. */
export function* walk(node: Node, around: readonly Node[] = []): Generator<{ node: Node; around: readonly Node[] }> {
  yield { node, around }
  const inside = [...around, node]
  for (const value of Object.values(node)) {
    if (isNode(value)) yield* walk(value, inside)
    else for (const child of nodesIn(value)) yield* walk(child, inside)
  }
}
