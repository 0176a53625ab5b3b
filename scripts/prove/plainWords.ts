import { type AstNode, childrenOf, endOf, nodesIn, readSource, type Sources, startOf, typeOf } from './ast.ts'

/** Rows that the contracts point to: the table they are in and the type of its key. There is one Ledger only. */
const tables: Record<string, { table: string; key: string }> = {
  Programme: { table: 'programmes', key: 'uint32' },
  Sheet: { table: 'sheets', key: 'bytes32' },
  Account: { table: 'accounts', key: 'uint32' },
  Settlement: { table: 'settlements', key: 'bytes32' },
  Ledger: { table: '', key: 'uint8' },
}

const isPointer = (node: AstNode) => /^struct .* storage pointer$/.test(typeOf(node))

/**
 * Functions of the contracts in words that the SMTChecker can follow. It knows nothing of storage after a write through
 * a pointer, so a pointer becomes the key of the row that it points to: `Programme storage programme` is now
 * `uint32 programme`, and `programme.floatCents` is `programmes[programme].floatCents`. Subtractions and narrowing
 * conversions become such that notice a loss, arithmetic of bits becomes any that takes apart what it put together
 * (StandIns.sol). Functions of libraries get the library's name.
 *
 * What mentions something that is neither followed nor stood in for is left out. That takes refusals away and so only
 * allows more. Where it would leave out a write to the books, an end of the function or a value used later: throws.
 */
export class PlainWords {
  /** The functions called in the words so far. */
  readonly called = new Set<string>()
  private readonly byId: Map<number, AstNode>
  private readonly homes = new Map<AstNode, { contract: AstNode; source: Buffer }>()
  private readonly standIns: Set<string>
  private readonly followed: RegExp
  private readonly leftOut = new Set<number>()
  private isNoticing = false

  /** `asts` are the trees of `sources` and what they import; `standIns` those of what stands in. */
  constructor(asts: AstNode[], sources: Sources, standIns: AstNode[], followed: RegExp) {
    this.byId = new Map(asts.flatMap(nodesIn).map((node) => [node.id, node]))
    for (const ast of asts.filter(({ absolutePath }) => String(absolutePath).startsWith('contracts/'))) {
      const source = Buffer.from(sources[String(ast.absolutePath)] ?? readSource(String(ast.absolutePath)))
      for (const contract of childrenOf(ast).filter(({ nodeType }) => nodeType === 'ContractDefinition')) {
        for (const node of nodesIn(contract)) this.homes.set(node, { contract, source })
      }
    }
    const declared = standIns.flatMap(childrenOf).flatMap(childrenOf)
    this.standIns = new Set([...declared.map(({ name }) => name), 'claims', 'token'])
    this.followed = followed
  }

  /** All functions with a body, by the names they have in the proof. */
  functions(): Map<string, AstNode> {
    const all = [...this.homes.keys()].filter(({ nodeType, body }) => nodeType === 'FunctionDefinition' && body != null)
    return new Map(all.map((node) => [this.nameOf(node), node]))
  }

  /** Whether a function changes what the proof is about, itself or by what the proof follows. */
  writesBooks(definition: AstNode): boolean {
    if (definition.stateMutability !== 'nonpayable') return false
    const row = /^struct IVouchersTypes\.(Programme|Sheet|Account|Settlement) storage/
    const isNoCents = /^(isOpen|hasPaidGuarantee|dailyLimitCents|suspendedFrom|purposes)$/
    return nodesIn(definition).some((node) => {
      if (node.nodeType === 'InlineAssembly' || this.followed.test(this.writerIn(node))) return true
      return writtenIn(node).some((written) => {
        if (row.test(typeOf(written))) return true
        if (written.nodeType === 'IndexAccess') return typeOf(rootOf(written)).startsWith('struct Claims.Ledger')
        const isOfRow = row.test(typeOf(written.expression as AstNode | undefined))
        return isOfRow && !isNoCents.test(String(written.memberName))
      })
    })
  }

  /** A list that is worked through becomes one of its items, the one at `i`. */
  function(definition: AstNode): string {
    this.isNoticing = definition.stateMutability === 'nonpayable'
    const words = (name: string) => childrenOf(definition[name] as AstNode).map((each) => this.words(each))
    const params = words('parameters')
    const results = words('returnParameters')
    const [first, ...more] = childrenOf(definition.body as AstNode)
    const isList = first?.nodeType === 'ForStatement' && more.length === 0
    if (isList) params.push(`uint256 ${this.counterOf(first)}`)
    const body = this.statement((isList ? first : definition).body as AstNode)
    const head = `function ${this.nameOf(definition)}(${params.join(', ')}) internal${this.isNoticing ? '' : ' view'}`
    return `${head}${results.length > 0 ? ` returns (${results.join(', ')})` : ''} { ${body} }`
  }

