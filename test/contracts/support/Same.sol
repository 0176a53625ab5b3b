// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IVouchersTypes} from "../../../contracts/interfaces/IVouchersTypes.sol";
import {IPlainVouchersTypes} from "../reference/interfaces/IPlainVouchersTypes.sol";
import {Twin} from "./Twin.sol";

/// @notice Reverts unless both versions have the same state.
abstract contract Same is Twin {
    /// @notice Everything that can be read of both.
    function requireSame() public view {
        requireSameMoney();
        for (uint256 i = 0; i < drawn.length; ++i) {
            requireSameSheet(drawn[i]);
            requireSameNotes(drawn[i]);
        }
        for (uint256 i = 0; i < refs.length; ++i) requireSamePayment(refs[i]);
    }

    /// @notice Pots, claims, debts, the supply and the pauses.
    function requireSameMoney() public view {
        for (uint32 programme = 1; programme <= 2; ++programme) requireSameProgramme(programme);
        for (uint32 merchant = 7; merchant <= 10; ++merchant) requireSameAccount(merchant);
        require(token.totalSupply() == plainToken.totalSupply(), "another supply");
        require(token.balanceOf(address(vouchers)) == plainToken.balanceOf(address(plain)), "another balance");
        require(vouchers.pausedSeconds() == plain.pausedSeconds(), "other pauses");
    }

    function requireSameProgramme(uint32 id) private view {
        IVouchersTypes.Programme memory one = vouchers.programmeOf(id);
        IPlainVouchersTypes.Programme memory other = plain.programmeOf(id);
        require(one.outstandingCents == other.outstandingCents, "another outstanding");
        require(one.lockedCents == other.lockedCents, "another locked");
        require(one.floatCents == other.floatCents, "another float");
        require(one.isOpen == other.isOpen && one.hasPaidGuarantee == other.hasPaidGuarantee, "another flag");
        require(one.availableCents == other.availableCents, "another available");
        require(one.dailyLimitCents == other.dailyLimitCents, "another limit");
        require(one.grantedTodayCents == other.grantedTodayCents, "another grant today");
        require(one.grantedOnDay == other.grantedOnDay, "another day");
        require(one.guaranteeCents == other.guaranteeCents, "another guarantee");
        require(one.guaranteePaidCents == other.guaranteePaidCents, "another guarantee paid");
        require(vouchers.issuerOf(id) == plain.issuerOf(id), "another issuer");
    }

    function requireSameAccount(uint32 merchant) private view {
        require(vouchers.owedCents(merchant) == plain.owedCents(merchant), "another claim");
        require(vouchers.totalDebtCents(merchant) == plain.totalDebtCents(merchant), "another total debt");
        require(vouchers.debtCents(merchant, 1) == plain.debtCents(merchant, 1), "another debt");
        require(vouchers.debtCents(merchant, 2) == plain.debtCents(merchant, 2), "another debt");
    }

    function requireSameSheet(Drawn memory sheet) internal view {
        IVouchersTypes.Sheet memory one = vouchers.sheetOf(sheet.id);
        IPlainVouchersTypes.Sheet memory other = plain.sheetOf(sheet.plainId);
        require(one.validUntil == other.terms.validUntil && one.closesAt == other.terms.closesAt, "other times");
        require(one.pausedSecondsBefore == other.pausedSecondsBefore, "other pauses before");
        require(one.committedCents == other.terms.committedCents, "another commitment");
        require(one.spentCents == other.spentCents, "spent otherwise");
        require(one.programme == other.programme && one.purposes == other.terms.purposes, "other purposes");
        require(one.depth == other.terms.depth && one.isClosed == other.isClosed, "closed otherwise");
        require(vouchers.leftCents(sheet.id) == plain.leftCents(sheet.plainId), "another rest");
        require(vouchers.closesAt(sheet.id) == plain.closesAt(sheet.plainId), "closes at another time");
        require(vouchers.escapeOpensAt(sheet.id) == plain.escapeOpensAt(sheet.plainId), "escapes at another time");
    }

    function requireSameNotes(Drawn memory sheet) internal view {
        uint24[] memory places = placesOf(sheet.cut.depth);
        for (uint256 p = 0; p < places.length; ++p) requireSameNote(sheet, places[p], sheet.firstNote + p);
    }

    function requireSameNote(Drawn memory sheet, uint256 place, uint256 note) internal view {
        bytes16 noteId = noteIdOf(note);
        require(vouchers.isUsed(sheet.id, place) == plain.isUsed(sheet.plainId, place), "used otherwise");
        require(vouchers.isRevoked(sheet.id, place) == plain.isRevoked(sheet.plainId, place), "revoked otherwise");
        require(vouchers.isGuaranteed(noteId) == plain.isGuaranteed(noteId), "guaranteed otherwise");
        require(vouchers.refundedCents(noteId) == plain.refundedCents(noteId), "refunded otherwise");
    }

    function requireSamePayment(bytes32 ref) internal view {
        IVouchersTypes.Settlement memory one = vouchers.settlingOf(ref);
        IPlainVouchersTypes.Settlement memory other = plain.settlingOf(ref);
        require(one.merchant == other.merchant && one.cents == other.cents, "another payment");
        require(uint8(one.state) == uint8(other.state), "a payment stands elsewhere");
        require(token.burnedCents(ref) == plainToken.burnedCents(ref), "burned otherwise");
    }
}
