// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IBudgetToken} from "../../../../contracts/interfaces/IBudgetToken.sol";
import {IMerchantRegistry} from "../../../../contracts/interfaces/IMerchantRegistry.sol";
import {IPlainVouchersFacts} from "./IPlainVouchersFacts.sol";

/// @title The rules of the programmes' money: set aside, locked, spent once, owed to merchants, paid.
/// @notice A note is a leaf of a sheet's Merkle tree. Nothing is written for it until it is spent, then one bit.
/// @dev INVARIANT 1: the cents held are available + outstanding + float + guarantee of all programmes + owed +
/// settling.
/// @dev INVARIANT 2: a programme's locked cents are what its open sheets have left, and at most outstanding + float.
/// @dev INVARIANT 3: what a sheet redeems and releases never exceeds what it committed.
/// @dev INVARIANT 4: a place on a sheet is used once, for at most what its holder signed, which is at most its cap.
/// @dev INVARIANT 5: a claim grows only by a holder's signature together with the acceptor's, or by a payment that
/// returned.
/// @dev INVARIANT 6: the float is never granted and never spent: only the treasury moves it.
/// @dev INVARIANT 7: a note is paid from the guarantee once, and its place never also redeemed; restored is at most
/// paid.
/// @dev INVARIANT 8: the refunds of a note exceed neither its receipt nor its cap; a revoked place has none.
/// @dev INVARIANT 9: a payment's name is used once; paid to a merchant is at most redeemed + guaranteed - refunded +
/// debt.
/// @dev INVARIANT 10: a pause takes no time from anybody: it extends when sheets close and until when spends are
/// posted.
interface IPlainVouchers is IPlainVouchersFacts {
    /* DEPLOYED WITH */

    /// @notice The money.
    function token() external view returns (IBudgetToken);

    /// @notice The merchants.
    function registry() external view returns (IMerchantRegistry);

    /// @notice So long after a sheet's last valid second, anybody with receipts may post.
    function escapeAfterSeconds() external view returns (uint40);

    /// @notice So long, at least, a sheet stays open after its last valid second; longer than `escapeAfterSeconds`.
    function graceSeconds() external view returns (uint40);

    /* PROGRAMMES */

    /// @notice Creates a programme. `issuer` zero: nobody cuts its sheets yet. Admin.
    function openProgramme(uint32 programme, address issuer, uint256 dailyLimitCents) external;

    /// @notice Names who cuts the programme's sheets; zero stops it. Admin.
    function setIssuer(uint32 programme, address issuer) external;

    /// @notice Limits the programme's new grants per day (UTC); sheets of change are not counted. Admin.
    function setDailyLimit(uint32 programme, uint256 dailyLimitCents) external;

    /// @notice Moves the caller's cents into the programme's pots; the caller has approved them before. Treasury.
    function fund(uint32 programme, uint256 budgetCents, uint256 floatCents, uint256 guaranteeCents) external;

    /// @notice Moves cents that are free back to the caller. Treasury.
    function defund(uint32 programme, uint256 availableCents, uint256 floatCents, uint256 guaranteeCents) external;

    /// @notice Takes back into the budget what was granted and is neither spent nor locked. Acceptor.
    function reclaim(uint32 programme, uint256 cents) external;

    /// @notice Gives the guarantee back what it paid, from what is outstanding for it and not locked. Acceptor.
    function restoreGuarantee(uint32 programme, uint256 cents) external;

    /* SHEETS */

    /// @notice Puts notes on chain under one root, grants `grantedCents` anew and locks what the sheet commits.
    /// @dev Two keys: the programme's issuer calls, and an acceptor signed `cutDigest` of the sheet's id. Without the
    /// second, whoever holds an issuer's key and old receipts could put spent notes on a new sheet and have them paid
    /// again.
    /// @param salt Anything; makes the id new and tells nothing. The id is `sheetIdOf`, never a counter.
    function cutSheet(
        uint32 programme,
        bytes32 root,
        SheetTerms calldata terms,
        uint256 grantedCents,
        bytes32 salt,
        bytes32 dataHash,
        bytes calldata acceptorSignature
    ) external returns (bytes32 sheet);

    /// @notice Unlocks cents of a sheet that its notes will not need. Acceptor.
    function release(bytes32 sheet, uint256 cents) external;

    /// @notice Ends a sheet and unlocks what it has left. Acceptor; after `closesAt`, anybody.
    function closeSheet(bytes32 sheet) external;

    /// @notice Makes sure that undone acceptances whose receipts are out are never posted. Acceptor.
    function revoke(bytes32 sheet, uint256[] calldata indexes) external;

    /* REDEMPTIONS */

    /// @notice Posts acceptances. Anybody may carry what an acceptor signed (`batchDigest`); a carrier can change
    /// nothing.
    /// @dev What the call alone makes wrong is refused altogether; what depends on state or time is skipped item by
    /// item.
    function redeem(Group[] calldata groups, bytes calldata acceptorSignature) external;

