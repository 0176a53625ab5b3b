import { type AstNode, bareOf, childrenOf, endOf, startOf, typeOf } from './ast.ts'
import type { Contracts } from './contracts.ts'
import { isLedger, refuseOtherParts, refuseOtherTables } from './plainness.ts'

/** Rows that the contracts point to: the table they are in and the type of its key. There is one Ledger only. */
const tables: Record<string, { table: string; key: string }> = {
  Programme: { table: 'programmes', key: 'uint32' },
  Sheet: { table: 'sheets', key: 'bytes32' },
  Account: { table: 'accounts', key: 'uint32' },
  Settlement: { table: 'settlements', key: 'bytes32' },
  Ledger: { table: '', key: 'uint8' },
}

/** What the functions of the token are handed before the cents: from whom and to whom, where it is not Vouchers. */
const holders: Record<string, RegExp> = {
  token_safeTransferFrom: /^msg\.sender, address\(this\)$/,
  token_safeTransfer: /^msg\.sender$/,
  token_burn: /^[\w[\]]+$/,
  token_mintReturned: /^\w+, \w+$/,
}

const isTable = (name: string) => /^(programmes|sheets|accounts|debt|settlements)$/.test(name)
const isPointer = (node: AstNode) => /^struct .* storage pointer$/.test(typeOf(node))

/** The text of declarations, expressions and simple statements in plain words. What has none throws. */
export class Expressions {
  private readonly contracts: Contracts
  private readonly isNoticing: boolean
  private readonly called: Set<string>

  /** `isNoticing`: a subtraction or conversion that loses something is noticed. Adds what is called to `called`. */
  constructor(contracts: Contracts, isNoticing: boolean, called: Set<string>) {
    this.contracts = contracts
    this.isNoticing = isNoticing
    this.called = called
  }

  /** The node's text with what stands in it in plain words. */
  words(node: AstNode): string {
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
      case 'VariableDeclaration':
        // Of such types a name is never taken for the table: what is written to a row would not compile.
        if (isTable(node.name) && !/^uint(64|256\[\]( memory| calldata)?)$/.test(typeOf(node)))
          throw new Error(`Hides a table: ${node.name}`)
        return node.storageLocation === 'storage' ? `${rowOf(node).key} ${node.name}` : null
      case 'VariableDeclarationStatement': {
        const [declared] = childrenOf(node)
        if (declared?.storageLocation !== 'storage') return null
        return `${this.words(declared)} = ${this.key(node.initialValue as AstNode)}`
      }
      case 'IdentifierPath':
        return node.name.split('.').at(-1) ?? null
      case 'Identifier': {
        const declared = this.contracts.declared(node)
        // By its name it could be another's in the proof.
        if (declared?.constant === true) return `${typeOf(node)}(${this.words(declared.value as AstNode)})`
        return isPointer(node) ? this.row(node) : null
      }
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
    const widened = shifted.operator === '<<' ? (shifted.leftExpression as AstNode) : undefined
    const [high] = widened?.kind === 'typeConversion' ? (widened.arguments as AstNode[]) : []
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
    if (isOfLedger) refuseOtherParts(this.contracts, node)
    return isOfLedger || /^type\((struct|enum) /.test(typeOf(node)) ? String(node.memberName) : null
  }

  private call(node: AstNode): string | null {
    const [first] = node.arguments as AstNode[]
    if (isRequire(node)) return `require(${this.words(first as AstNode)})`
    if (node.kind === 'typeConversion' && this.isNoticing) return this.narrowed(node, first as AstNode)
    const callee = this.contracts.calleeOf(node)
    if (callee === undefined) return null
    const name = this.contracts.calleeName(node)
    this.called.add(name)
    if (name.startsWith('token_')) return `${name}(${this.tokens(node, name)})`
    const takes = childrenOf(callee.parameters as AstNode)
    const words = this.contracts
      .handedTo(node)
      .map((each, at) => (takes[at]?.storageLocation === 'storage' ? this.key(each) : this.words(each)))
    return `${name}(${words.join(', ')})`
  }

  /** How many tokens move. The proof has no other holder than Vouchers, so who that is must be plain. */
  private tokens(call: AstNode, name: string): string {
    const given = this.contracts.handedTo(call).slice(-(call.arguments as AstNode[]).length)
    const others = given.slice(0, -1).map((each) => this.contracts.text(each))
    const known = this.contracts.fullNameOf(this.contracts.calleeOf(call) as AstNode)
    const isOpen = known.startsWith('SafeERC20.') && !this.contracts.isOurs(this.contracts.calleeOf(call) as AstNode)
    if (!isOpen && !/^IBudgetToken\.(burn|mintReturned)$/.test(known)) throw new Error(`Whose is ${known}?`)
    if (!holders[name]?.test(others.join(', '))) throw new Error(`Whose tokens? ${this.contracts.text(call)}`)
    return this.words(given.at(-1) as AstNode)
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
    if (node.nodeType === 'IndexAccess') {
      refuseOtherTables(this.contracts, node.baseExpression as AstNode, rowOf(node).table)
      return this.words(node.indexExpression as AstNode)
    }
    if (node.nodeType === 'FunctionCall') return this.call(node) ?? ''
    if (node.nodeType === 'Identifier' && isPointer(node)) return node.name
    if (!isLedger(this.contracts, node)) throw new Error(`No key in ${this.contracts.text(node)}`)
    return '0'
  }
}

export function isRequire(node: AstNode): boolean {
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
