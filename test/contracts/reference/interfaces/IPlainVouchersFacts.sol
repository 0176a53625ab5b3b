// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IPlainVouchersTypes} from "./IPlainVouchersTypes.sol";

/// @title Why PlainVouchers refuses, and what it tells.
interface IPlainVouchersFacts is IPlainVouchersTypes {
    /* WHY IT REFUSES: WHO */

    /// @notice The caller is not the programme's issuer (a stopped programme has none).
    error NotTheIssuer(uint32 programme, address caller);

    /// @notice Who signed this does not hold the acceptor's role.
    error NotTheAcceptor(address signer);

    /* WHY IT REFUSES: PROGRAMMES AND SHEETS */

    /// @notice The windows would leave merchants no time to post for themselves.
    error EscapeOutsideGrace(uint40 escapeAfterSeconds, uint40 graceSeconds);

    /// @notice An amount of zero changes nothing.
    error CentsMissing();

    /// @notice The programme's number is taken.
    error ProgrammeExists(uint32 programme);

    /// @notice No programme has this number.
    error UnknownProgramme(uint32 programme);

    /// @notice The budget not yet granted is less.
    error AvailableTooLow(uint32 programme, uint256 availableCents, uint256 wantedCents);

    /// @notice What is granted and unspent is less.
    error OutstandingTooLow(uint32 programme, uint256 outstandingCents, uint256 wantedCents);

    /// @notice The float is less.
    error FloatTooLow(uint32 programme, uint256 floatCents, uint256 wantedCents);

    /// @notice The guarantee is less.
    error GuaranteeTooLow(uint32 programme, uint256 guaranteeCents, uint256 wantedCents);

    /// @notice Less was paid from the guarantee than would be restored.
    error RestoredAbovePaid(uint32 programme, uint256 guaranteePaidCents, uint256 wantedCents);

    /// @notice The open sheets would hold more than outstanding and float together.
    error LocksUncovered(uint32 programme, uint256 lockedCents, uint256 coveredCents);

    /// @notice The programme's grants of this day would pass its limit.
    error AboveDailyLimit(uint32 programme, uint256 dailyLimitCents, uint256 grantedCents);

    /// @notice The notes would be out of date when they are cut.
    error SheetOutOfDate(uint40 validUntil, uint256 presentTime);

    /// @notice The sheet would close before its grace is over.
    error ClosesTooEarly(uint40 closesAt, uint256 earliest);

    /// @notice A sheet without purposes could buy nothing.
    error PurposesMissing();

    /// @notice The tree is deeper than proofs may be.
    error TooDeep(uint8 depth, uint8 most);

    /// @notice More would be granted than the sheet commits.
    error GrantedAboveCommitted(uint256 grantedCents, uint256 committedCents);

    /// @notice The same sheet was cut before.
    error SheetExists(bytes32 sheet);

    /// @notice No such sheet was cut.
    error UnknownSheet(bytes32 sheet);

    /// @notice The sheet is closed already.
    error SheetAlreadyClosed(bytes32 sheet);

    /// @notice Until it closes, only the acceptor may close the sheet.
    error SheetStillOpen(bytes32 sheet, uint256 closesAt);

    /// @notice The sheet has less left.
    error ReleasedAboveLeft(bytes32 sheet, uint256 leftCents, uint256 wantedCents);

    /* WHY IT REFUSES: NOTES AND RECEIPTS */

    /// @notice A call carries more than it may.
    error TooManyItems(uint256 items, uint256 most);

    /// @notice Each item needs one receipt, each group one list of them.
    error ReceiptCountWrong(uint256 wanted, uint256 given);

    /// @notice Until then only the acceptor may post.
    error EscapeNotOpen(bytes32 sheet, uint256 opensAt);

    /// @notice The sheet has no such place.
    error IndexOutOfRange(bytes32 sheet, uint256 index);

    /// @notice The proof is not as long as the sheet's tree is deep.
    error ProofLengthWrong(bytes32 sheet, uint256 depth, uint256 given);

    /// @notice This holder, note and cap do not stand in this place: forged, changed, or signed by somebody else.
    error LeafNotOnSheet(bytes32 sheet, uint256 index, address holder);

    /// @notice The holder signed for another merchant.
    error MerchantMismatch(uint32 signedMerchant, uint32 postedMerchant);

    /// @notice An item of zero cents is no acceptance.
    error AmountMissing(bytes32 sheet, uint256 index);

    /// @notice More was posted for a note than its holder signed.
    error AmountAboveSigned(bytes32 sheet, uint256 index, uint256 signedCents, uint256 postedCents);

    /// @notice The holder signed for more than the note's cap.
    error SignedAboveCap(bytes32 sheet, uint256 index, uint256 capCents, uint256 signedCents);

    /// @notice The place was redeemed, guaranteed or revoked before.
    error AlreadyUsed(bytes32 sheet, uint256 index);

