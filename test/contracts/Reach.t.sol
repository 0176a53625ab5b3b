// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IVouchersFacts} from "../../contracts/interfaces/IVouchersFacts.sol";
import {Ledger} from "./support/Ledger.sol";
import {Spender} from "./support/Spender.sol";

contract Town is Spender {}

/// @notice Invariants prove something only if the handler really acts: a long walk of it does everything and meets every no.
contract ReachTest {
    uint256 private constant STEPS = 1_600;

    function test_WalkDoesEverythingAndMeetsEveryRefusal() public {
        Town town = new Town();
        for (uint256 step = 0; step < STEPS; ++step) walk(town, uint256(keccak256(abi.encode("walk", step))));

        Ledger.Sums memory sums = town.sumsNow();
        require(sums.redeemed != 0, "nothing redeemed");
        require(sums.guaranteed != 0 && sums.restored != 0, "nothing guaranteed");
        require(sums.refunded != 0, "nothing refunded");
        require(sums.missing != 0, "no debt");
        require(sums.netted != 0, "no debt netted");
        require(sums.burned != 0 && sums.returned != 0, "nothing paid");
        require(sums.budgetOut != 0 && sums.floatOut != 0 && sums.guaranteeOut != 0, "nothing defunded");
        require(town.pausedFor() != 0, "never paused");
        bytes4[43] memory refusals = everyRefusal();
        string memory missed = "";
        for (uint256 i = 0; i < refusals.length; ++i) {
            if (!town.isReached(refusals[i])) missed = string.concat(missed, " ", Strings.toString(i));
        }
        require(bytes(missed).length == 0, string.concat("never refused, by place in the list:", missed));
    }

    function walk(Town town, uint256 seed) private {
        uint256 act = seed % 32;
        uint256 a = seed >> 8;
        uint256 b = uint256(keccak256(abi.encode(seed)));
        uint8 flaw = uint8(b >> 240);
        if (act < 2) town.fund(uint32(a), b, b >> 32, b >> 64);
        else if (act < 3) town.defund(uint32(a), b, b, b, flaw);
        else if (act < 4) town.reclaim(uint32(a), b);
        else if (act < 5) town.restoreGuarantee(uint32(a), b);
        else if (act < 6) town.govern(uint32(a), flaw);
        else if (act < 9) town.cutSheet(a, b, b >> 32, flaw);
        else if (act < 10) town.release(a, b);
        else if (act < 11) town.closeSheet(a, flaw % 2 == 0);
        else if (act < 12) town.revoke(a, b, flaw % 8 == 0);
        else if (act < 13) town.netDebt(uint32(a), uint32(b));
        else if (act < 15) town.settle(uint32(a), b, flaw);
        else if (act < 16) town.confirm(a);
        else if (act < 17) town.returned(a);
        else if (act < 18) town.pause(flaw % 4 == 0);
        else if (act < 20) town.pass(b);
        else if (act < 21) town.changeMerchant(uint32(a), b, flaw);
        else if (act < 24) town.redeem(a, b, flaw);
        else if (act < 27) town.redeemWithReceipts(a, b, flaw);
        else if (act < 29) town.payGuarantee(a, b, flaw);
        else town.refund(a, b, flaw);
    }

    function everyRefusal() private pure returns (bytes4[43] memory) {
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
                IVouchersFacts.LeafNotOnSheet.selector,
                IVouchersFacts.MerchantMismatch.selector,
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
