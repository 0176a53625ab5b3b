// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IVouchers} from "../../contracts/interfaces/IVouchers.sol";
import {IVouchersFacts} from "../../contracts/interfaces/IVouchersFacts.sol";
import {IVouchersTypes} from "../../contracts/interfaces/IVouchersTypes.sol";
import {Ledger} from "./support/Ledger.sol";
import {Town} from "./support/Town.sol";
import {deploy} from "./support/Vm.sol";

/// @notice Invariants prove something only if the handler really acts: a long walk of it does everything and meets every no.
contract ReachTest {
    /// Far more than it ever took.
    uint256 private constant MOST_STEPS = 12_000;

    function test_WalkDoesEverythingAndMeetsEveryRefusal() public {
        Town town = Town(deploy("test/contracts/support/Town.sol:Town", ""));
        string memory missed = "everything";
        for (uint256 step = 0; step < MOST_STEPS && bytes(missed).length != 0; ++step) {
            town.walk(uint256(keccak256(abi.encode("walk", step))));
            if (step % 200 == 199) missed = missedBy(town);
        }
        town.calm();
        town.redeemTooMany(0);
        town.requireSame();
        if (town.timesRefused(IVouchersFacts.TooManyItems.selector) == 0)
            missed = string.concat(missed, " TooManyItems");
        require(bytes(missed).length == 0, string.concat("never:", missed));
    }

    /// @dev What the walk has not done yet, in words; refusals and reasons by their place in the list.
    function missedBy(Town town) private view returns (string memory missed) {
        Ledger.Sums memory sums = town.sumsNow();
        if (sums.redeemed == 0) missed = string.concat(missed, " redeemed");
        if (sums.guaranteed == 0 || sums.restored == 0) missed = string.concat(missed, " guaranteed");
        if (sums.refunded == 0 || sums.missing == 0) missed = string.concat(missed, " refunded");
        if (sums.netted == 0) missed = string.concat(missed, " netted");
        if (sums.burned == 0 || sums.returned == 0) missed = string.concat(missed, " paid");
        if (sums.budgetOut == 0 || sums.floatOut == 0 || sums.guaranteeOut == 0)
            missed = string.concat(missed, " defunded");
        if (town.pausedFor() == 0) missed = string.concat(missed, " paused");
        missed = string.concat(missed, listsMissedBy(town));
        bytes4[47] memory refusals = everyRefusal();
        for (uint256 i = 0; i < refusals.length; ++i) {
            bool isMet = refusals[i] == IVouchersFacts.TooManyItems.selector || town.timesRefused(refusals[i]) != 0;
            if (!isMet) missed = string.concat(missed, " refusal ", Strings.toString(i));
        }
        for (uint8 reason = 1; reason <= uint8(type(IVouchersTypes.SkipReason).max); ++reason) {
            // A programme with less outstanding than its sheets have left is too seldom here: Skipped.test.ts makes one.
            if (reason == uint8(IVouchersTypes.SkipReason.ProgrammeExhausted)) continue;
            bool isMet = town.timesSkipped(IVouchersTypes.SkipReason(reason)) != 0;
            if (!isMet) missed = string.concat(missed, " reason ", Strings.toString(reason));
        }
    }

    /// @dev Each list was taken with none, one and several elements, and undone by a later one that was refused.
    function listsMissedBy(Town town) private view returns (string memory missed) {
        bytes4[4] memory lists = [
            IVouchers.refund.selector,
            IVouchers.revoke.selector,
            IVouchers.release.selector,
            IVouchers.reclaim.selector
        ];
        for (uint256 i = 0; i < lists.length; ++i) {
            for (uint256 length = 0; length < 4; ++length) {
                if (town.listsTaken(lists[i], length) != 0) continue;
                missed = string.concat(missed, " list ", Strings.toString(i), " of ", Strings.toString(length));
            }
            if (town.undone(lists[i]) == 0) missed = string.concat(missed, " list undone ", Strings.toString(i));
        }
    }

    function everyRefusal() private pure returns (bytes4[47] memory) {
        return
            [
                IVouchersFacts.NotTheIssuer.selector,
                IVouchersFacts.NotTheAcceptor.selector,
                IVouchersFacts.CentsMissing.selector,
                IVouchersFacts.ProgrammeExists.selector,
                IVouchersFacts.UnknownProgramme.selector,
                IVouchersFacts.AvailableTooLow.selector,
                IVouchersFacts.OutstandingTooLow.selector,
                IVouchersFacts.FloatTooLow.selector,
                IVouchersFacts.GuaranteeTooLow.selector,
                IVouchersFacts.RestoredAbovePaid.selector,
                IVouchersFacts.LocksUncovered.selector,
                IVouchersFacts.AboveDailyLimit.selector,
                IVouchersFacts.SheetOutOfDate.selector,
                IVouchersFacts.ClosesTooEarly.selector,
                IVouchersFacts.PurposesMissing.selector,
                IVouchersFacts.TooDeep.selector,
                IVouchersFacts.GrantedAboveCommitted.selector,
                IVouchersFacts.SheetExists.selector,
                IVouchersFacts.UnknownSheet.selector,
                IVouchersFacts.SheetAlreadyClosed.selector,
                IVouchersFacts.SheetStillOpen.selector,
                IVouchersFacts.ReleasedAboveLeft.selector,
                IVouchersFacts.TooManyItems.selector,
                IVouchersFacts.ReceiptCountWrong.selector,
                IVouchersFacts.EscapeNotOpen.selector,
                IVouchersFacts.IndexOutOfRange.selector,
                IVouchersFacts.ProofLengthWrong.selector,
                IVouchersFacts.ItemsMissing.selector,
                IVouchersFacts.IndexesNotAscending.selector,
                IVouchersFacts.MerchantsNotAscending.selector,
                IVouchersFacts.MerchantMissing.selector,
                IVouchersFacts.LeavesNotOnSheet.selector,
                IVouchersFacts.SignatureInvalid.selector,
                IVouchersFacts.AmountMissing.selector,
                IVouchersFacts.AmountAboveSigned.selector,
                IVouchersFacts.SignedAboveCap.selector,
                IVouchersFacts.AlreadyUsed.selector,
                IVouchersFacts.AlreadyGuaranteed.selector,
                IVouchersFacts.NotPaid.selector,
                IVouchersFacts.ReceiptAboveCap.selector,
                IVouchersFacts.RefundAboveReceipt.selector,
                IVouchersFacts.RefundedBefore.selector,
                IVouchersFacts.OwedTooLow.selector,
                IVouchersFacts.DebtFirst.selector,
                IVouchersFacts.MerchantUnknown.selector,
                IVouchersFacts.PaymentExists.selector,
                IVouchersFacts.SettlementIs.selector
            ];
    }
}
