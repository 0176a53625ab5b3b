import { type AstNode, childrenOf, nodesIn, rootOf, writtenIn } from './ast.ts'
import type { Bystanders } from './bystanders.ts'
import { type Contracts, isReader } from './contracts.ts'
import { Expressions, isRequire } from './expressions.ts'
import { refuseHanded, refuseOtherGroups } from './plainness.ts'

/** State that the proof has, under the name that it has in the contracts. */
const state = /^(programmes|sheets|claims|token|isGuaranteed|pausedSecondsBefore|graceSeconds)$/

/**
 * Functions of the contracts in words that the SMTChecker can follow. It knows nothing of storage after a write through
 * a pointer, so a pointer becomes the key of the row that it points to: `Programme storage programme` is now
 * `uint32 programme`, and `programme.floatCents` is `programmes[programme].floatCents`. Subtractions and narrowing
 * conversions become such that notice a loss, arithmetic of bits becomes any that takes apart what it put together
 * (Arithmetic.sol). Functions of libraries get the library's name.
 *
 * What mentions something that is neither followed nor stood in for is left out. That takes refusals and events away and
 * so only allows more. Where it may leave out more than that (Bystanders), and where the order of writes is not plain:
 * throws.
 */
export class PlainWords {
  /** The functions called in the words so far. */
  readonly called = new Set<string>()
  private readonly contracts: Contracts
  private readonly bystanders: Bystanders
  private readonly isKnown: (name: string) => boolean
  private readonly leftOut = new Set<AstNode>()
  private expressions: Expressions
  private isGroup = false

  /** `isKnown` are the functions that are followed or stood in for. */
  constructor(contracts: Contracts, bystanders: Bystanders, isKnown: (name: string) => boolean) {
    this.contracts = contracts
    this.bystanders = bystanders
    this.isKnown = isKnown
    this.expressions = new Expressions(contracts, true, this.called)
  }

  /** A list that is worked through becomes one of its items, the one at `i`. */
  function(definition: AstNode): string {
    this.expressions = new Expressions(this.contracts, !isReader(definition), this.called)
    this.isGroup = definition.name === 'postGroup'
    const words = (name: string) => childrenOf(definition[name] as AstNode).map((each) => this.expressions.words(each))
    const params = words('parameters')
    const results = words('returnParameters')
    const [first, ...more] = childrenOf(definition.body as AstNode)
    const isList = first?.nodeType === 'ForStatement' && more.length === 0
    if (isList) params.push(`uint256 ${this.counterOf(first)}`)
    if (this.isGroup) refuseWrites(definition)
    if (this.isGroup) refuseOtherGroups(this.contracts, definition)
    else refuseHanded(this.contracts, definition)
    const body = this.statement((isList ? first : definition).body as AstNode)
    const head = `function ${this.contracts.nameOf(definition)}(${params.join(', ')}) internal${isReader(definition) ? ' view' : ''}`
    return `${head}${results.length > 0 ? ` returns (${results.join(', ')})` : ''} { ${body} }`
  }

  private statement(node: AstNode): string {
    if (node.nodeType === 'Block') {
      const inside = childrenOf(node).map((each) => this.statement(each))
      return `{ ${inside.join('\n')} }`
    }
    if (node.nodeType === 'ForStatement' && this.isOfGroup(node)) {
      return `uint256 ${this.counterOf(node)} = anyPosition; ${this.statement(node.body as AstNode)}`
    }
    if (/^(For|While|DoWhile|Try)Statement$|^InlineAssembly$|^UncheckedBlock$/.test(node.nodeType)) {
      throw new Error(`${node.nodeType} cannot be followed`)
    }
    const isIf = node.nodeType === 'IfStatement'
    const decides = isIf ? (node.condition as AstNode) : node
    if (node.nodeType === 'EmitStatement' || this.isUnknown(decides)) return this.leaveOut(node)
    this.refuseHidden(decides)
    const words = this.expressions.words(decides)
    if (!isIf) return `${words.replace(/;$/, '')};`
    const branch = (name: string) => `{ ${this.statement(node[name] as AstNode)} }`
    return `if (${words}) ${branch('trueBody')}${node.falseBody ? ` else ${branch('falseBody')}` : ''}`
  }