  private statement(node: AstNode): string {
    if (node.nodeType === 'EmitStatement') return ''
    // Of the list that `take` stands in for, whose sum it tells.
    if (node.nodeType === 'ForStatement' && this.source(node).includes('< accounts.length')) {
      return `uint256 ${this.counterOf(node)} = anyPosition; ${this.statement(node.body as AstNode)}`
    }
    if (/^(For|While|DoWhile|Try)Statement$|^InlineAssembly$|^UncheckedBlock$/.test(node.nodeType)) {
      throw new Error(`${node.nodeType} cannot be followed`)
    }
    const decides = node.nodeType === 'IfStatement' ? (node.condition as AstNode) : node
    if (node.nodeType === 'Block' || !this.isUnknown(decides)) {
      return /^(If|Block)/.test(node.nodeType) ? this.words(node) : `${this.words(node).replace(/;$/, '')};`
    }
    for (const each of nodesIn(node)) {
      if (each.nodeType === 'VariableDeclaration') this.leftOut.add(each.id)
      const isKept = writtenIn(each).some((written) => !this.isUnknown(rootOf(written)))
      const matters = isKept || this.writerIn(each) !== ''
      if (matters || /^(Return|Continue|Break|InlineAssembly)$/.test(each.nodeType)) {
        throw new Error(`Would be left out: ${this.source(node)}`)
      }
    }
    return ''
  }

  /** The variable of a loop that does the same for each of a list and carries nothing from one to the next. */
  private counterOf(loop: AstNode): string {
    const [, name = ''] = /^for \(uint256 (\w+) = 0; \1 < \w+\.length; \+\+\1\)/.exec(this.source(loop)) ?? []
    const inside = nodesIn(loop.body as AstNode)
    const roots = inside.flatMap(writtenIn).map((written) => this.byId.get(rootOf(written).referencedDeclaration ?? -1))
    const carries = roots.some((root) => {
      return root && !root.stateVariable && root.storageLocation !== 'storage' && !inside.includes(root)
    })
    const ends = inside.some(({ nodeType }) => /^(Return|Continue|Break)$/.test(nodeType))
    if (name === '' || carries || ends) throw new Error(`Not the same for each of a list: ${this.source(loop)}`)
    return name
  }

  /** The node's text with what stands in it in plain words. */
  private words(node: AstNode): string {
    const special = this.special(node)
    if (special !== null) return special
    const bytes = this.homes.get(node)?.source ?? Buffer.from('')
    let text = ''
    let at = startOf(node)
    for (const child of childrenOf(node)) {
      text += bytes.toString('utf8', at, startOf(child)) + this.words(child)
      at = endOf(child)
    }
    return text + bytes.toString('utf8', at, endOf(node))
  }

