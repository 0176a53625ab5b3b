import { instead, type Mistake, type Place, withPart } from './mistakes.ts'
import { isLiteralType } from './operators.ts'
import { type Node, rangeOf, typeOf, walk } from './tree.ts'

/** Each number is one more and one less; each truth is the other. */
export function boundMutants({ node, around, read }: Place): Mistake[] {
  if (node.nodeType !== 'Literal' || around.some((outer) => outer.constant === true)) return []
  const whole = wholeOf(node, around)
  if (whole === null) return []
  if (node.kind === 'bool') return [instead(node, read, node.value === 'true' ? 'false' : 'true')]
  if (node.kind !== 'number') return []
  return neighboursOf(String(node.value))
    .map((value) => read(node).replace(String(node.value), value))
    .filter((value) => !/^0 (days|hours)/.test(value))
    .map((value) => instead(whole, read, withPart(whole, node, value, read)))
}

/** Each constant number of a file is one more and one less, wherever it is used. */
export function constantMutants(tree: Node, read: (node: Node) => string, all: ReadonlyMap<number, Node>): Mistake[] {
  const uses = new Map<number, Node[]>()
  for (const { node } of walk(tree)) {
    const id = Number(node.referencedDeclaration)
    const isUse = node.nodeType === 'Identifier' || node.nodeType === 'MemberAccess'
    if (!isUse || all.get(id)?.constant !== true || !/^uint/.test(typeOf(node))) continue
    uses.set(id, [...(uses.get(id) ?? []), node])
  }
  return [...uses.values()].flatMap((nodes) =>
    ['+ 1', '- 1'].map((step) => ({
      what: `${read(nodes[0] as Node)} → ${read(nodes[0] as Node)} ${step}`,
      changes: nodes.map((node) => ({
        kind: 'expression' as const,
        range: rangeOf(node),
        becomes: `${read(node)} ${step}`,
      })),
    })),
  )
}

/** One more and one less than a number written in Solidity or Yul; nothing is less than zero. */
export function neighboursOf(written: string): string[] {
  const value = BigInt(written.replaceAll('_', ''))
  const write = (number: bigint) => (written.startsWith('0x') ? `0x${number.toString(16)}` : String(number))
  return value === 0n ? [write(1n)] : [write(value + 1n), write(value - 1n)]
}

/**
 * What to choose between, so that the type stays: a literal alone would take the least type that holds it, and
 * `1 << 40` would be zero. Null where a literal says a type and no amount.
 */
function wholeOf(literal: Node, around: readonly Node[]): Node | null {
  const parent = around.at(-1)
  if (parent === undefined) return null
  if (parent.nodeType === 'FunctionCall' && parent.kind === 'typeConversion') {
    return typeOf(parent).startsWith('uint') ? parent : null
  }
  const isOperand = parent.nodeType === 'BinaryOperation' || parent.nodeType === 'Conditional'
  return isOperand && !isLiteralType(parent) ? parent : literal
}
