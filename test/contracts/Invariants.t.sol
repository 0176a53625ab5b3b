// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IVouchersTypes} from "../../contracts/interfaces/IVouchersTypes.sol";
import {IBudgetToken} from "../../contracts/interfaces/IBudgetToken.sol";
import {IVouchers} from "../../contracts/interfaces/IVouchers.sol";
import {Ledger} from "./support/Ledger.sol";
import {Notes} from "./support/Notes.sol";
import {Town} from "./support/Town.sol";
import {deploy} from "./support/Vm.sol";

/// @notice What is always true of the town, whoever calls what in which order. Numbers are those of the manual.
contract InvariantsTest {
    Town private town;
    IVouchers private vouchers;
    IBudgetToken private token;

    function setUp() public {
        watch(Town(deploy("test/contracts/support/Town.sol:Town", "")));
    }

    function watch(Town town_) public {
        town = town_;
        vouchers = town.vouchers();
        token = town.token();
    }

    /// @notice All of them at once, for a history that something else plays.
    function requireAll() external view {
        invariant_BothVersionsAgree();
        invariant_EveryCentHeldBelongsSomewhere();
        invariant_LockedIsWhatSheetsHaveLeft();
        invariant_SheetsSpendAtMostWhatTheyCommitted();
        invariant_PlacesAreUsedOnce();
        invariant_MerchantsArePaidAtMostWhatTheyEarned();
        invariant_FloatIsNeverGranted();
        invariant_GuaranteeAddsUp();
        invariant_BudgetAddsUp();
        invariant_PausesAreCounted();
        invariant_SupplyIsTheBanks();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(town);
    }

    /// The shipped version has the state of the plain one.
    function invariant_BothVersionsAgree() public view {
        town.requireSame();
    }

    /// INVARIANT 1: every cent held belongs to a pot, a claim or a payment.
    function invariant_EveryCentHeldBelongsSomewhere() public view {
        uint256 known = potsOf(1) + potsOf(2) + claims();
        bytes32[] memory refs = town.payments();
        for (uint256 i = 0; i < refs.length; ++i) {
            IVouchersTypes.Settlement memory payment = vouchers.settlingOf(refs[i]);
            if (payment.state == IVouchersTypes.SettlementState.Started) known += payment.cents;
        }
        require(token.balanceOf(address(vouchers)) == known, "cents without a place");
    }

    /// INVARIANT 2: locked is what open sheets have left, and is covered.
    function invariant_LockedIsWhatSheetsHaveLeft() public view {
        Notes.Drawn[] memory cuts = town.sheets();
        for (uint32 programme = 1; programme <= 2; ++programme) {
            uint256 left = 0;
            for (uint256 i = 0; i < cuts.length; ++i) {
                if (cuts[i].cut.programme == programme) left += vouchers.leftCents(cuts[i].id);
            }
            IVouchersTypes.Programme memory pots = vouchers.programmeOf(programme);
            require(pots.lockedCents == left, "locked is not what is left");
            require(pots.lockedCents <= pots.outstandingCents + pots.floatCents, "locks uncovered");
        }
    }

    /// INVARIANT 3: a sheet redeems and releases at most what it committed.
    function invariant_SheetsSpendAtMostWhatTheyCommitted() public view {
        Notes.Drawn[] memory cuts = town.sheets();
        for (uint256 i = 0; i < cuts.length; ++i) {
            IVouchersTypes.Sheet memory sheet = vouchers.sheetOf(cuts[i].id);
            uint256 spent = town.redeemedOf(cuts[i].id) + town.releasedOf(cuts[i].id);
            require(sheet.spentCents == spent, "spent is not redeemed and released");
            require(spent <= sheet.committedCents, "spent above committed");
        }
    }

    /// INVARIANTS 4, 7 and 8: a place is used once, a note guaranteed once, a refund at most what was paid.
    function invariant_PlacesAreUsedOnce() public view {
        Notes.Drawn[] memory cuts = town.sheets();
        for (uint256 i = 0; i < cuts.length; ++i) {
            uint24[] memory places = town.placesOf(cuts[i].cut.depth);
            for (uint256 p = 0; p < places.length; ++p) {
                (uint24 index, uint256 note) = (places[p], cuts[i].firstNote + p);
                uint256 uses = town.usesOf(cuts[i].id, index);
                require(uses <= 1, "used twice");
                require(vouchers.isUsed(cuts[i].id, index) == (uses == 1), "used is not what was done");
                require(town.paidOf(cuts[i].id, index) <= town.capOf(note), "paid above cap");
                require(town.guaranteesOf(town.noteIdOf(note)) <= 1, "guaranteed twice");
                require(vouchers.refundedCents(town.noteIdOf(note)) <= town.capOf(note), "refunded above cap");
            }
        }
    }

    /// INVARIANTS 5 and 9: a merchant's account adds up, and it is paid at most what it earned and owes.
    function invariant_MerchantsArePaidAtMostWhatTheyEarned() public view {
        for (uint32 merchant = 7; merchant <= 10; ++merchant) {
            Ledger.Account memory account = town.accountOf(merchant);
            uint256 owed = vouchers.owedCents(merchant);
            uint256 debt = vouchers.totalDebtCents(merchant);
            require(
                owed + account.settling + account.paid + account.netted + account.refunded ==
                    account.earned + account.missing,
                "an account does not add up"
            );
            require(debt == account.missing - account.netted, "debt is not what was missing");
            require(debt == vouchers.debtCents(merchant, 1) + vouchers.debtCents(merchant, 2), "debt does not add up");
            require(account.paid + account.refunded <= account.earned + debt, "paid above earned");
        }
    }

    /// INVARIANT 6: only the treasury moves the float.
    function invariant_FloatIsNeverGranted() public view {
        Ledger.Sums memory sums = town.sumsNow();
        uint256 float = vouchers.programmeOf(1).floatCents + vouchers.programmeOf(2).floatCents;
        require(float == sums.floatIn - sums.floatOut, "float moved");
    }

    /// INVARIANT 7: what the guarantee lost is paid, or missing and owed to it.
    function invariant_GuaranteeAddsUp() public view {
        Ledger.Sums memory sums = town.sumsNow();
        IVouchersTypes.Programme memory one = vouchers.programmeOf(1);
        IVouchersTypes.Programme memory two = vouchers.programmeOf(2);
        require(one.guaranteePaidCents + two.guaranteePaidCents == sums.guaranteed - sums.restored, "paid");
        require(
            one.guaranteeCents + two.guaranteeCents + sums.guaranteeOut + sums.guaranteed + sums.missing ==
                sums.guaranteeIn + sums.restored + sums.netted,
            "guarantee"
        );
    }

    /// Budget given = available + outstanding + spent from it (redeemed, restored to the guarantee) - refunded.
    function invariant_BudgetAddsUp() public view {
        Ledger.Sums memory sums = town.sumsNow();
        IVouchersTypes.Programme memory one = vouchers.programmeOf(1);
        IVouchersTypes.Programme memory two = vouchers.programmeOf(2);
        uint256 unspent = one.availableCents + one.outstandingCents + two.availableCents + two.outstandingCents;
        require(
            unspent + sums.redeemed + sums.restored + sums.budgetOut == sums.budgetIn + sums.refunded,
            "budget does not add up"
        );
    }

    /// INVARIANT 10: pauses are counted to the second.
    function invariant_PausesAreCounted() public view {
        require(town.isPaused() || vouchers.pausedSeconds() == town.pausedFor(), "a pause was lost");
    }

    /// INVARIANTS 11 and 13: the supply is the bank's, and lies with the treasury or Vouchers.
    function invariant_SupplyIsTheBanks() public view {
        Ledger.Sums memory sums = town.sumsNow();
        uint256 supply = token.totalSupply();
        require(supply == sums.minted + sums.returned - sums.burned, "supply is not the bank's");
        require(supply == token.balanceOf(address(town)) + token.balanceOf(address(vouchers)), "cents astray");
    }

    function potsOf(uint32 programme) private view returns (uint256) {
        IVouchersTypes.Programme memory pots = vouchers.programmeOf(programme);
        return pots.availableCents + pots.outstandingCents + pots.floatCents + pots.guaranteeCents;
    }

    function claims() private view returns (uint256 cents) {
        for (uint32 merchant = 7; merchant <= 10; ++merchant) cents += vouchers.owedCents(merchant);
    }
}
