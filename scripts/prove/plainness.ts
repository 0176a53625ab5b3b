import { type AstNode, childrenOf, endOf, nodesIn, rootOf, startOf, typeOf, writtenIn } from './ast.ts'
import type { Contracts } from './contracts.ts'

/* What the rewriting goes by must be what it seems: each of these throws where it may be something else. */

/** What Solidity has by these names is meant wherever they stand. */
const builtin = /^(abi|assert|block|keccak256|msg|require|revert|tx)$/

/** Throws if anything of ours goes by a name of Solidity's own. */
export function refuseBuiltins(contracts: Contracts): void {
  const names = /^(Function|Contract|Struct|Enum|Modifier|UserDefinedValueType)Definition$|^VariableDeclaration$/
  for (const { nodeType, name } of contracts.trees.flatMap(nodesIn))
    if (names.test(nodeType) && builtin.test(name)) throw new Error(`Hides what Solidity has: ${name}`)
}

/** Throws if a function comes to itself again, which the solver takes for no call at all. */
export function refuseCycles(contracts: Contracts, functions: ReadonlyMap<string, AstNode>, from: string): void {
  const above: string[] = []
  const go = (name: string) => {
    if (name !== '' && above.includes(name)) throw new Error(`Calls itself: ${[...above, name].join(', ')}`)
    const definition = functions.get(name)
    if (name === '' || definition === undefined) return
    above.push(name)
    for (const called of new Set(nodesIn(definition).map((node) => contracts.calleeName(node)))) go(called)
    above.pop()
  }
  go(from)
}

/**
 * Throws if a function changes what it was handed in memory, of which its caller would know nothing: the solver does not
 * either. It may fill in what it answers, and what it has made new.
 */
export function refuseHanded(contracts: Contracts, definition: AstNode): void {
  const results = childrenOf(definition.returnParameters as AstNode)
  const fresh = nodesIn(definition.body as AstNode)
    .filter(isNew)
    .flatMap(childrenOf)
  for (const written of nodesIn(definition.body as AstNode).flatMap(writtenIn)) {
    const root = contracts.declared(rootOf(written))
    if (root?.storageLocation !== 'memory') continue
    const isFilledIn = written !== rootOf(written) && [...results, ...fresh].includes(root)
    if (!isFilledIn) throw new Error(`${definition.name} changes memory: ${contracts.text(written)}`)
  }
}

/** A declaration of what is made here, and so is nobody else's. */
function isNew({ nodeType, initialValue }: AstNode): boolean {
  const made = (initialValue as AstNode | undefined)?.expression as AstNode | undefined
  return nodeType === 'VariableDeclarationStatement' && made?.nodeType === 'NewExpression'
}

/**
 * Throws unless a group is: its words made once, `take` once with those, and after that what each is owed. What is
 * assumed of `take` says nothing of any other words.
 */
export function refuseOtherGroups(contracts: Contracts, definition: AstNode): void {
  const nodes = nodesIn(definition)
  const calls = (name: string) => nodes.filter((node) => contracts.calleeName(node) === name)
  const words = nodes.filter(({ nodeType, name }) => nodeType === 'VariableDeclaration' && name === 'accounts')
  const made = nodes.filter((node) => childrenOf(node).includes(words[0] as AstNode))
  const [making, taking] = [calls('accountsOf'), calls('take')]
  const loops = nodes.filter(({ nodeType }) => nodeType === 'ForStatement')
  const isSo =
    words.length === 1 &&
    making.length === 1 &&
    made[0]?.initialValue === making[0] &&
    taking.length === 1 &&
    contracts.text(taking[0] as AstNode) === 'take(frame, accounts, items)' &&
    loops.length === 1 &&
    startOf(loops[0] as AstNode) > endOf(taking[0] as AstNode)
  if (!isSo) throw new Error(`Not how a group is posted: ${contracts.text(definition)}`)
}

/** Where rows are: state of Vouchers, or a part of its one Ledger. */
const tables = /^(programmes|sheets)$/
const partsOfLedger = /^(accounts|debt|settlements)$/

/** Whether this is the Ledger: `claims` itself, or what a function was handed for it. */
export function isLedger(contracts: Contracts, node: AstNode): boolean {
  const declared = node.nodeType === 'Identifier' ? contracts.declared(node) : undefined
  const isIt = declared?.stateVariable === true ? node.name === 'claims' : isParameter(contracts, declared)
  return isIt && /^struct Claims\.Ledger storage/.test(typeOf(node))
}

function isParameter(contracts: Contracts, declared: AstNode | undefined): boolean {
  return contracts.functions().some((each) => childrenOf(each.parameters as AstNode).includes(declared as AstNode))
}

/** Throws unless this is a part of the Ledger that the proof has. */
export function refuseOtherParts(contracts: Contracts, node: AstNode): void {
  if (!partsOfLedger.test(String(node.memberName)) || !isLedger(contracts, node.expression as AstNode))
    throw new Error(`No table of the proof: ${contracts.text(node)}`)
}

/** Throws unless a row is taken from the table that the proof has for its kind. */
export function refuseOtherTables(contracts: Contracts, base: AstNode, table: string): void {
  const isPart = base.nodeType === 'MemberAccess' && base.memberName === table
  if (isPart) refuseOtherParts(contracts, base)
  const isState = base.nodeType === 'Identifier' && contracts.declared(base)?.stateVariable === true
  if (!isPart && (!isState || !tables.test(table) || base.name !== table))
    throw new Error(`No table of the proof: ${contracts.text(base)}`)
}
