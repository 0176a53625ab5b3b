import { neighboursOf } from './bounds.ts'
import { argumentsOf, flat, type Mistake, type Place } from './mistakes.ts'
import { type Node, rangeOf } from './tree.ts'

/** Only what neither reads nor writes: both forms are worked out each time, and one is taken. */
const others: Record<string, (words: string[]) => string> = {
  add: (words) => `sub(${words.join(', ')})`,
  sub: (words) => `add(${words.join(', ')})`,
  shl: (words) => `shr(${words.join(', ')})`,
  shr: (words) => `shl(${words.join(', ')})`,
  and: (words) => `or(${words.join(', ')})`,
  xor: (words) => `or(${words.join(', ')})`,
  lt: (words) => `iszero(gt(${words.join(', ')}))`,
  gt: (words) => `iszero(lt(${words.join(', ')}))`,
  eq: (words) => `iszero(eq(${words.join(', ')}))`,
  iszero: (words) => words.join(', '),
}

/** Operators, numbers and statements of assembly. */
export function assemblyMutants({ node, around, read }: Place): Mistake[] {
  switch (node.nodeType) {
    case 'YulFunctionCall': {
      const other = others[read(node.functionName as Node)]
      return other === undefined ? [] : [chosen(node, read, other(argumentsOf(node).map(read)))]
    }
    case 'YulLiteral':
      if (around.at(-1)?.nodeType === 'YulCase' || node.kind !== 'number') return []
      return numberMutants(node, around, read)
    case 'YulAssignment':
    case 'YulExpressionStatement':
      return [
        {
          what: `without ${flat(read(node))}`,
          changes: [{ kind: 'assembly statement', range: rangeOf(node), becomes: '' }],
        },
      ]
    default:
      return []
  }
}

/** One more and one less; of a place in memory or calldata, where both only read or write beside it, one more. */
function numberMutants(node: Node, around: readonly Node[], read: (node: Node) => string): Mistake[] {
  const call = around.at(-1)
  const isCall = call?.nodeType === 'YulFunctionCall'
  const isPlace = isCall && /^(add|mstore|mload|keccak256)$/.test(read(call.functionName as Node))
  return neighboursOf(String(node.value))
    .slice(0, isPlace ? 1 : 2)
    .map((value) => {
      const { what, changes } = chosen(node, read, value)
      return { what: isCall ? `${what} in ${flat(read(call))}` : what, changes }
    })
}

function chosen(node: Node, read: (node: Node) => string, becomes: string): Mistake {
  return {
    what: `${flat(read(node))} → ${flat(becomes)}`,
    changes: [{ kind: 'assembly expression', range: rangeOf(node), becomes }],
  }
}
