import { type AstNode, bareOf, childrenOf, nodesIn, rootOf, typeOf, writtenIn } from './ast.ts'
import { type Contracts, isReader } from './contracts.ts'

/** State that the proof knows nothing of. */
const unknown = /^(issuerOf|revoked|refundedCents|pausedSince|latestAcceptor)$/
/** State that any move may find as it likes. */
const any = /^(used|pausedSecondsBefore)$/
const fields: Record<string, RegExp> = {
  'struct IVouchersTypes.Programme storage ref': /^(isOpen|dailyLimitCents)$/,
  'struct IVouchersTypes.Programme storage pointer': /^(isOpen|dailyLimitCents)$/,
  'struct IVouchersTypes.Account storage ref': /^(purposes|suspendedFrom)$/,
}
/** OpenZeppelin's, of which Vouchers may be made, and whose functions that anybody can call keep to their own state. */
const bases = /^(AccessControl|EIP712|Pausable|IERC20)$/
/** OpenZeppelin's, which change their own state alone. */
const foreign = /^(AccessControl\._(grant|revoke)Role|Pausable\._(un)?pause|BitMaps\.set)$/

/**
 * What the proof does not look into, and why it need not: by lists of what may be changed and called. All else throws,
 * so whatever is new is refused until somebody has thought of it.
 */
export class Bystanders {
  private readonly contracts: Contracts
  private readonly isMove: (name: string) => boolean
  private readonly isFollowed: (name: string) => boolean

  constructor(contracts: Contracts, isMove: (name: string) => boolean, isFollowed: (name: string) => boolean) {
    this.contracts = contracts
    this.isMove = isMove
    this.isFollowed = isFollowed
  }

  /** Throws if anything but the moves may change what the proof is about: functions, modifiers, first values. */
  refuseOthers(node: AstNode): void {
    if (/^(SourceUnit|ContractDefinition)$/.test(node.nodeType)) {
      for (const each of childrenOf(node)) this.refuseOthers(each)
      return
    }
    const base = node.nodeType === 'InheritanceSpecifier' && this.contracts.declared(node.baseName as AstNode)
    if (base && !this.contracts.isOurs(base) && !bases.test(base.name))
      throw new Error(`What does ${base.name} change?`)
    const isFunction = node.nodeType === 'FunctionDefinition'
    const name = this.contracts.nameOf(node)
    const isFollowed = isFunction && this.isFollowed(name)
    // A modifier can pass a function over, or run it twice.
    const isPlain = /^(private|internal)$/.test(String(node.visibility)) && childrenOf(node).every(isNoModifier)
    if (isFollowed && !isPlain) throw new Error(`${name} is followed and has a modifier or can be called from outside`)
    const hasAssembly = nodesIn(node).some(({ nodeType }) => nodeType === 'InlineAssembly')
    if (hasAssembly && !name.startsWith('Leaves_')) throw new Error(this.words(node, 'has assembly'))
    if (isFunction && isReader(node)) return
    const isProved = isFollowed || (isFunction && this.isMove(name))
    for (const each of isProved ? (node.modifiers as AstNode[]) : [node]) {
      const [mayChange, mayCall] = [this.isHarmless.bind(this), this.mayBeCalled.bind(this)]
      this.refuse(each, 'changes the books and is neither a move nor followed by one', mayChange, mayCall)
    }
  }

  /**
   * Throws if it matters that this part of a move is left out. `isLeftOut` are the variables that the proof does not
   * have: only those may change, and what it has in memory may only be read.
   */
  refuseLeavingOut(node: AstNode, isLeftOut: (variable: AstNode) => boolean): void {
    const isOwn = (written: AstNode) => {
      const root = rootOf(written)
      const declared = this.contracts.declared(root)
      if (root.nodeType !== 'Identifier' || declared === undefined) return false
      if (declared.stateVariable === true) return unknown.test(declared.name)
      return isLeftOut(declared) && (written === root || declared.storageLocation === 'memory')
    }
    this.refuse(node, 'would be left out', isOwn, () => false)
    for (const each of nodesIn(node)) {
      const declared = each.nodeType === 'Identifier' ? this.contracts.declared(each) : undefined
      const isKept = declared?.storageLocation === 'memory' && !isLeftOut(declared)
      const isEnd = /^(Return|Continue|Break)$/.test(each.nodeType)
      if (isEnd || (isKept && !this.isOnlyRead(declared, node))) throw new Error(this.words(node, 'would be left out'))
    }
  }

