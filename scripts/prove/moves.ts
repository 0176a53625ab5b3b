import { type AstNode, parse, readSource, type Sources } from './ast.ts'
import { Bystanders } from './bystanders.ts'
import { check, type Fate } from './checker.ts'
import { Contracts } from './contracts.ts'
import { refuseBuiltins, refuseCycles } from './plainness.ts'
import { PlainWords } from './plainWords.ts'

/** Every way in which Vouchers changes what is proved, and what each touches, by what it is handed. */
const touches = {
  fund: 'here.programme == id',
  defund: 'here.programme == id',
  reclaim: 'here.programme == reclaims[i].programme',
  restoreGuarantee: 'here.programme == id',
  cutSheet: 'here.programme == cut.programme && here.sheet == cut.root',
  release: ofSheet('releases[i].sheet'),
  closeSheet: ofSheet('id'),
  redeemOne: `${ofSheet('id')} && here.merchant == merchant`,
  postGroup: `${ofSheet('id')} && here.merchant == merchantOfGroup()`,
  payGuarantee: `${ofSheet('id')} && here.merchant == merchant`,
  refund: `${ofSheet('refunds[i].place.sheet')} && here.merchant == refunds[i].receipt.merchant`,
  netDebt: 'here.programme == programme && here.merchant == merchant',
  settle: 'here.payment == payments[i].ref && here.merchant == payments[i].merchant',
  confirm: 'here.payment == refs[i]',
  returned: 'here.payment == ref && here.merchant == settlements[ref].merchant',
} as const

/** What else a move must leave so: whom a payment goes back to. */
const also: Partial<Record<keyof typeof touches, string>> = {
  settle: 'settlements[payments[i].ref].merchant == payments[i].merchant',
}

export type Move = keyof typeof touches
export const moves = Object.keys(touches) as Move[]

/** What the moves call and the proof goes into. */
const followed =
  /^(Programmes|Claims)_|^(Sheets_(isCut|leftCents|spend)|openProgrammeAt|cutSheetAt|requireGoodTerms|frameOf|accountOf|reasonFor|book|refundOne)$/
/** Functions of the contracts and of OpenZeppelin that the proof has others for. */
const stoodIn = /^((Math|SafeCast|token|Items)_\w+|accountsOf|take|isUsed|use|_domainSeparatorV4)$/
const standIns = ['scripts/prove/Books.sol', 'scripts/prove/Arithmetic.sol', 'scripts/prove/StandIns.sol']
const file = 'Move.sol'

/** Whether a move leaves any books in order that it finds so; `changed` are contracts other than they ship, by path. */
export function prove(move: Move, changed: Sources = {}): Fate {
  const sources = { [file]: contractOf(move, changed) }
  const fates = check(sources, file, 'Move')
  const both = [fates.get('isInOrder') ?? 'unknown', fates.get('isUntouched') ?? 'unknown']
  if (both.includes('unsafe')) return 'unsafe'
  return both.includes('unknown') ? 'unknown' : 'safe'
}

/** A contract that makes the move on any books in order and then asserts that they are. */
export function contractOf(move: Move, changed: Sources = {}): string {
  const given = Object.fromEntries([...standIns, 'contracts/Vouchers.sol'].map((path) => [path, readSource(path)]))
  const sources = { ...given, ...changed }
  const asts = parse(sources)
  const contracts = new Contracts(asts, sources)
  refuseBuiltins(contracts)
  const isMove = (name: string) => Object.hasOwn(touches, name)
  const isFollowed = (name: string) => followed.test(name)
  const isKnown = (name: string) => isFollowed(name) || stoodIn.test(name)
  const bystanders = new Bystanders(contracts, isMove, isFollowed)
  for (const tree of contracts.trees) bystanders.refuseOthers(tree)

  const plain = new PlainWords(contracts, bystanders, isKnown)
  const functions = new Map<string, AstNode>()
  for (const node of contracts.functions()) {
    const name = contracts.nameOf(node)
    if (/^(Math|SafeCast)_/.test(name)) throw new Error(`${name} is not OpenZeppelin's`)
    if (functions.has(name) && (isMove(name) || isKnown(name))) throw new Error(`There are two ${name}`)
    functions.set(name, node)
  }
  const words = (name: string) => {
    const node = functions.get(name)
    if (node === undefined) throw new Error(`There is no ${name} in the contracts`)
    return plain.function(node)
  }
  refuseCycles(contracts, functions, move)
  const made = words(move)
  const texts = [made]
  // Grows while it is gone through.
  for (const name of plain.called) if (isFollowed(name)) texts.push(words(name))
  const [, params = ''] = /\(([^)]*)\)/.exec(made) ?? []
  const names = params.split(', ').map((param) => param.split(' ').at(-1))
  return `// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;
import {StandIns} from "scripts/prove/StandIns.sol";
contract Move is StandIns {
${texts.join('\n')}
function prove(Touched calldata here, Other calldata there, ${params}) external {
  require(isInOrder(here) && owedToOthersCents == 0 && ${touches[move]});
  require(isOther(here, there) && isUntouched(here, there));
  ${move}(${names.join(', ')});
  assert(isInOrder(here)); // isInOrder
  assert(isUntouched(here, there) && ${also[move] ?? 'true'}); // isUntouched
}
}`
}

function ofSheet(id: string): string {
  return `here.sheet == ${id} && here.programme == sheets[${id}].programme`
}
