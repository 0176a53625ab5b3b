import { parse, readSource, type Sources } from './ast.ts'
import { check, type Fate } from './checker.ts'
import { PlainWords } from './plainWords.ts'

/** Every way in which Vouchers changes what is proved, and what each touches, by what it is handed. */
const touches = {
  fund: 'here.programme == id',
  defund: 'here.programme == id',
  reclaim: 'here.programme == reclaims[i].programme',
  restoreGuarantee: 'here.programme == id',
  cutSheet: 'here.programme == cut.programme && here.sheet == cut.root',
  release: 'here.sheet == releases[i].sheet',
  closeSheet: 'here.sheet == id',
  redeemOne: 'here.sheet == id && here.merchant == merchant',
  postGroup: 'here.sheet == id && here.merchant == merchantOfGroup()',
  payGuarantee: 'here.sheet == id && here.merchant == merchant',
  refund: 'here.sheet == refunds[i].place.sheet && here.merchant == refunds[i].receipt.merchant',
  netDebt: 'here.programme == programme && here.merchant == merchant',
  settle: 'here.payment == payments[i].ref && here.merchant == payments[i].merchant',
  confirm: 'here.payment == refs[i]',
  returned: 'here.payment == ref && here.merchant == settlements[ref].merchant',
} as const

export type Move = keyof typeof touches
export const moves = Object.keys(touches) as Move[]

/** What the moves call and the proof goes into. */
const followed =
  /^(Programmes|Claims)_|^(Sheets_(isCut|leftCents|spend)|openProgrammeAt|cutSheetAt|requireGoodTerms|frameOf|accountOf|reasonFor|book|refundOne)$/
const standIns = ['scripts/prove/Books.sol', 'scripts/prove/StandIns.sol']
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
  const standing = asts.filter(({ absolutePath }) => standIns.includes(String(absolutePath)))
  const plain = new PlainWords(asts, sources, standing, followed)
  const functions = plain.functions()
  for (const [name, node] of functions) {
    const isKnown = followed.test(name) || name in touches || !plain.writesBooks(node)
    if (!isKnown) throw new Error(`${name} changes the books and is neither a move nor followed by one`)
  }

  const words = (name: string) => {
    const node = functions.get(name)
    if (node === undefined) throw new Error(`There is no ${name} in the contracts`)
    return plain.function(node)
  }
  const made = words(move)
  const texts = [made]
  // Grows while it is gone through.
  for (const name of plain.called) if (followed.test(name)) texts.push(words(name))
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
  assert(isUntouched(here, there)); // isUntouched
}
}`
}
