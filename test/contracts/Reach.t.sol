// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IVouchersFacts} from "../../contracts/interfaces/IVouchersFacts.sol";
import {IVouchersTypes} from "../../contracts/interfaces/IVouchersTypes.sol";
import {Ledger} from "./support/Ledger.sol";
import {Town} from "./support/Town.sol";
import {deploy} from "./support/Vm.sol";

/// @notice Invariants prove something only if the handler really acts: a long walk of it does everything and meets every no.
contract ReachTest {
    uint256 private constant STEPS = 2_400;

    function test_WalkDoesEverythingAndMeetsEveryRefusal() public {
        Town town = Town(deploy("test/contracts/support/Town.sol:Town", ""));
        for (uint256 step = 0; step < STEPS; ++step) town.walk(uint256(keccak256(abi.encode("walk", step))));
        town.calm();
        town.redeemTooMany(0);
        town.requireSame();

        Ledger.Sums memory sums = town.sumsNow();
        require(sums.redeemed != 0, "nothing redeemed");
        require(sums.guaranteed != 0 && sums.restored != 0, "nothing guaranteed");
        require(sums.refunded != 0, "nothing refunded");
        require(sums.missing != 0, "no debt");
        require(sums.netted != 0, "no debt netted");
        require(sums.burned != 0 && sums.returned != 0, "nothing paid");
        require(sums.budgetOut != 0 && sums.floatOut != 0 && sums.guaranteeOut != 0, "nothing defunded");
        require(town.pausedFor() != 0, "never paused");
        bytes4[47] memory refusals = everyRefusal();
        string memory missed = "";
        for (uint256 i = 0; i < refusals.length; ++i) {
            if (town.timesRefused(refusals[i]) == 0) missed = string.concat(missed, " ", Strings.toString(i));
        }
        require(bytes(missed).length == 0, string.concat("never refused, by place in the list:", missed));
        for (uint8 reason = 1; reason <= uint8(type(IVouchersTypes.SkipReason).max); ++reason) {
            bool isMet = town.timesSkipped(IVouchersTypes.SkipReason(reason)) != 0;
            require(isMet, string.concat("never passed over for reason ", Strings.toString(reason)));
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
                IVouchersFacts.RefundExists.selector,
                IVouchersFacts.OwedTooLow.selector,
                IVouchersFacts.DebtFirst.selector,
                IVouchersFacts.MerchantUnknown.selector,
                IVouchersFacts.PaymentExists.selector,
                IVouchersFacts.SettlementIs.selector
            ];
    }
}
