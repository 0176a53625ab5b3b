import { type Node, nodesIn, type Range, rangeOf } from './tree.ts'

/** One edit: what stands at `range` becomes `becomes`. How it is planted depends on its kind. */
export interface Change {
  kind: 'expression' | 'statement' | 'modifier' | 'assembly expression' | 'assembly statement'
  range: Range
  becomes: string
  /** Of a modifier alone: where the body that it guards begins. */
  bodyStart?: number
}

/** What goes wrong together: one change, or several that are one mistake. */
export interface Mistake {
  what: string
  changes: Change[]
}

/** What a kind of mistake looks at: a node, those around it outermost first, and how its source reads. */
export interface Place {
  node: Node
  around: readonly Node[]
  read: (node: Node) => string
  all: ReadonlyMap<number, Node>
}

/** One character a byte, as the compiler counts. */
export function inBytes(source: string): string {
  return Buffer.from(source, 'utf8').toString('latin1')
}

export function fromBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** An expression that becomes another. */
export function instead(node: Node, read: (node: Node) => string, becomes: string): Mistake {
  return {
    what: `${flat(read(node))} → ${flat(becomes)}`,
    changes: [{ kind: 'expression', range: rangeOf(node), becomes }],
  }
}

/** The source of `whole` with `part`, somewhere in it, replaced. */
export function withPart(whole: Node, part: Node, becomes: string, read: (node: Node) => string): string {
  const { start } = rangeOf(whole)
  const { start: from, end: to } = rangeOf(part)
  const text = read(whole)
  return text.slice(0, from - start) + becomes + text.slice(to - start)
}

export function flat(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

export function argumentsOf(call: Node): Node[] {
  return nodesIn(call.arguments)
}
