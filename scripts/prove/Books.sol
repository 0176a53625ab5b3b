// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IVouchersTypes} from "contracts/interfaces/IVouchersTypes.sol";

/// @notice What Vouchers remembers, as the proof reads it, and what it means that the books are in order. The moves are
/// those of the contracts, put into words that the solver follows (scripts/prove/plainWords.ts).
abstract contract Books is IVouchersTypes {
    /// @notice What a move touches: one programme, merchant, payment and sheet, whichever they are. What all others hold
    /// together is any amount, which no move may change.
    struct Touched {
        uint32 programme;
        uint32 merchant;
        bytes32 payment;
        bytes32 sheet;
        uint128 restCents;
        uint128 restLockedCents;
        uint128 restDebtCents;
    }

    /// @notice One of the others, whichever it is, and what it holds.
    struct Other {
        uint32 programme;
        uint32 merchant;
        bytes32 payment;
        bytes32 sheet;
        uint64 availableCents;
        uint64 outstandingCents;
        uint64 floatCents;
        uint64 guaranteeCents;
        uint64 lockedCents;
        uint64 owedCents;
        uint64 totalDebtCents;
        uint64 debtCents;
        uint64 debtToTouchedCents;
        uint64 debtOfTouchedCents;
        uint256 settlingCents;
        uint32 merchantOfPayment;
        uint256 leftCents;
        uint256 leftOfTouchedCents;
        uint32 programmeOfSheet;
    }

    mapping(uint32 programme => Programme) internal programmes;
    mapping(bytes32 sheet => Sheet) internal sheets;
    mapping(uint32 merchant => Account) internal accounts;
    mapping(uint32 merchant => mapping(uint32 programme => uint64 cents)) internal debt;
    mapping(bytes32 ref => Settlement) internal settlements;

    /// @dev The tokens that lie with Vouchers.
    uint256 internal heldCents;
    /// @dev What a move made the other merchants be owed: only a group of redemptions does.
    uint256 internal owedToOthersCents;
    /// @dev Something was taken that was not there, or cut off because it did not fit.
    bool internal lostCents;

    /* IN ORDER */

    /// @dev What every move must find and leave so.
    function isInOrder(Touched calldata here) internal view returns (bool) {
        return !lostCents && isWithinSheet(here.sheet) && isConserved(here) && isCovered(here) && isDebtSummed(here);
    }

    /// @dev INVARIANT 1: cents held = available + outstanding + float + guarantee + owed + settling.
    function isConserved(Touched calldata here) internal view returns (bool) {
        Programme memory programme = programmes[here.programme];
        uint256 pots =
            uint256(programme.availableCents) +
            programme.outstandingCents +
            programme.floatCents +
            programme.guaranteeCents;
        uint256 owed = accounts[here.merchant].owedCents + owedToOthersCents;
        return heldCents == pots + owed + settlingCents(here.payment) + here.restCents;
    }

    /// @dev INVARIANT 2: locked = what open sheets have left <= outstanding + float.
    function isCovered(Touched calldata here) internal view returns (bool) {
        Programme memory programme = programmes[here.programme];
        return
            programme.lockedCents == leftCents(here.sheet, here.programme) + here.restLockedCents &&
            programme.lockedCents <= uint256(programme.outstandingCents) + programme.floatCents;
    }

    /// @dev INVARIANT 3: redeemed + released <= committed. A sheet that was not cut has committed nothing.
    function isWithinSheet(bytes32 id) internal view returns (bool) {
        Sheet memory sheet = sheets[id];
        return sheet.spentCents <= sheet.committedCents && (sheet.validUntil != 0 || sheet.committedCents == 0);
    }

    /// @dev A merchant's whole debt is the sum of its debts to the programmes.
    function isDebtSummed(Touched calldata here) internal view returns (bool) {
        return accounts[here.merchant].debtCents == debt[here.merchant][here.programme] + uint256(here.restDebtCents);
    }

    /// @dev What a move does not name holds what it held, so what the others hold together is what it was. The sheet
    /// that it names may be another programme's, or become so: what that one's sheets have left is what it was, too.
    function isUntouched(Touched calldata here, Other calldata there) internal view returns (bool) {
        Programme memory programme = programmes[there.programme];
        return
            programme.availableCents == there.availableCents &&
            programme.outstandingCents == there.outstandingCents &&
            programme.floatCents == there.floatCents &&
            programme.guaranteeCents == there.guaranteeCents &&
            programme.lockedCents == there.lockedCents &&
            accounts[there.merchant].owedCents == there.owedCents &&
            accounts[there.merchant].debtCents == there.totalDebtCents &&
            debt[there.merchant][there.programme] == there.debtCents &&
            debt[there.merchant][here.programme] == there.debtToTouchedCents &&
            debt[here.merchant][there.programme] == there.debtOfTouchedCents &&
            settlingCents(there.payment) == there.settlingCents &&
            settlements[there.payment].merchant == there.merchantOfPayment &&
            isWithinSheet(there.sheet) &&
            sheets[there.sheet].programme == there.programmeOfSheet &&
            leftCents(there.sheet, there.programmeOfSheet) == there.leftCents &&
            leftCents(here.sheet, there.programme) == there.leftOfTouchedCents;
    }

    function isOther(Touched calldata here, Other calldata there) internal pure returns (bool) {
        return
            there.programme != here.programme &&
            there.merchant != here.merchant &&
            there.payment != here.payment &&
            there.sheet != here.sheet;
    }

    function settlingCents(bytes32 payment) private view returns (uint256) {
        return settlements[payment].state == SettlementState.Started ? settlements[payment].cents : 0;
    }

    /// @dev What the programme has in the sheet: nothing, if it is another's.
    function leftCents(bytes32 id, uint32 programme) private view returns (uint256) {
        Sheet memory sheet = sheets[id];
        return sheet.isClosed || sheet.programme != programme ? 0 : sheet.committedCents - sheet.spentCents;
    }
}
