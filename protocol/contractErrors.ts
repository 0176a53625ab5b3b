import type { ContractErrorName } from 'viem'
import type { auditAnchorAbi } from './abi/auditAnchor.ts'
import type { budgetTokenAbi } from './abi/budgetToken.ts'
import type { merchantRegistryAbi } from './abi/merchantRegistry.ts'
import type { vouchersAbi } from './abi/vouchers.ts'

type AnyError = ContractErrorName<
  typeof vouchersAbi | typeof merchantRegistryAbi | typeof budgetTokenAbi | typeof auditAnchorAbi
>

/** What OpenZeppelin's contracts throw is not ours to name. */
type Inherited =
  | `AccessControl${string}`
  | `ECDSA${string}`
  | `ERC20${string}`
  | `SafeERC20${string}`
  | `SafeCast${string}`
  | 'EnforcedPause'
  | 'ExpectedPause'
  | 'InvalidShortString'
  | 'StringTooLong'

export type OwnError = Exclude<AnyError, Inherited>

/** One word for each reason a contract of ours can give. A new contract error does not compile until it has one here. */
export const refusalOf = {
  AboveDailyLimit: 'above_daily_limit',
  AlreadyGuaranteed: 'already_guaranteed',
  AlreadyUsed: 'already_used',
  AmountAboveSigned: 'amount_above_signed',
  AmountMissing: 'amount_missing',
  AvailableTooLow: 'available_too_low',
  BankReferenceUsed: 'bank_reference_used',
  CentsMissing: 'cents_missing',
  ClosesTooEarly: 'closes_too_early',
  DebtFirst: 'debt_first',
  EscapeNotOpen: 'escape_not_open',
  EscapeOutsideGrace: 'escape_outside_grace',
  FloatTooLow: 'float_too_low',
  GrantedAboveCommitted: 'granted_above_committed',
  GuaranteeTooLow: 'guarantee_too_low',
  IndexOutOfRange: 'index_out_of_range',
  IndexesNotAscending: 'indexes_not_ascending',
  ItemsMissing: 'items_missing',
  LeavesNotOnSheet: 'leaves_not_on_sheet',
  LocksUncovered: 'locks_uncovered',
  MerchantExists: 'merchant_exists',
  MerchantMissing: 'merchant_missing',
  MerchantUnknown: 'merchant_unknown',
  MerchantsNotAscending: 'merchants_not_ascending',
  NotPaid: 'not_paid',
  NotTheAcceptor: 'not_the_acceptor',
  NotTheIssuer: 'not_the_issuer',
  NotVouchers: 'not_vouchers',
  OutstandingTooLow: 'outstanding_too_low',
  OwedTooLow: 'owed_too_low',
  PaymentExists: 'payment_exists',
  ProgrammeExists: 'programme_exists',
  ProofLengthWrong: 'proof_length_wrong',
  PurposesMissing: 'purposes_missing',
  ReceiptAboveCap: 'receipt_above_cap',
  ReceiptCountWrong: 'receipt_count_wrong',
  RefundAboveReceipt: 'refund_above_receipt',
  RefundedBefore: 'refunded_before',
  ReleasedAboveLeft: 'released_above_left',
  RestoredAbovePaid: 'restored_above_paid',
  ReturnedAboveBurned: 'returned_above_burned',
  SettlementIs: 'settlement_is',
  SheetAlreadyClosed: 'sheet_already_closed',
  SheetExists: 'sheet_exists',
  SheetOutOfDate: 'sheet_out_of_date',
  SheetStillOpen: 'sheet_still_open',
  SignatureInvalid: 'signature_invalid',
  SignedAboveCap: 'signed_above_cap',
  StatementEntryUsed: 'statement_entry_used',
  SuspensionInThePast: 'suspension_in_the_past',
  TooDeep: 'too_deep',
  TooManyItems: 'too_many_items',
  TransferNotAllowed: 'transfer_not_allowed',
  UnknownProgramme: 'unknown_programme',
  UnknownSheet: 'unknown_sheet',
  VouchersAlreadySet: 'vouchers_already_set',
  VouchersMissing: 'vouchers_missing',
} as const satisfies Record<OwnError, string>

/** The word of `AboveDailyLimit(1, 5000, 6000)`, as the outbox keeps what a contract said; null for anything else. */
export function wordOf(said: string): (typeof refusalOf)[OwnError] | null {
  const name = said.replace(/\(.*$/s, '')
  return Object.hasOwn(refusalOf, name) ? refusalOf[name as OwnError] : null
}