  private leaveOut(node: AstNode): string {
    for (const each of nodesIn(node)) if (each.nodeType === 'VariableDeclaration') this.leftOut.add(each)
    this.bystanders.refuseLeavingOut(node, (variable) => this.leftOut.has(variable))
    return ''
  }

  /** Throws unless what writes stands alone or on the right of a plain `=`: else the order would have to be known. */
  private refuseHidden(node: AstNode): void {
    const top = node.nodeType === 'ExpressionStatement' ? (node.expression as AstNode) : undefined
    const isPlain = top?.operator === '=' && (top.leftHandSide as AstNode).nodeType === 'Identifier'
    const open = [top, isPlain ? top?.rightHandSide : undefined, node.initialValue]
    for (const each of nodesIn(node)) {
      // What it would say is read even where it refuses nothing.
      if (isRequire(each)) for (const said of (each.arguments as AstNode[]).slice(1)) this.leaveOut(said)
      const isWrite = each.nodeType === 'Assignment' || this.contracts.isWriter(each)
      if (isWrite && !open.includes(each)) throw new Error(`Writes inside of ${this.contracts.text(node)}`)
    }
  }

  /** Of the list that `take` stands in for, whose sum it tells: nothing but what each is owed is done there. */
  private isOfGroup(loop: AstNode): boolean {
    if (!this.isGroup || !/^for \(uint256 m = 0; m < accounts\.length; \+\+m\)/.test(this.contracts.text(loop)))
      return false
    return nodesIn(loop.body as AstNode).every((each) => {
      const isCall = each.nodeType === 'FunctionCall' && each.kind === 'functionCall'
      const isAlias = each.nodeType === 'VariableDeclaration' && each.storageLocation !== 'default'
      return !isAlias && (!isCall || /^(Claims_owe|Math_min)$/.test(this.contracts.calleeName(each)))
    })
  }

  /** The variable of a loop that does the same for each of a list and carries nothing from one to the next. */
  private counterOf(loop: AstNode): string {
    const [, name = ''] = /^for \(uint256 (\w+) = 0; \1 < \w+\.length; \+\+\1\)/.exec(this.contracts.text(loop)) ?? []
    const inside = nodesIn(loop.body as AstNode)
    const carries = inside.flatMap(writtenIn).some((written) => {
      const root = this.contracts.declared(rootOf(written))
      if (root === undefined || root.stateVariable === true || inside.includes(root)) return false
      return written.nodeType === 'Identifier' || root.storageLocation !== 'storage'
    })
    const ends = inside.some(({ nodeType }) => /^(Return|Continue|Break)$/.test(nodeType))
    if (name === '' || carries || ends) throw new Error(`Not the same for each of a list: ${this.contracts.text(loop)}`)
    return name
  }

  private isUnknown(node: AstNode): boolean {
    // What a require says where it refuses does not decide whether it does.
    if (isRequire(node)) return this.isUnknown((node.arguments as AstNode[])[0] as AstNode)
    const declared = this.contracts.declared(node)
    if (declared !== undefined && this.leftOut.has(declared)) return true
    if (declared?.stateVariable === true && declared.constant !== true && !state.test(declared.name)) return true
    if (this.contracts.calleeOf(node) !== undefined && !this.isKnown(this.contracts.calleeName(node))) return true
    return childrenOf(node).some((child) => this.isUnknown(child))
  }
}

/** In a group the list of merchants must stay what it was, so nothing there is changed but by what is called. */
function refuseWrites(definition: AstNode): void {
  const written = nodesIn(definition).flatMap(writtenIn)
  if (written.length > 1) throw new Error(`${definition.name} changes what it works through`)
}
