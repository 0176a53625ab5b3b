import { expect } from 'chai'
import { readSource } from '../../scripts/prove/ast.ts'
import { contractOf, type Move, prove } from '../../scripts/prove/moves.ts'
import { planted, plants } from '../../scripts/prove/plants.ts'

type Change = [text: string, instead: string]

const vouchers = 'contracts/Vouchers.sol'
const posting = 'contracts/Posting.sol'

describe('The proof', function () {
  this.timeout(240_000)

  it('holds for a move', () => {
    expect(prove('netDebt')).to.equal('safe')
  })

  it('fails with an error planted in the move, or one that touches another', () => {
    expect(prove('netDebt', planted(plants.netDebt[0]!))).to.equal('unsafe')
    expect(prove('confirm', planted(plants.confirm[1]!))).to.equal('unsafe')
  })

  describe('refuses, outside of the moves,', () => {
    const added: Record<string, string> = {
      'a write to cents': 'function grab(uint32 id) external { programmes[id].availableCents += 1; }',
      'one in brackets': 'function grab(uint32 id) external { ((programmes[id].availableCents)) = 1; }',
      'one that is paid for': 'function grab(uint32 id) external payable { programmes[id].availableCents += 1; }',
      'one through a row': 'function grab(bytes32 id) external { Sheet storage s = sheets[id]; delete s.isClosed; }',
      'one through a table':
        'function forgive(uint32 m) external { mapping(uint32 => uint64) storage owing = claims.debt[m]; owing[1] = 0; }',
      'one in assembly': 'function poke() external { assembly { sstore(7, 1) } }',
      'memory in assembly': 'function poke() external pure { assembly { mstore(0x80, 1) } }',
      'one in a modifier': 'modifier generous() { programmes[0].availableCents += 1; _; }',
      'one in a fallback': 'fallback() external { programmes[0].availableCents += 1; }',
      'one in what every object has': 'function valueOf() external { programmes[0].availableCents += 1; }',
      'a call of what a move follows': 'function gift(uint32 m) external { claims.owe(m, 1); }',
      'tokens that go': 'function sweep(address to) external { token.safeTransfer(to, 1); }',
      'tokens that go by another name':
        'function sweep(address to) external { IBudgetToken t = token; t.transfer(to, 1); }',
      'tokens that are burned': 'function spoil(bytes32 ref) external { token.burn(ref, 1); }',
      'tokens that others may take': 'function allow(address to) external { token.approve(to, 1); }',
      'tokens that Vouchers sends itself': 'function again(uint32 id) external { this.fund(id, 1, 1, 1); }',
      'tokens in a first value': 'bool private isSwept = token.transfer(msg.sender, 1);',
      "another's code":
        'function run(address a, bytes calldata d) external { (bool ok, ) = a.delegatecall(d); require(ok); }',
      'a second function of the name of a move':
        'function fund(uint32 id, uint64 cents) external { programmes[id].availableCents += cents; }',
      'a second function of the name of one that is followed':
        'function book(uint32 id, uint64 cents) internal { programmes[id].availableCents += cents; }',
      'one that is followed and can be called from outside':
        'function Claims_gift(uint32 id) external { programmes[id].availableCents += 1; }',
      'one that is followed and may be passed over':
        'modifier maybe() { if (paused()) _; } function Claims_gift(uint32 m) internal maybe { claims.accounts[m].owedCents += 1; }',
    }
    for (const [says, text] of Object.entries(added)) {
      it(says, () => refuses('fund', vouchers, ['/* PROGRAMMES */', `${text}\n/* PROGRAMMES */`]))
    }

    it('a contract of others among its own', () => {
      const proxy = 'import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";'
      const own = 'function _authorizeUpgrade(address) internal view override onlyRole(DEFAULT_ADMIN_ROLE) {}'
      refuses(
        'fund',
        vouchers,
        ['/// @notice Described', `${proxy}\n/// @notice Described`],
        ['Vouchers is Receipts', 'Vouchers is Receipts, UUPSUpgradeable'],
        ['/* PROGRAMMES */', `${own}\n/* PROGRAMMES */`],
      )
    })

    it('a least that is our own', () => {
      const math = 'import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";'
      const most =
        'library Math { function min(uint256 a, uint256 b) internal pure returns (uint256) { return a | b; } }'
      refuses('netDebt', 'contracts/libraries/Claims.sol', [math, most])
    })

    it('a second table of the name of one', () => {
      const pots = 'abstract contract Pots { mapping(uint32 => uint64) private programmes; }'
      const book = 'abstract contract Book is'
      refuses('fund', 'contracts/Book.sol', [book, `${pots}\n${book} Pots,`])
    })

    it('a write in a constructor', () => {
      const role = '_grantRole(DEFAULT_ADMIN_ROLE, admin);'
      refuses('fund', 'contracts/Book.sol', [role, `${role} programmes[0].availableCents = 1;`])
    })

    it('a write in a function without a contract', () => {
      const path = 'import {IVouchersTypes} from "./interfaces/IVouchersTypes.sol";'
      const gift = 'function gift(IVouchersTypes.Programme storage p) { p.availableCents += 1; }'
      refuses('fund', vouchers, ['/// @notice Described', `${path}\n${gift}\n/// @notice Described`])
    })
  })

  describe('refuses, in a move,', () => {
    const float = 'programme.floatCents += floatCents;'
    const pool = 'function twinOf(uint32 id) private view returns (Programme storage) { return programmes[id + 1]; }'
    const claims = 'contracts/libraries/Claims.sol'
    const owed = 'ledger.accounts[merchant].owedCents += cents;'
    const quiet =
      'library Quiet { function safeTransferFrom(IBudgetToken, address, address, uint256) internal pure {} function safeTransfer(IBudgetToken, address, uint256) internal pure {} }'
    const owe = 'if (cents != 0) claims.owe(uint32(accounts[m]), cents);'
    const changes: [says: string, move: Move, contract: string, ...changes: Change[]][] = [
      ['tokens from another', 'fund', vouchers, ['msg.sender, address(this), cents', 'msg.sender, msg.sender, cents']],
      ['tokens to another', 'defund', vouchers, ['safeTransfer(msg.sender, c', 'safeTransfer(address(this), c']],
      ['a write in an event', 'fund', vouchers, ['emit Funded(id, budgetCents', 'emit Funded(id, budgetCents += 1']],
      [
        'a writer in an event',
        'netDebt',
        vouchers,
        ['e, cents);\n    }\n\n    function settle', 'e, claims.net(1, 2)); } function settle'],
      ],
      [
        'a write in what a refusal says',
        'restoreGuarantee',
        vouchers,
        ['(id, paidCents, c', '(id, programme.floatCents += 1, c'],
      ],
      [
        'a writer in a sum',
        'netDebt',
        vouchers,
        ['Cents += cents;\n\n        emit DebtN', 'Cents += claims.net(1, 2);\n emit DebtN'],
      ],
      [
        'a row that is not followed',
        'fund',
        vouchers,
        [float, `${float} twinOf(id).floatCents += 1;`],
        ['/* CHECKED */', pool],
      ],
      [
        'a pointer to one',
        'fund',
        vouchers,
        [float, 'Programme storage p = twinOf(id); p.floatCents += 1;'],
        ['/* CHECKED */', pool],
      ],
      [
        'arguments by name',
        'netDebt',
        vouchers,
        ['net(merchant, programme)', 'net({programme: merchant, merchant: programme})'],
      ],
      [
        'an end that may be left out',
        'fund',
        vouchers,
        ['uint64 cents = budget', 'if (issuerOf[id] == address(0)) return; uint64 cents = budget'],
      ],
      [
        'a list whose first is passed over',
        'settle',
        vouchers,
        ['uint256 i = 0; i < payments', 'uint256 i = 1; i < payments'],
      ],
      [
        'a word in which bits may meet',
        'redeemOne',
        posting,
        ['(uint256(reason) << 96)', '((uint256(reason) << 96) + (1 << 100))'],
      ],
      [
        'a function left out that raises a bound',
        'postGroup',
        posting,
        ['leaves = new bytes32[](2 *', 'frame.leftCents = 1; leaves = new bytes32[](2 *'],
      ],
      [
        'a function left out that forgets what was taken',
        'postGroup',
        posting,
        ['book(sheet, uint64(takenCents));', 'book(sheet, uint64(takenCents)); forget(accounts);'],
        [
          '/// @dev What was locked',
          'function forget(uint256[] memory words) private pure { words[0] = 0; }\n/// @dev What was locked',
        ],
      ],
      [
        'a note from one merchant to the next',
        'postGroup',
        posting,
        [owe, `if (!isGuaranteed[0]) ${owe} isGuaranteed[0] = true;`],
      ],
      [
        'another name for the merchants',
        'postGroup',
        posting,
        [owe, `${owe} uint256[] memory words = accounts; words[m + 1] = 0;`],
      ],
      ['more than an amount for a merchant', 'postGroup', posting, [owe, `${owe} book(sheet, cents);`]],
      [
        'memory of the caller that a reader changes',
        'redeemOne',
        posting,
        [
          'SkipReason reason = SkipReason.None;\n',
          'SkipReason reason = SkipReason.None; frame.leftCents = 1 << 200;\n',
        ],
      ],
      [
        'what is owed before it is counted',
        'postGroup',
        posting,
        ['if (takenCents == 0) return;', ''],
        ['uint256 takenCents = take(frame, accounts, items);', 'uint256 takenCents = 0;'],
        [`${owe}\n        }`, `${owe}\n        }\n takenCents = take(frame, accounts, items);`],
      ],
      [
        'words that nobody reads',
        'postGroup',
        posting,
        ['take(frame, accounts, items);\n        if', 'take(frame, accountsOf(frame, merchants), items);\n        if'],
      ],
      [
        'tokens that another library moves',
        'fund',
        vouchers,
        ['using SafeERC20 for IBudgetToken', 'using Quiet for IBudgetToken'],
        ['/// @notice Described', `${quiet}\n/// @notice Described`],
      ],
      [
        'a function that calls itself',
        'payGuarantee',
        claims,
        [owed, `${owed}\n if (cents > 1) owe(ledger, merchant, cents - 1);`],
      ],
      [
        'a row of another table',
        'payGuarantee',
        claims,
        ['struct Ledger {', 'struct Ledger { mapping(uint32 merchant => IVouchersTypes.Account) parked;'],
        [owed, 'IVouchersTypes.Account storage account = ledger.parked[merchant]; account.owedCents += cents;'],
      ],
      [
        'a name of Solidity',
        'defund',
        'contracts/libraries/Programmes.sol',
        ['function requireCovered', 'function assert(bool) private pure {}\n function requireCovered'],
      ],
      [
        'a name of the proof in the place of a table',
        'fund',
        vouchers,
        [float, `${float} uint256[][] memory debt = new uint256[][](0); claims.debt[1][id] += 1;`],
      ],
    ]
    it('nothing in a constant, and writes what it is', () => {
      const source = readSource(vouchers)
        .replace(
          'contract Vouchers is Receipts {',
          'contract Vouchers is Receipts { uint256 private constant owedToOthersCents = 1;',
        )
        .replace(float, `${float} programme.floatCents += uint64(owedToOthersCents);`)
      expect(contractOf('fund', { [vouchers]: source })).to.contain('(uint256(1))')
    })

    for (const [says, move, contract, ...made] of changes) it(says, () => refuses(move, contract, ...made))
  })
})

/** Not because the contracts are wrong in themselves: they compile. */
function refuses(move: Move, path: string, ...changes: Change[]): void {
  let source = readSource(path)
  for (const [text, instead] of changes) {
    expect(source.split(text), text).to.have.length(2)
    source = source.replace(text, () => instead)
  }
  const refusal =
    /changes the books|has assembly|What does|is not OpenZeppelin|Hides a table|would be left out|There are two|can be called from outside|Whose tokens|Writes inside|Names are not|Not side by side|changes what it|Not the same|cannot be followed|changes memory|Not how a group|Whose is|Calls itself|No table of|Hides what/
  expect(() => contractOf(move, { [path]: source })).to.throw(refusal)
}
