import { argumentsOf, flat, instead, type Mistake, type Place, withPart } from './mistakes.ts'
import { isLiteralType } from './operators.ts'
import { type Node, nodesIn, rangeOf, typeOf } from './tree.ts'

/** Neighbours of one type change places: arguments, values of a struct, fields, values of an enum. */
export function swapMutants(place: Place): Mistake[] {
  if (place.node.nodeType === 'FunctionCall') return argumentSwaps(place)
  if (place.node.nodeType === 'MemberAccess') return memberSwaps(place)
  return []
}

function argumentSwaps({ node, around, read }: Place): Mistake[] {
  const isConstant = around.some((outer) => outer.constant === true)
  if (isConstant || node.kind === 'typeConversion' || typeOf(node) === 'error') return []
  const given = argumentsOf(node)
  return given.flatMap((one, i) => {
    const other = given[i + 1]
    if (other === undefined || typeOf(one) !== typeOf(other) || read(one) === read(other)) return []
    if (isLiteralType(one) || /storage/.test(typeOf(one))) return []
    return [
      {
        what: `${flat(read(node.expression as Node))}(…): ${flat(read(one))} ↔ ${flat(read(other))}`,
        changes: [
          { kind: 'expression', range: rangeOf(one), becomes: read(other) },
          { kind: 'expression', range: rangeOf(other), becomes: read(one) },
        ],
      },
    ]
  })
}

function memberSwaps({ node, around, read, all }: Place): Mistake[] {
  const member = all.get(Number(node.referencedDeclaration))
  const siblings = member === undefined ? [] : siblingsOf(member, all)
  const at = siblings.indexOf(member as Node)
  const next = siblings[(at + 1) % siblings.length]
  if (next === undefined || next === member) return []
  const becomes = `${read(node.expression as Node)}.${String(next.name)}`
  if (node.lValueRequested !== true) return [instead(node, read, becomes)]

  // What is written to cannot be chosen within an expression.
  const [assignment, statement] = [around.at(-1), around.at(-2)]
  if (assignment?.leftHandSide !== node || statement?.nodeType !== 'ExpressionStatement') return []
  const changed = `${withPart(statement, node, becomes, read)};`
  return [
    {
      what: `${flat(read(statement))} → ${flat(changed)}`,
      changes: [{ kind: 'statement', range: rangeOf(statement), becomes: changed }],
    },
  ]
}

/** The members of one type in the struct or enum that a member is of; for any other declaration none. */
function siblingsOf(member: Node, all: ReadonlyMap<number, Node>): Node[] {
  if (member.nodeType === 'EnumValue') {
    for (const node of all.values()) {
      if (node.nodeType === 'EnumDefinition' && nodesIn(node.members).includes(member)) return nodesIn(node.members)
    }
  }
  const home = all.get(Number(member.scope))
  if (home?.nodeType !== 'StructDefinition') return []
  return nodesIn(home.members).filter((sibling) => typeOf(sibling) === typeOf(member))
}