    /// @notice Posts acceptances without the acceptor's help, each with its receipt. Anybody, from `escapeOpensAt`.
    /// @dev Skips as `redeem` does, but never for a deadline: the receipt says that the spend was accepted in time.
    function redeemWithReceipts(Group[] calldata groups, ReceiptProof[][] calldata receipts) external;

    /// @notice Pays an acceptance from the programme's guarantee and uses its place, also when sheet, deadline,
    /// purpose or merchant's suspension would have it skipped. Finance.
    function payGuarantee(
        bytes32 sheet,
        uint32 merchant,
        Item calldata item,
        bytes32 details,
        bytes calldata receiptSignature
    ) external;

    /// @notice Turns cents of a paid place into granted value again: from what the merchant is owed, and beyond it
    /// from the guarantee, as the merchant's debt. Finance.
    /// @param refundedBeforeCents What was refunded of the note before, so that none is made twice.
    function refund(
        bytes16 refundId,
        Place calldata place,
        Receipt calldata receipt,
        bytes calldata receiptSignature,
        uint256 cents,
        uint256 refundedBeforeCents
    ) external;

    /* PAYMENTS */

    /// @notice Repays a merchant's debt to a programme's guarantee as far as it is owed anything. Anybody; nothing to
    /// net changes nothing.
    function netDebt(uint32 merchant, uint32 programme) external;

    /// @notice Sets claims aside for payments by the bank. Finance.
    function settle(Payment[] calldata payments) external;

    /// @notice Burns what the bank's statement shows as paid. Finance.
    function confirm(bytes32[] calldata refs) external;

    /// @notice Owes a payment again that came back, before or after it was confirmed. Finance.
    function returned(bytes32 ref, bytes32 statementEntry) external;

    /* PAUSE */

    /// @notice Stops cutSheet, redeem, redeemWithReceipts, payGuarantee and settle. Guardian.
    function pause() external;

    /// @notice Ends a pause; its length is added to what closes or ends. Admin.
    function unpause() external;

    /// @notice All pauses so far together, a present one included.
    function pausedSeconds() external view returns (uint256);

    /* READING */

    function TREASURY_ROLE() external view returns (bytes32);

    function ACCEPTOR_ROLE() external view returns (bytes32);

    function FINANCE_ROLE() external view returns (bytes32);

    function GUARDIAN_ROLE() external view returns (bytes32);

    /// @notice Who cuts the programme's sheets; zero: nobody.
    function issuerOf(uint32 programme) external view returns (address);

    /// @notice The programme's pots; all zero when there is none.
    function programmeOf(uint32 programme) external view returns (Programme memory);

    /// @notice The sheet; all zero when there is none.
    function sheetOf(bytes32 sheet) external view returns (Sheet memory);

    /// @notice What the sheet's notes may still take.
    function leftCents(bytes32 sheet) external view returns (uint256);

    /// @notice The last second in which the sheet takes redemptions, with the pauses since it was cut.
    function closesAt(bytes32 sheet) external view returns (uint256);

    /// @notice The first second in which anybody with receipts may post on the sheet.
    function escapeOpensAt(bytes32 sheet) external view returns (uint256);

    /// @notice Whether the place was redeemed, guaranteed or revoked.
    function isUsed(bytes32 sheet, uint256 index) external view returns (bool);

    /// @notice Whether the place was revoked.
    function isRevoked(bytes32 sheet, uint256 index) external view returns (bool);

    /// @notice Whether the note was paid from the guarantee.
    function isGuaranteed(bytes16 noteId) external view returns (bool);

    /// @notice What was refunded of the note.
    function refundedCents(bytes16 noteId) external view returns (uint256);

    /// @notice What the merchant is owed and no payment has taken up.
    function owedCents(uint32 merchant) external view returns (uint256);

    /// @notice What the merchant owes the programme's guarantee.
    function debtCents(uint32 merchant, uint32 programme) external view returns (uint256);

    /// @notice What the merchant owes the guarantees of all programmes.
    function totalDebtCents(uint32 merchant) external view returns (uint256);

    /// @notice Where a payment stands.
    function settlingOf(bytes32 ref) external view returns (Settlement memory);

    /* WHAT IS SIGNED AND HASHED */

    /// @notice What a holder signs.
    function spendDigest(Spend calldata spend) external view returns (bytes32);

    /// @notice What the acceptor signs when it accepts.
    function receiptDigest(Receipt calldata receipt) external view returns (bytes32);

    /// @notice What the acceptor signs to have acceptances posted.
    function batchDigest(Group[] calldata groups) external view returns (bytes32);

    /// @notice What the acceptor signs to have a sheet cut.
    function cutDigest(bytes32 sheet) external view returns (bytes32);

    /// @notice The leaf of a note.
    function leafOf(uint256 index, address holder, bytes16 noteId, uint256 capCents) external pure returns (bytes32);

    /// @notice The id of a sheet.
    function sheetIdOf(
        uint32 programme,
        bytes32 root,
        SheetTerms calldata terms,
        bytes32 salt
    ) external pure returns (bytes32);
}
