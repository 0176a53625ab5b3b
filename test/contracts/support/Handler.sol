// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IMerchantRegistry} from "../../../contracts/interfaces/IMerchantRegistry.sol";
import {IVouchers} from "../../../contracts/interfaces/IVouchers.sol";
import {IVouchersTypes} from "../../../contracts/interfaces/IVouchersTypes.sol";
import {Ledger} from "./Ledger.sol";
import {vm} from "./Vm.sol";

/// @notice Every call of Vouchers, with values that are mostly right and often just wrong. `flaw` says what is wrong.
abstract contract Handler is Ledger {
    /* PROGRAMMES */

    function fund(uint32 programme, uint256 budget, uint256 float, uint256 guarantee) external {
        programme = programme % 3;
        (budget, float, guarantee) = (budget % 9_000, float % 2_000, guarantee % 2_000);
        uint256 cents = budget + float + guarantee;
        if (cents != 0) {
            token.mint(fresh(), cents);
            sums.minted += cents;
        }
        if (!attempt(abi.encodeCall(IVouchers.fund, (programme, budget, float, guarantee)))) return;
        sums.budgetIn += budget;
        sums.floatIn += float;
        sums.guaranteeIn += guarantee;
    }

    function defund(uint32 programme, uint256 available, uint256 float, uint256 guarantee, uint8 pot) external {
        programme = programme % 3;
        IVouchersTypes.Programme memory held = pots(programme);
        available = pot % 4 == 1 ? upTo(held.availableCents, available) : 0;
        float = pot % 4 == 2 ? upTo(held.floatCents, float) : 0;
        guarantee = pot % 4 == 3 ? upTo(held.guaranteeCents, guarantee) : 0;
        if (!attempt(abi.encodeCall(IVouchers.defund, (programme, available, float, guarantee)))) return;
        sums.budgetOut += available;
        sums.floatOut += float;
        sums.guaranteeOut += guarantee;
    }

    function reclaim(uint32 programme, uint256 cents) external {
        programme = programme % 3;
        attempt(abi.encodeCall(IVouchers.reclaim, (programme, upTo(pots(programme).outstandingCents, cents))));
    }

    function restoreGuarantee(uint32 programme, uint256 cents) external {
        programme = programme % 3;
        cents = upTo(pots(programme).guaranteePaidCents, cents);
        if (attempt(abi.encodeCall(IVouchers.restoreGuarantee, (programme, cents)))) sums.restored += cents;
    }

    function govern(uint32 programme, uint8 act) external {
        programme = programme % 3;
        if (act % 4 == 0) vm.prank(vm.addr(STRANGER_KEY));
        if (act % 3 == 0) attempt(abi.encodeCall(IVouchers.openProgramme, (1 + (programme % 2), address(this), 0)));
        if (act % 3 == 1) attempt(abi.encodeCall(IVouchers.setDailyLimit, (programme, DAILY_LIMIT)));
        if (act % 3 == 2) attempt(abi.encodeCall(IVouchers.setIssuer, (programme, address(this))));
    }

    /* SHEETS */

    function cutSheet(uint256 seed, uint256 granted, uint256 padding, uint8 flaw) external {
        Cut memory cut;
        flaw = flaw % 24;
        cut.programme = uint32(1 + (seed % 2));
        IVouchersTypes.Programme memory held = pots(cut.programme);
        granted = flaw == 8 ? held.availableCents + 1 : granted % (held.availableCents / 4 + 1);
        cut.terms = IVouchersTypes.SheetTerms({
            validUntil: uint40(block.timestamp + (flaw == 2 ? 0 : 1 + (seed % 20 days))),
            closesAt: 0,
            purposes: flaw == 4 ? 0 : uint8(1 + ((seed >> 8) % 3)),
            depth: flaw == 5 ? 21 : 2,
            committedCents: uint64(
                granted +
                    (flaw == 9 ? held.outstandingCents + held.floatCents + 1 : padding % (held.floatCents / 2 + 1))
            )
        });
        cut.terms.closesAt = cut.terms.validUntil + GRACE - (flaw == 3 ? 1 : 0);
        if (flaw == 6) cut.terms.committedCents = uint64(granted / 2);
        // Now and then, the notes of an earlier sheet again: the chain must hold even then.
        bool isAgain = cuts.length != 0 && seed % 5 == 0;
        cut.firstKey = isAgain ? cuts[seed % cuts.length].firstKey : nextKey;
        nextKey += 4;
        cut.root = rootOf(cut.firstKey);
        cut.salt = fresh();
        if (flaw == 7 && cuts.length != 0) cut = cuts[seed % cuts.length];
        cut.id = vouchers.sheetIdOf(cut.programme, cut.root, cut.terms, cut.salt);

        bytes memory signature = sign(flaw == 1 ? STRANGER_KEY : ACCEPTOR_KEY, vouchers.cutDigest(cut.id));
        bytes memory call = abi.encodeCall(
            IVouchers.cutSheet,
            (cut.programme, cut.root, cut.terms, granted, cut.salt, bytes32(0), signature)
        );
        if (flaw == 0) vm.prank(vm.addr(STRANGER_KEY));
        if (attempt(call)) cuts.push(cut);
    }

    function release(uint256 seed, uint256 cents) external {
        bytes32 id = sheetAt(seed);
        cents = seed % 4 == 0 ? upTo(vouchers.leftCents(id), cents) : upTo(vouchers.leftCents(id) / 4, cents);
        if (attempt(abi.encodeCall(IVouchers.release, (id, cents)))) releasedOf[id] += cents;
    }

    function closeSheet(uint256 seed, bool byStranger) external {
        if (byStranger) vm.prank(vm.addr(STRANGER_KEY));
        else if (seed % 8 != 0) return;
        attempt(abi.encodeCall(IVouchers.closeSheet, (sheetAt(seed >> 8))));
    }

    function revoke(uint256 seed, uint256 index, bool byStranger) external {
        bytes32 id = sheetAt(seed);
        uint256[] memory indexes = new uint256[](1);
        indexes[0] = index % 5;
        if (byStranger) vm.prank(vm.addr(STRANGER_KEY));
        if (attempt(abi.encodeCall(IVouchers.revoke, (id, indexes)))) usesOf[id][indexes[0]] += 1;
    }

    /* PAYMENTS */

    function netDebt(uint32 merchant, uint32 programme) external {
        merchant = 7 + (merchant % 3);
        programme = 1 + (programme % 2);
        uint256 before = vouchers.owedCents(merchant);
        attempt(abi.encodeCall(IVouchers.netDebt, (merchant, programme)));
        accounts[merchant].netted += before - vouchers.owedCents(merchant);
        sums.netted += before - vouchers.owedCents(merchant);
    }

    function settle(uint32 merchant, uint256 cents, uint8 flaw) external {
        merchant = 7 + (merchant % 2);
        cents = upTo(vouchers.owedCents(merchant), cents);
        IVouchersTypes.Payment[] memory orders = new IVouchersTypes.Payment[](1);
        bool isAgain = flaw % 8 == 0 && refs.length != 0;
        orders[0] = IVouchersTypes.Payment(isAgain ? refs[cents % refs.length] : fresh(), merchant, cents);
        if (!attempt(abi.encodeCall(IVouchers.settle, (orders)))) return;
        refs.push(orders[0].ref);
        accounts[merchant].settling += cents;
    }

    function confirm(uint256 seed) external {
        bytes32[] memory one = new bytes32[](1);
        one[0] = paymentAt(seed);
        if (!attempt(abi.encodeCall(IVouchers.confirm, (one)))) return;
        IVouchersTypes.Settlement memory payment = vouchers.settlingOf(one[0]);
        accounts[payment.merchant].settling -= payment.cents;
        accounts[payment.merchant].paid += payment.cents;
        sums.burned += payment.cents;
    }

    function returned(uint256 seed) external {
        IVouchersTypes.Settlement memory payment = vouchers.settlingOf(paymentAt(seed));
        if (!attempt(abi.encodeCall(IVouchers.returned, (paymentAt(seed), fresh())))) return;
        Account storage account = accounts[payment.merchant];
        if (payment.state == IVouchersTypes.SettlementState.Started) account.settling -= payment.cents;
        else (account.paid, sums.returned) = (account.paid - payment.cents, sums.returned + payment.cents);
    }

    /* TIME AND MERCHANTS */

    function pause(bool byStranger) external {
        if (byStranger) vm.prank(vm.addr(STRANGER_KEY));
        if (attempt(abi.encodeCall(IVouchers.pause, ()))) pauseStart = block.timestamp;
    }

    function unpause() external {
        if (attempt(abi.encodeCall(IVouchers.unpause, ()))) pausedFor += block.timestamp - pauseStart;
    }

    /// @dev Pauses end soon: most calls are stopped meanwhile.
    function pass(uint256 time) external {
        vm.warp(block.timestamp + (time % 4 days));
        if (vouchers.paused()) this.unpause();
    }

    function changeMerchant(uint32 merchant, uint256 time, uint8 act) external {
        merchant = 7 + (merchant % 3);
        uint40 from = uint40(block.timestamp - 1 + (time % 10 days));
        if (act % 4 == 0) attempt(address(registry), abi.encodeCall(IMerchantRegistry.suspend, (merchant, from)));
        else attempt(address(registry), abi.encodeCall(IMerchantRegistry.reinstate, (merchant)));
    }

    function sheetAt(uint256 seed) internal view returns (bytes32) {
        return cuts.length == 0 || seed % 16 == 0 ? bytes32("no sheet") : cuts[(seed >> 4) % cuts.length].id;
    }

    function paymentAt(uint256 seed) private view returns (bytes32) {
        return refs.length == 0 || seed % 16 == 0 ? bytes32("no payment") : refs[(seed >> 4) % refs.length];
    }
}
