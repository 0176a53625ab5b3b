import { type AstNode, childrenOf, endOf, nodesIn, readSource, type Sources, startOf, typeOf } from './ast.ts'

/** The contracts as they are written: what is declared where, and what is called. */
export class Contracts {
  /** The trees of the files of the contracts. */
  readonly trees: AstNode[]
  private readonly byId: Map<number, AstNode>
  private readonly texts = new Map<AstNode, Buffer>()

  /**
   * `asts` are the trees of `sources` and all that they import. Throws if a file is neither ours nor OpenZeppelin's, or if
   * a name does not say which state is meant.
   */
  constructor(asts: AstNode[], sources: Sources) {
    const pathOf = (ast: AstNode) => String(ast.absolutePath)
    const foreign = asts.find((ast) => !/^(contracts|scripts\/prove|@openzeppelin\/contracts)\//.test(pathOf(ast)))
    if (foreign !== undefined) throw new Error(`Whose is ${pathOf(foreign)}?`)
    this.byId = new Map(asts.flatMap(nodesIn).map((node) => [node.id, node]))
    this.trees = asts.filter((ast) => pathOf(ast).startsWith('contracts/'))
    for (const tree of this.trees) {
      const text = Buffer.from(sources[pathOf(tree)] ?? readSource(pathOf(tree)))
      for (const node of nodesIn(tree)) this.texts.set(node, text)
    }
    const isState = (node: AstNode) => node.stateVariable === true && node.constant !== true
    const state = this.trees.flatMap(nodesIn).filter(isState)
    const hidden = state.find((node, at) => state.findIndex(({ name }) => name === node.name) !== at)
    if (hidden !== undefined) throw new Error(`There are two ${hidden.name}`)
  }

  /** All functions of ours that have a body, constructors and the like among them. */
  functions(): AstNode[] {
    return this.trees.flatMap(nodesIn).filter((node) => node.nodeType === 'FunctionDefinition' && node.body != null)
  }

  isOurs(node: AstNode): boolean {
    return this.texts.has(node)
  }

  /** From one byte of the node's file to another, or all of the node. */
  text(node: AstNode, from = startOf(node), to = endOf(node)): string {
    return this.texts.get(node)?.toString('utf8', from, to) ?? ''
  }

  /** What a name stands for. */
  declared(node: AstNode): AstNode | undefined {
    return this.byId.get(node.referencedDeclaration ?? -1)
  }

  /** By which the proof knows a function: those of libraries get the library's name. */
  nameOf(definition: AstNode): string {
    const contract = this.byId.get(Number(definition.scope))
    return contract?.contractKind === 'library' ? `${contract.name}_${definition.name}` : definition.name
  }

  /** The contract and the function, as OpenZeppelin's are known. */
  fullNameOf(definition: AstNode): string {
    return `${this.byId.get(Number(definition.scope))?.name}.${definition.name}`
  }

  /** The function that is called here, if the text says which. */
  calleeOf(node: AstNode): AstNode | undefined {
    if (node.nodeType !== 'FunctionCall' || node.kind !== 'functionCall') return undefined
    const declared = this.declared(node.expression as AstNode)
    return declared?.nodeType === 'FunctionDefinition' ? declared : undefined
  }

  /** The name in the proof of what is called here: the token's functions and those of other contracts have their own. */
  calleeName(node: AstNode): string {
    const callee = this.calleeOf(node)
    if (callee === undefined) return ''
    const of = (node.expression as AstNode).expression as AstNode | undefined
    if (of?.name === 'token' && this.declared(of)?.stateVariable === true) return `token_${callee.name}`
    return typeOf(of).startsWith('contract ') ? `outside_${callee.name}` : this.nameOf(callee)
  }

  /** What a function is handed, in the order of its parameters. */
  handedTo(call: AstNode): AstNode[] {
    const given = call.arguments as AstNode[]
    if ((call.names as string[]).length > 0) throw new Error(`Names are not followed: ${this.text(call)}`)
    const isBound = childrenOf(this.calleeOf(call)?.parameters as AstNode).length === given.length + 1
    return isBound ? [(call.expression as AstNode).expression as AstNode, ...given] : given
  }

  /** Whether this is a call that may change more than memory: any that is not known to be none. */
  isWriter(node: AstNode): boolean {
    if (node.nodeType !== 'FunctionCall' || node.kind !== 'functionCall') return false
    const callee = node.expression as AstNode
    if (callee.nodeType === 'NewExpression') return (callee.typeName as AstNode).nodeType !== 'ArrayTypeName'
    const declared = this.declared(callee)
    if (declared === undefined) return !/^(require|type|keccak256|abi\.encode\w*)$/.test(this.text(callee))
    return !/^(Event|Error)Definition$/.test(declared.nodeType) && !isReader(declared)
  }
}

/** Whether the compiler sees to it that a function changes nothing but memory. */
export function isReader(definition: AstNode): boolean {
  return /^(view|pure)$/.test(String(definition.stateMutability))
}
