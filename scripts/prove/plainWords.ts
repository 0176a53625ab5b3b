import { type AstNode, bareOf, childrenOf, endOf, nodesIn, rootOf, startOf, typeOf, writtenIn } from './ast.ts'
import type { Bystanders } from './bystanders.ts'
import { type Contracts, isReader } from './contracts.ts'

/** Rows that the contracts point to: the table they are in and the type of its key. There is one Ledger only. */
const tables: Record<string, { table: string; key: string }> = {
  Programme: { table: 'programmes', key: 'uint32' },
  Sheet: { table: 'sheets', key: 'bytes32' },
  Account: { table: 'accounts', key: 'uint32' },
  Settlement: { table: 'settlements', key: 'bytes32' },
  Ledger: { table: '', key: 'uint8' },
}

/** State that the proof has, under the name that it has in the contracts. */
const state = /^(programmes|sheets|claims|token|isGuaranteed|pausedSecondsBefore|graceSeconds)$/

/** Where tokens go to or come from, by what moves them. */
const others: Record<string, string> = {
  token_safeTransferFrom: 'msg.sender, address(this)',
  token_safeTransfer: 'msg.sender',
}

const isPointer = (node: AstNode) => /^struct .* storage pointer$/.test(typeOf(node))

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
  private isNoticing = false

  /** `isKnown` are the functions that are followed or stood in for. */
  constructor(contracts: Contracts, bystanders: Bystanders, isKnown: (name: string) => boolean) {
    this.contracts = contracts
    this.bystanders = bystanders
    this.isKnown = isKnown
  }

  /** A list that is worked through becomes one of its items, the one at `i`. */
  function(definition: AstNode): string {
    this.isNoticing = !isReader(definition)
    const words = (name: string) => childrenOf(definition[name] as AstNode).map((each) => this.words(each))
    const params = words('parameters')
    const results = words('returnParameters')
    const [first, ...more] = childrenOf(definition.body as AstNode)
    const isList = first?.nodeType === 'ForStatement' && more.length === 0
    if (isList) params.push(`uint256 ${this.counterOf(first)}`)
    if (definition.name === 'postGroup') refuseWrites(definition)
    const body = this.statement((isList ? first : definition).body as AstNode)
    const head = `function ${this.contracts.nameOf(definition)}(${params.join(', ')}) internal${this.isNoticing ? '' : ' view'}`
    return `${head}${results.length > 0 ? ` returns (${results.join(', ')})` : ''} { ${body} }`
  }

  private statement(node: AstNode): string {
    if (node.nodeType === 'EmitStatement') return this.leaveOut(node)
    if (node.nodeType === 'ForStatement' && this.isOfGroup(node)) {
      return `uint256 ${this.counterOf(node)} = anyPosition; ${this.statement(node.body as AstNode)}`
    }
    if (/^(For|While|DoWhile|Try)Statement$|^InlineAssembly$|^UncheckedBlock$/.test(node.nodeType)) {
      throw new Error(`${node.nodeType} cannot be followed`)
    }
    const decides = node.nodeType === 'IfStatement' ? (node.condition as AstNode) : node
    if (node.nodeType !== 'Block' && this.isUnknown(decides)) return this.leaveOut(node)
    if (node.nodeType !== 'Block') this.refuseHidden(decides)
    return /^(If|Block)/.test(node.nodeType) ? this.words(node) : `${this.words(node).replace(/;$/, '')};`
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
      const isWrite = each.nodeType === 'Assignment' || this.contracts.isWriter(each)
      if (isWrite && !open.includes(each)) throw new Error(`Writes inside of ${this.contracts.text(node)}`)
    }
  }

  /** Of the list that `take` stands in for, whose sum it tells: nothing but what each is owed is done there. */
  private isOfGroup(loop: AstNode): boolean {
    if (!/^for \(uint256 m = 0; m < accounts\.length; \+\+m\)/.test(this.contracts.text(loop))) return false
    return nodesIn(loop.body as AstNode).every((each) => {
      const isCall = each.nodeType === 'FunctionCall' && each.kind === 'functionCall'
      const isAlias = each.nodeType === 'VariableDeclaration' && each.storageLocation !== 'default'
      return !isAlias && (!isCall || this.contracts.calleeName(each) === 'Claims_owe')
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

  /** The node's text with what stands in it in plain words. */
  private words(node: AstNode): string {
    const special = this.special(node)
    if (special !== null) return special
    let text = ''
    let at = startOf(node)
    for (const child of childrenOf(node)) {
      text += this.contracts.text(node, at, startOf(child)) + this.words(child)
      at = endOf(child)
    }
    return text + this.contracts.text(node, at)
  }

  private special(node: AstNode): string | null {
    const part = (name: string) => this.words(node[name] as AstNode)
    const width = /^uint(40|64|256)$/.exec(typeOf(node))?.[1]
    switch (node.nodeType) {
      case 'Block':
        return `{ ${childrenOf(node)
          .map((each) => this.statement(each))
          .join('\n')} }`
      case 'IfStatement': {
        const branch = (name: string) => `{ ${this.statement(node[name] as AstNode)} }`
        return `if (${part('condition')}) ${branch('trueBody')}${node.falseBody ? ` else ${branch('falseBody')}` : ''}`
      }
      case 'VariableDeclaration':
        return node.storageLocation === 'storage' ? `${rowOf(node).key} ${node.name}` : null
      case 'VariableDeclarationStatement': {
        const [declared] = childrenOf(node)
        if (declared?.storageLocation !== 'storage') return null
        return `${this.words(declared)} = ${this.key(node.initialValue as AstNode)}`
      }
      case 'IdentifierPath':
        return node.name.split('.').at(-1) ?? null
      case 'Identifier':
        return isPointer(node) ? this.row(node) : null
      case 'MemberAccess':
        return this.member(node)
      case 'FunctionCall':
        return isPointer(node) ? this.row(node) : this.call(node)
      case 'BinaryOperation':
        if (node.operator === '&') return `bitsOfBoth${this.operands(node)}`
        if (node.operator === '>>') return `shifted${this.operands(node)}`
        if (node.operator === '|') return this.packed(node)
        return node.operator === '-' && this.isNoticing ? `minus${width}${this.operands(node)}` : null
      case 'Assignment': {
        const left = node.leftHandSide as AstNode
        if (isPointer(left)) return `${left.name} = ${this.key(node.rightHandSide as AstNode)}`
        if (/^(=|\+=)$/.test(String(node.operator))) return null
        if (node.operator !== '-=') throw new Error(`Not followed: ${this.contracts.text(node)}`)
        return `${this.words(left)} = minus${width}(${this.words(left)}, ${part('rightHandSide')})`
      }
      case 'UnaryOperation':
        if (node.operator !== '!') throw new Error(`Not followed: ${this.contracts.text(node)}`)
        return null
      default:
        return null
    }
  }

  /** `(uint256(high) << n) | low` where low has at most n bits, and high as many as are left. */
  private packed(node: AstNode): string {
    const shifted = bareOf(node.leftExpression as AstNode)
    const [high] = (shifted.operator === '<<' ? ((shifted.leftExpression as AstNode).arguments as AstNode[]) : []) ?? []
    const low = node.rightExpression as AstNode
    const by = Number((shifted.rightExpression as AstNode | undefined)?.value)
    if (high === undefined || !(widthOf(low) <= by && widthOf(high) + by <= 256)) {
      throw new Error(`Not side by side: ${this.contracts.text(node)}`)
    }
    return `packed(${this.words(shifted.leftExpression as AstNode)}, ${by}, ${this.words(low)})`
  }

  private member(node: AstNode): string | null {
    const declared = this.contracts.declared(node)
    if (declared?.constant === true) return `${typeOf(node)}(${this.words(declared.value as AstNode)})`
    const isOfLedger = typeOf(node.expression as AstNode).startsWith('struct Claims.Ledger storage')
    return isOfLedger || /^type\((struct|enum) /.test(typeOf(node)) ? String(node.memberName) : null
  }

  private call(node: AstNode): string | null {
    const given = node.arguments as AstNode[]
    if (isRequire(node)) {
      // They are read even where nothing is refused.
      for (const each of given.slice(1)) this.leaveOut(each)
      return `require(${this.words(given[0] as AstNode)})`
    }
    if (node.kind === 'typeConversion' && this.isNoticing) return this.narrowed(node, given[0] as AstNode)
    const callee = this.contracts.calleeOf(node)
    if (callee === undefined) return null
    const name = this.contracts.calleeName(node)
    this.called.add(name)
    if (name.startsWith('token_')) {
      const other = others[name]
      if (
        other !== undefined &&
        given
          .slice(0, -1)
          .map((each) => this.contracts.text(each))
          .join(', ') !== other
      ) {
        throw new Error(`Whose tokens? ${this.contracts.text(node)}`)
      }
      return `${name}(${this.words(given.at(-1) as AstNode)})`
    }
    const takes = childrenOf(callee.parameters as AstNode)
    const words = this.contracts
      .handedTo(node)
      .map((each, at) => (takes[at]?.storageLocation === 'storage' ? this.key(each) : this.words(each)))
    return `${name}(${words.join(', ')})`
  }

  /** A conversion that notices a loss, unless it reads a field of a word, above which others stand. */
  private narrowed(node: AstNode, from: AstNode): string | null {
    if (!(widthOf(from) > widthOf(node))) return null
    if (from.operator === '>>' && typeOf(node) === 'uint64') return `field64${this.operands(from)}`
    const to = typeOf(node).replace('uint', '')
    return `${to === '32' ? 'low' : 'narrow'}${to}(${this.words(from)})`
  }

  private operands(node: AstNode): string {
    return `(${this.words(node.leftExpression as AstNode)}, ${this.words(node.rightExpression as AstNode)})`
  }

  private row(node: AstNode): string {
    return `${rowOf(node).table}[${this.key(node)}]`
  }

  /** Of what points to a row or is one. */
  private key(node: AstNode): string {
    if (node.nodeType === 'IndexAccess') return this.words(node.indexExpression as AstNode)
    if (node.nodeType === 'FunctionCall') return this.call(node) ?? ''
    if (node.nodeType === 'Identifier' && isPointer(node)) return node.name
    if (node.name !== 'claims') throw new Error(`No key in ${this.contracts.text(node)}`)
    return '0'
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

function isRequire(node: AstNode): boolean {
  return node.nodeType === 'FunctionCall' && (node.expression as AstNode).name === 'require'
}

/** In bits, of unsigned numbers and of enums. */
function widthOf(node: AstNode): number {
  return typeOf(node).startsWith('enum ') ? 8 : Number(typeOf(node).replace('uint', ''))
}

function rowOf(node: AstNode): { table: string; key: string } {
  const row = tables[/^struct (?:\w+\.)?(\w+)/.exec(typeOf(node))?.[1] ?? '']
  if (row === undefined) throw new Error(`There is no table for ${typeOf(node)}`)
  return row
}
