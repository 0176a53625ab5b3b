import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

/** Solidity by path. What is not among them is read from the repository, then from node_modules. */
export type Sources = Record<string, string>

export interface AstNode {
  id: number
  nodeType: string
  /** Start, length and file, in bytes. */
  src: string
  name: string
  typeDescriptions?: { typeString: string }
  referencedDeclaration?: number
  [key: string]: unknown
}

export interface Diagnostic {
  severity: 'error' | 'warning' | 'info'
  errorCode?: string
  message: string
  formattedMessage: string
  sourceLocation?: { file: string; start: number; end: number }
}

interface Output {
  errors?: Diagnostic[]
  sources?: Record<string, { id: number; ast: AstNode }>
}

const root = resolve(import.meta.dirname, '../..')
const solc = createRequire(import.meta.url)('solc') as {
  compile(input: string, callbacks: { import: (path: string) => { contents: string } | { error: string } }): string
}

/** Throws if it does not compile. */
export function compile(sources: Sources, settings: object): Output {
  const content = Object.fromEntries(Object.entries(sources).map(([path, text]) => [path, { content: text }]))
  const input = { language: 'Solidity', sources: content, settings: { evmVersion: 'cancun', ...settings } }
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find })) as Output
  const wrong = output.errors?.find(({ severity }) => severity === 'error')
  if (wrong !== undefined) throw new Error(wrong.formattedMessage)
  return output
}

/** The syntax trees of all that these need, in the order of the files in `src`. */
export function parse(sources: Sources): AstNode[] {
  const { sources: parsed = {} } = compile(sources, { outputSelection: { '*': { '': ['ast'] } } })
  return Object.values(parsed)
    .toSorted((a, b) => a.id - b.id)
    .map(({ ast }) => ast)
}

/** The nodes right below, in the order of the text. */
export function childrenOf(node: AstNode): AstNode[] {
  return Object.values(node)
    .flat()
    .filter((value): value is AstNode => typeof value === 'object' && value !== null && 'nodeType' in value)
    .toSorted((a, b) => startOf(a) - startOf(b))
}

/** The node itself and all below it. */
export function nodesIn(node: AstNode): AstNode[] {
  return [node, ...childrenOf(node).flatMap(nodesIn)]
}

/** Without the brackets around it. */
export function bareOf(node: AstNode): AstNode {
  const [inner, ...more] = node.nodeType === 'TupleExpression' ? (node.components as (AstNode | null)[]) : []
  return inner && more.length === 0 ? bareOf(inner) : node
}

/** What a chain of members and elements starts at. */
export function rootOf(node: AstNode): AstNode {
  const { nodeType, expression, baseExpression } = bareOf(node)
  if (nodeType === 'MemberAccess') return rootOf(expression as AstNode)
  return nodeType === 'IndexAccess' ? rootOf(baseExpression as AstNode) : bareOf(node)
}

/** What is assigned to or changed right here. */
export function writtenIn(node: AstNode): AstNode[] {
  const isChanged = node.nodeType === 'UnaryOperation' && /^(\+\+|--|delete)$/.test(String(node.operator))
  if (isChanged) return partsOf(node.subExpression as AstNode)
  return node.nodeType === 'Assignment' ? partsOf(node.leftHandSide as AstNode) : []
}

function partsOf(written: AstNode): AstNode[] {
  const bare = bareOf(written)
  return bare.nodeType === 'TupleExpression' ? childrenOf(bare).flatMap(partsOf) : [bare]
}

export function startOf(node: AstNode): number {
  return Number(node.src.split(':')[0])
}

export function endOf(node: AstNode): number {
  return startOf(node) + Number(node.src.split(':')[1])
}

export const typeOf = (node?: AstNode) => node?.typeDescriptions?.typeString ?? ''

export function readSource(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

function find(path: string): { contents: string } | { error: string } {
  for (const folder of ['', 'node_modules']) {
    try {
      return { contents: readSource(join(folder, path)) }
    } catch {}
  }
  return { error: `${path} is nowhere` }
}
