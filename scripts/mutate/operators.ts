import { instead, type Mistake, type Place } from './mistakes.ts'
import { type Node, typeOf } from './tree.ts'

const others: Record<string, string> = {
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '==': '!=',
  '!=': '==',
  '&': '|',
  '|': '&',
  '<<': '>>',
  '>>': '<<',
  '&&': '||',
  '||': '&&',
  '+=': '-=',
  '-=': '+=',
  '|=': '&=',
  '++': '--',
  '--': '++',
}

/** Each operator in turn is its neighbour. */
export function operatorMutants({ node, around, read }: Place): Mistake[] {
  const other = others[String(node.operator)]
  if (other === undefined || around.some((outer) => outer.constant === true) || isNegation(node, around)) return []
  const becomes = becomesOf(node, other, read)
  return becomes === null ? [] : [instead(node, read, becomes)]
}

function becomesOf(node: Node, other: string, read: (node: Node) => string): string | null {
  switch (node.nodeType) {
    case 'BinaryOperation':
      return [node.leftExpression as Node, node.rightExpression as Node]
        .map((operand) => (operand.nodeType === 'BinaryOperation' ? `(${read(operand)})` : read(operand)))
        .join(` ${other} `)
    case 'Assignment':
      return `${read(node.leftHandSide as Node)} ${other} ${read(node.rightHandSide as Node)}`
    case 'UnaryOperation':
      return read(node).replace(String(node.operator), other)
    default:
      return null
  }
}

/** Whether it would only turn a condition round: that it always holds, and never, asks the tests for more. */
function isNegation(node: Node, around: readonly Node[]): boolean {
  const parent = around.at(-1)
  const isRequire = parent?.nodeType === 'FunctionCall' && (parent.expression as Node).name === 'require'
  return /^[!=]=$/.test(String(node.operator)) && (isRequire || parent?.condition === node)
}

/** Whether nothing but a literal decides this type, so that it would change with the literal. */
export function isLiteralType(node: Node): boolean {
  return /^(int_const|literal_string|rational_const)/.test(typeOf(node))
}