  private special(node: AstNode): string | null {
    const part = (name: string) => this.words(node[name] as AstNode)
    const handed = () => `(${part('leftExpression')}, ${part('rightExpression')})`
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
        if (node.operator === '&') return `bitsOfBoth${handed()}`
        if (node.operator === '>>') return `shifted${handed()}`
        if (node.operator === '|') return this.packed(node)
        return node.operator === '-' && this.isNoticing ? `minus${width}${handed()}` : null
      case 'Assignment': {
        const left = node.leftHandSide as AstNode
        if (isPointer(left)) return `${left.name} = ${this.key(node.rightHandSide as AstNode)}`
        if (/^(=|\+=)$/.test(String(node.operator))) return null
        if (node.operator !== '-=') throw new Error(`Not followed: ${this.source(node)}`)
        return `${this.words(left)} = minus${width}(${this.words(left)}, ${part('rightHandSide')})`
      }
      case 'UnaryOperation':
        if (node.operator !== '!') throw new Error(`Not followed: ${this.source(node)}`)
        return null
      default:
        return null
    }
  }

  /** `(high << n) | low` where low has at most n bits. */
  private packed(node: AstNode): string {
    const [shifted] = nodesIn(node.leftExpression as AstNode).filter(({ operator }) => operator === '<<')
    const low = node.rightExpression as AstNode
    const by = Number((shifted?.rightExpression as AstNode | undefined)?.value ?? 0)
    if (shifted === undefined || Number(/^uint(\d+)$/.exec(typeOf(low))?.[1] ?? 256) > by) {
      throw new Error(`Not side by side: ${this.source(node)}`)
    }
    return `packed(${this.words(shifted.leftExpression as AstNode)}, ${by}, ${this.words(low)})`
  }

  private member(node: AstNode): string | null {
    const declared = this.byId.get(node.referencedDeclaration ?? -1)
    if (declared?.constant === true) return this.words(declared.value as AstNode)
    const isOfLedger = typeOf(node.expression as AstNode).startsWith('struct Claims.Ledger storage')
    return isOfLedger || /^type\((struct|enum) /.test(typeOf(node)) ? String(node.memberName) : null
  }

  private call(node: AstNode): string | null {
    const callee = node.expression as AstNode
    const given = node.arguments as AstNode[]
    if (callee.name === 'require') return `require(${this.words(given[0] as AstNode)})`
    if (node.kind === 'typeConversion' && this.isNoticing) {
      const [from = 0, to = 256] = [given[0] as AstNode, node].map((each) => Number(typeOf(each).replace('uint', '')))
      return from > to ? `${to === 32 ? 'low' : 'narrow'}${to}(${this.words(given[0] as AstNode)})` : null
    }
    const name = this.calleeName(callee)
    if (node.kind !== 'functionCall' || name === '') return null
    this.called.add(name)
    if (name.startsWith('token_')) return `${name}(${this.words(given.at(-1) as AstNode)})`
    const isBound = callee.nodeType === 'MemberAccess' && !typeOf(callee.expression as AstNode).startsWith('type(')
    const handed = isBound ? [callee.expression as AstNode, ...given] : given
    const takes = childrenOf(this.byId.get(callee.referencedDeclaration ?? -1)?.parameters as AstNode)
    const words = handed.map((each, at) =>
      takes[at]?.storageLocation === 'storage' ? this.key(each) : this.words(each),
    )
    return `${name}(${words.join(', ')})`
  }

  private row(node: AstNode): string {
    return `${rowOf(node).table}[${this.key(node)}]`
  }

  /** Of what points to a row or is one. */
  private key(node: AstNode): string {
    if (node.nodeType === 'IndexAccess') return this.words(node.indexExpression as AstNode)
    if (node.nodeType === 'FunctionCall') return this.call(node) ?? ''
    if (node.nodeType !== 'Identifier') throw new Error(`No key in ${this.source(node)}`)
    return isPointer(node) ? node.name : '0'
  }

  private nameOf(definition: AstNode): string {
    const contract = this.byId.get(Number(definition.scope))
    return contract?.contractKind === 'library' ? `${contract.name}_${definition.name}` : definition.name
  }

  private calleeName(node: AstNode): string {
    if ((node.expression as AstNode | undefined)?.name === 'token') return `token_${node.memberName}`
    const declared = this.byId.get(node.referencedDeclaration ?? -1)
    return declared?.nodeType === 'FunctionDefinition' ? this.nameOf(declared) : ''
  }

  private isUnknown(node: AstNode): boolean {
    // The arguments of a require's error are read when it has been decided.
    if (node.nodeType === 'FunctionCall' && (node.expression as AstNode).name === 'require') {
      return this.isUnknown((node.arguments as AstNode[])[0] as AstNode)
    }
    const declared = this.byId.get(node.referencedDeclaration ?? -1)
    if (declared !== undefined && this.leftOut.has(declared.id)) return true
    const name = this.calleeName(node) || (declared?.stateVariable && !declared.constant ? declared.name : '')
    if (name !== '' && !this.standIns.has(name) && !this.followed.test(name)) return true
    return childrenOf(node).some((child) => this.isUnknown(child))
  }

  /** The function that is called here, if it may write. */
  private writerIn(node: AstNode): string {
    const callee = node.expression as AstNode | undefined
    if (node.nodeType !== 'FunctionCall' || callee === undefined) return ''
    const declared = this.byId.get(callee.referencedDeclaration ?? -1)
    return declared?.stateMutability === 'nonpayable' ? this.calleeName(callee) : ''
  }

  private source(node: AstNode): string {
    return this.homes.get(node)?.source.toString('utf8', startOf(node), endOf(node)) ?? ''
  }
}

function rowOf(node: AstNode): { table: string; key: string } {
  const row = tables[/^struct (?:\w+\.)?(\w+)/.exec(typeOf(node))?.[1] ?? '']
  if (row === undefined) throw new Error(`There is no table for ${typeOf(node)}`)
  return row
}

function rootOf(node: AstNode): AstNode {
  const below = (node.expression ?? node.baseExpression) as AstNode | undefined
  return below === undefined ? node : rootOf(below)
}

/** What is assigned to or changed right here. */
function writtenIn(node: AstNode): AstNode[] {
  const isChanged = node.nodeType === 'UnaryOperation' && /^(\+\+|--|delete)$/.test(String(node.operator))
  const written = (isChanged ? node.subExpression : node.leftHandSide) as AstNode | undefined
  if (written === undefined) return []
  return written.nodeType === 'TupleExpression' ? childrenOf(written) : [written]
}