  private refuse(
    node: AstNode,
    fault: string,
    mayChange: (written: AstNode) => boolean,
    mayCall: (call: AstNode, callee: AstNode) => boolean,
  ): void {
    for (const each of nodesIn(node)) {
      const callee = this.contracts.calleeOf(each)
      const isGood =
        each.nodeType !== 'InlineAssembly' &&
        writtenIn(each).every(mayChange) &&
        (!this.contracts.isWriter(each) || (callee !== undefined && mayCall(each, callee)))
      if (!isGood) throw new Error(this.words(node, fault))
    }
  }

  private isHarmless(written: AstNode): boolean {
    const root = rootOf(written)
    const declared = this.contracts.declared(root)
    if (root.nodeType === 'Identifier' && declared?.stateVariable !== true) {
      return written === root || declared?.storageLocation === 'memory'
    }
    // An immutable is written by a constructor only.
    if (declared?.mutability === 'immutable' || unknown.test(declared?.name ?? '') || any.test(declared?.name ?? '')) {
      return true
    }
    const isFound = declared?.stateVariable === true || this.isFollowed(this.contracts.calleeName(root))
    const field = fields[typeOf(written.expression as AstNode | undefined)]
    return isFound && field?.test(String(written.memberName)) === true
  }

  /** What is looked at here itself is harmless, and a move is one, whoever makes it. */
  private mayBeCalled(call: AstNode, callee: AstNode): boolean {
    // From outside Vouchers would be its own sender: a move from and to itself moves no tokens.
    if (this.contracts.calleeName(call).startsWith('outside_')) return false
    if (!this.contracts.isOurs(callee)) return foreign.test(this.contracts.fullNameOf(callee))
    return callee.body != null && !this.isFollowed(this.contracts.nameOf(callee))
  }

  /** Whether no more is done with what lies in memory than that values are taken out of it, here and in what is called. */
  private isOnlyRead(variable: AstNode, node: AstNode): boolean {
    const isIt = (each: AstNode) =>
      bareOf(each).nodeType === 'Identifier' && this.contracts.declared(bareOf(each)) === variable
    const isRead = (each: AstNode) => this.isOnlyRead(variable, each)
    if (node.nodeType === 'InlineAssembly') {
      return !(node.externalReferences as { declaration: number }[]).some((each) => each.declaration === variable.id)
    }
    if (isIt(node) || writtenIn(node).some((written) => this.contracts.declared(rootOf(written)) === variable))
      return false
    if (node.nodeType === 'FunctionCall' && node.kind === 'functionCall') {
      const callee = this.contracts.calleeOf(node)
      if (callee === undefined) {
        const isHarmless = !this.contracts.isWriter(node)
        return (node.arguments as AstNode[]).every((each) => (isHarmless && isIt(each)) || isRead(each))
      }
      const takes = childrenOf(callee.parameters as AstNode)
      const handed = this.contracts.handedTo(node)
      const of = (node.expression as AstNode).expression as AstNode | undefined
      if (of !== undefined && !handed.includes(of) && !isRead(of)) return false
      return handed.every((each, at) => {
        return isIt(each) ? callee.body != null && this.isOnlyRead(takes[at] as AstNode, callee) : isRead(each)
      })
    }
    const isValue = /^(Member|Index)Access$/.test(node.nodeType) && !/ (memory|storage|calldata)\b/.test(typeOf(node))
    return childrenOf(node).every((each) => (isValue && isIt(each) && each !== node.indexExpression) || isRead(each))
  }

  private words(node: AstNode, fault: string): string {
    return `${node.name || this.contracts.text(node)} ${fault}`
  }
}

function isNoModifier({ nodeType }: AstNode): boolean {
  return nodeType !== 'ModifierInvocation'
}
