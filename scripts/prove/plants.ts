import { readSource, type Sources } from './ast.ts'
import type { Move } from './moves.ts'

/** What is wrong, in which contract, what stands there exactly once and what then stands there instead. */
export type Plant = [says: string, contract: string, text: string, instead: string]

/** Errors for the solver to find. Each move has one: if none could be found, the move could never be made at all. */
export const plants: Record<Move, Plant[]> = {
  fund: [
    ['a wrong amount for a pot', 'Vouchers', 'guaranteeCents += guaranteeCents', 'guaranteeCents += floatCents'],
    [
      'another programme gets float',
      'Vouchers',
      'programme.floatCents += floatCents;',
      'programme.floatCents += floatCents; programmes[id + 1].floatCents += 1;',
    ],
  ],
  defund: [
    [
      'an unchecked bound',
      'Programmes',
      'cents <= held, IVouchersFacts.AvailableTooLow',
      'true, IVouchersFacts.AvailableTooLow',
    ],
    [
      'locks lose their cover',
      'Programmes',
      'floatCents = held - cents;\n        requireCovered(programme, id)',
      'floatCents = held - cents',
    ],
  ],
  reclaim: [['off by one', 'Vouchers', 'programme.availableCents += cents;', 'programme.availableCents += cents + 1;']],
  restoreGuarantee: [
    ['an unchecked bound', 'Vouchers', 'cents <= paidCents, RestoredAbovePaid', 'true, RestoredAbovePaid'],
  ],
  cutSheet: [
    [
      'less is locked than committed',
      'Vouchers',
      'cut.programme, cut.committedCents);',
      'cut.programme, cut.grantedCents);',
    ],
    [
      "another programme's sheet is cut again",
      'Vouchers',
      '!sheets[cut.root].isCut(), S',
      '!sheets[cut.root].isCut() || sheets[cut.root].programme != cut.programme, S',
    ],
    ['the granted is granted again', 'Programmes', 'outstandingCents += cents', 'outstandingCents += grantedCents'],
  ],
  release: [
    ['an unchecked bound', 'Vouchers', 'cents <= sheet.leftCents(), ReleasedAboveLeft', 'true, ReleasedAboveLeft'],
    ['what was spent is forgotten', 'Sheets', 'sheet.spentCents += cents', 'sheet.spentCents = cents'],
  ],
  closeSheet: [
    ['it stays open', 'Vouchers', 'sheet.isClosed = true;', ''],
    [
      'another sheet is no longer cut',
      'Vouchers',
      'sheet.isClosed = true;',
      'sheet.isClosed = true; if (id != bytes32(0)) sheets[bytes32(0)].validUntil = 0;',
    ],
    [
      'another sheet is closed, too',
      'Vouchers',
      'sheet.isClosed = true;',
      'sheet.isClosed = true; if (id != bytes32(0)) sheets[bytes32(0)].isClosed = true;',
    ],
  ],
  redeemOne: [
    ['a wrong bound', 'Posting', 'if (sum > frame.leftCents) {', 'if (sum > frame.sheetLeftCents) {'],
    ['a closed sheet pays', 'Posting', 'if (frame.isOver) reason = SkipReason.SheetClosed;\n        else if', 'if'],
  ],
  postGroup: [
    ['a forgotten subtraction', 'Posting', 'programme.lockedCents -= cents;', ''],
    ['each is owed what all took', 'Posting', 'uint32(accounts[m]), cents', 'uint32(accounts[m]), uint64(takenCents)'],
    [
      'who is passed over is owed',
      'Posting',
      'uint64(accounts[m] >> 32)',
      'uint64(Math.min(accounts[m] >> 32, takenCents))',
    ],
  ],
  payGuarantee: [['nobody is owed it', 'Receipts', 'claims.owe(merchant, cents);', '']],
  refund: [
    ['more becomes debt than is missing', 'Claims', 'account.debtCents += missingCents', 'account.debtCents += cents'],
    ['the guarantee pays and loses nothing', 'Programmes', 'programme.guaranteeCents = held - cents;', ''],
    [
      'debt to another programme grows',
      'Claims',
      '+= missingCents;\n    }',
      '+= missingCents; ledger.debt[merchant][programme + 1] += 1; }',
    ],
  ],
  netDebt: [
    ['debt is not lowered', 'Claims', 'ledger.debt[merchant][programme] -= cents;', ''],
    [
      'another merchant is owed nothing',
      'Claims',
      'ledger.debt[merchant][programme] -= cents;',
      'ledger.debt[merchant][programme] -= cents; ledger.accounts[merchant + 1].owedCents = 0;',
    ],
  ],
  settle: [
    [
      'an unchecked bound',
      'Claims',
      'payment.cents <= owed, IVouchersFacts.OwedTooLow',
      'true, IVouchersFacts.OwedTooLow',
    ],
    ['it goes back to another merchant', 'Claims', 'merchant: payment.merchant,', 'merchant: payment.merchant + 1,'],
  ],
  confirm: [
    ['it is confirmed again', 'Claims', 'settlement.state = IVouchersTypes.SettlementState.Confirmed;', ''],
    [
      'another payment is for nothing',
      'Claims',
      'settlement.state = IVouchersTypes.SettlementState.Confirmed;',
      'settlement.state = IVouchersTypes.SettlementState.Confirmed; if (ref != bytes32(0)) ledger.settlements[bytes32(0)].cents = 0;',
    ],
  ],
  returned: [['what was not burned is minted', 'Claims', 'isConfirmed ? settlement.cents : 0', 'settlement.cents']],
}

/** The contract with the error in it. Throws unless there is one place for it. */
export function planted([, contract, text, instead]: Plant): Sources {
  const path = `contracts/${/^(Vouchers|Receipts|Posting|Book)$/.test(contract) ? '' : 'libraries/'}${contract}.sol`
  const [before, after, ...more] = readSource(path).split(text)
  if (before === undefined || after === undefined || more.length > 0) throw new Error(`Not once in ${path}: ${text}`)
  return { [path]: before + instead + after }
}
