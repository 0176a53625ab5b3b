import { argumentsOf, flat, instead, type Mistake, type Place } from './mistakes.ts'
import { type Node, nodesIn, rangeOf, typeOf } from './tree.ts'

/** What each modifier does before the body that it guards. */
const checks: Record<string, (words: string) => string> = {
  onlyRole: (words) => `_checkRole(${words});`,
  whenNotPaused: () => '_requireNotPaused();',
}

/** Each statement that refuses, changes, tells or calls is left out. */
export function statementMutants({ node, around, read }: Place): Mistake[] {
  const isRemovable = node.nodeType === 'ExpressionStatement' || node.nodeType === 'EmitStatement'
  if (!isRemovable || around.at(-1)?.loopExpression === node || isPointerSet(node)) return []
  return [{ what: `without ${flat(read(node))}`, changes: [{ kind: 'statement', range: rangeOf(node), becomes: '' }] }]
}

/** Each modifier that guards a function is left out. */
export function modifierMutants({ node, around, read }: Place): Mistake[] {
  const guarded = around.at(-1)
  if (node.nodeType !== 'ModifierInvocation' || guarded?.nodeType !== 'FunctionDefinition') return []
  const check = checks[read(node.modifierName as Node)]
  if (check === undefined) {
    // A base's constructor looks the same.
    if (guarded.kind === 'constructor') return []
    throw new Error(`It is not known what ${read(node)} checks`)
  }
  const becomes = check(argumentsOf(node).map(read).join(', '))
  const bodyStart = rangeOf(guarded.body as Node).start + 1
  return [
    { what: `without ${flat(read(node))}`, changes: [{ kind: 'modifier', range: rangeOf(node), becomes, bodyStart }] },
  ]
}

/** Each condition of an `if` or a `?` always holds, and never. */
export function conditionMutants({ node, read }: Place): Mistake[] {
  if (node.nodeType !== 'IfStatement' && node.nodeType !== 'Conditional') return []
  return ['true', 'false'].map((value) => instead(node.condition as Node, read, value))
}

/** The compiler wants a pointer to be set before it is returned. */
function isPointerSet(node: Node): boolean {
  const [set] = nodesIn([node.expression])
  return set?.nodeType === 'Assignment' && /(storage pointer|calldata)/.test(typeOf(set.leftHandSide as Node))
}