    /// @notice The note was paid from the guarantee before, on whatever sheet.
    error AlreadyGuaranteed(bytes16 noteId);

    /// @notice Nothing was paid for this place: it is unused or revoked.
    error NotPaid(bytes32 sheet, uint256 index);

    /// @notice The receipt says more than the note's cap.
    error ReceiptAboveCap(bytes16 noteId, uint256 capCents, uint256 receiptCents);

    /// @notice The refunds of the note would pass its receipt.
    error RefundAboveReceipt(bytes16 noteId, uint256 receiptCents, uint256 refundedCents);

    /// @notice What was refunded of the note before is not what the refund names: most likely it was made already.
    error RefundedBefore(bytes16 noteId, uint256 refundedCents, uint256 namedCents);

    /* WHY IT REFUSES: PAYMENTS */

    /// @notice The payment's name was used before.
    error PaymentExists(bytes32 ref);

    /// @notice The payment stands elsewhere.
    error SettlementIs(bytes32 ref, SettlementState state);

    /// @notice The merchant is owed less.
    error OwedTooLow(uint32 merchant, uint256 owedCents, uint256 wantedCents);

    /// @notice The merchant's debt is netted before anything is paid to it.
    error DebtFirst(uint32 merchant, uint256 debtCents);

    /// @notice A guarantee is paid to registered merchants only.
    error MerchantUnknown(uint32 merchant);

    /* WHAT IT TELLS: PROGRAMMES AND SHEETS */

    /// @notice A programme exists, with an issuer (zero: none yet) and the most it grants in a day.
    event ProgrammeOpened(uint32 indexed programme, address issuer, uint256 dailyLimitCents);

    /// @notice The programme's sheets are cut by `issuer` from now on; by nobody if zero.
    event IssuerSet(uint32 indexed programme, address issuer);

    /// @notice The programme grants at most `dailyLimitCents` a day from now on.
    event DailyLimitSet(uint32 indexed programme, uint256 dailyLimitCents);

    /// @notice Money came into the programme's pots.
    event Funded(uint32 indexed programme, uint256 budgetCents, uint256 floatCents, uint256 guaranteeCents);

    /// @notice Money left the programme's pots for the treasury.
    event Defunded(uint32 indexed programme, uint256 availableCents, uint256 floatCents, uint256 guaranteeCents);

    /// @notice Notes are on chain together under `root`. `dataHash` commits the encrypted leaf file.
    event SheetCut(
        bytes32 indexed sheet,
        uint32 indexed programme,
        bytes32 root,
        SheetTerms terms,
        uint256 grantedCents,
        bytes32 dataHash
    );

    /// @notice `cents` of the sheet are no longer locked: rests of notes, retired notes, padding.
    event Released(bytes32 indexed sheet, uint256 cents);

    /// @notice The sheet takes nothing any more; what it had left is no longer locked.
    event SheetClosed(bytes32 indexed sheet, uint256 releasedCents);

    /// @notice `cents` granted and not spent may be granted again.
    event Reclaimed(uint32 indexed programme, uint256 cents);

    /// @notice The guarantee got back `cents` that it had paid, from what was outstanding for the same acceptances.
    event GuaranteeRestored(uint32 indexed programme, uint256 cents);

    /* WHAT IT TELLS: NOTES */

    /// @notice `amountCents` of a note became the merchant's claim.
    event Redeemed(bytes32 indexed sheet, uint32 indexed merchant, uint256 index, uint256 amountCents);

    /// @notice An item was passed over; nothing changed for it.
    event Skipped(bytes32 indexed sheet, uint256 index, SkipReason reason);

    /// @notice An undone acceptance can never be posted.
    event Revoked(bytes32 indexed sheet, uint256 index);

    /// @notice The guarantee paid an acceptance that the chain would not take; the place is used.
    event GuaranteePaid(bytes32 indexed sheet, uint32 indexed merchant, uint256 index, uint256 amountCents);

    /// @notice `cents` of a redemption are granted value again; `debtCents` of them the merchant was no longer owed.
    event Refunded(bytes16 indexed refundId, uint32 indexed merchant, uint256 cents, uint256 debtCents);

    /* WHAT IT TELLS: PAYMENTS */

    /// @notice A merchant's claim repaid `cents` of its debt to the programme's guarantee.
    event DebtNetted(uint32 indexed merchant, uint32 indexed programme, uint256 cents);

    /// @notice `cents` of the merchant's claim are with the bank.
    event SettlementStarted(bytes32 indexed ref, uint32 indexed merchant, uint256 cents);

    /// @notice The bank's statement shows the payment; its cents are burned.
    event SettlementConfirmed(bytes32 indexed ref);

    /// @notice The payment came back; its cents are owed again.
    event SettlementReturned(bytes32 indexed ref, bytes32 indexed statementEntry);
}
