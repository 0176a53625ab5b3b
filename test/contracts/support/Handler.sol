// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {IMerchantRegistry} from "../../../contracts/interfaces/IMerchantRegistry.sol";
import {IVouchers} from "../../../contracts/interfaces/IVouchers.sol";
import {IVouchersTypes} from "../../../contracts/interfaces/IVouchersTypes.sol";
import {IPlainVouchers} from "../reference/interfaces/IPlainVouchers.sol";
import {IPlainVouchersTypes} from "../reference/interfaces/IPlainVouchersTypes.sol";
import {Same} from "./Same.sol";
import {vm} from "./Vm.sol";

/// @notice Calls that carry no notes, with values that are mostly right and often just wrong. `flaw` says what is wrong.
abstract contract Handler is Same {
    uint256 internal edgeAt;
    uint256 internal edgeSheet;

    /* PROGRAMMES */

    function fund(uint32 programme, uint256 budget, uint256 float, uint256 guarantee) external {
        programme = programme % 3;
        uint64[3] memory cents = [uint64(budget % 9_000), uint64(float % 2_000), uint64(guarantee % 2_000)];
        uint256 sum = uint256(cents[0]) + cents[1] + cents[2];
        if (budget % 16 == 0) (cents[0], cents[1], cents[2], sum) = (0, 0, 0, 0);
        if (sum != 0) {
            bytes32 entry = fresh();
            token.mint(entry, sum);
            plainToken.mint(entry, sum);
            sums.minted += sum;
        }
        bool isDone = attempt(
            abi.encodeCall(IVouchers.fund, (programme, cents[0], cents[1], cents[2])),
            abi.encodeCall(IPlainVouchers.fund, (programme, cents[0], cents[1], cents[2]))
        );
        if (!isDone) return;
        sums.budgetIn += cents[0];
        sums.floatIn += cents[1];
        sums.guaranteeIn += cents[2];
    }

    function defund(uint32 programme, uint256 seed, uint8 pot) external {
        programme = programme % 3;
        IVouchersTypes.Programme memory held = vouchers.programmeOf(programme);
        uint64 available = pot % 4 == 1 ? upTo(held.availableCents, seed) : 0;
        uint64 float = pot % 4 == 2 ? upTo(held.floatCents, seed) : 0;
        uint64 guarantee = pot % 4 == 3 ? upTo(held.guaranteeCents, seed) : 0;
        bool isDone = attempt(
            pot % 32 < 4 ? stranger : address(this),
            abi.encodeCall(IVouchers.defund, (programme, available, float, guarantee)),
            abi.encodeCall(IPlainVouchers.defund, (programme, available, float, guarantee))
        );
        if (!isDone) return;
        sums.budgetOut += available;
        sums.floatOut += float;
        sums.guaranteeOut += guarantee;
    }

    function reclaim(uint256 seed) external {
        uint256 length = lengthFor(seed);
        IVouchersTypes.Reclaim[] memory reclaims = new IVouchersTypes.Reclaim[](length);
        bytes[] memory plainCalls = new bytes[](length);
        uint256[3] memory taken;
        for (uint256 i = 0; i < length; ++i) {
            uint256 lot = lotOf(seed, i);
            uint32 programme = lot % 8 == 0 ? 0 : uint32(1 + ((lot >> 8) % 2));
            uint256 most = reclaimable(programme, taken[programme], lot >> 16);
            // Mostly something is left for the last one, which then often takes a cent too much.
            uint64 cents = upTo(i + 1 < length ? most / 2 : most, lot >> 24);
            taken[programme] += cents;
            reclaims[i] = IVouchersTypes.Reclaim(programme, cents);
            plainCalls[i] = abi.encodeCall(IPlainVouchers.reclaim, (programme, cents));
        }
        address caller = (seed >> 8) % 16 == 0 ? stranger : address(this);
        attemptList(caller, abi.encodeCall(IVouchers.reclaim, (reclaims)), plainCalls);
    }

    function reclaimable(uint32 programme, uint256 taken, uint256 lot) private view returns (uint256) {
        IVouchersTypes.Programme memory held = vouchers.programmeOf(programme);
        uint256 outstanding = minus(held.outstandingCents, taken);
        uint256 free = minus(outstanding + held.floatCents, held.lockedCents);
        // All that is free leaves sheets that only the float covers.
        return free <= outstanding && lot % 4 != 0 ? free : outstanding;
    }

    function restoreGuarantee(uint32 programme, uint256 seed) external {
        programme = programme % 3;
        uint64 paidCents = vouchers.programmeOf(programme).guaranteePaidCents;
        // Little at a time: mostly, open sheets need what is outstanding.
        uint64 cents = upTo(seed % 32 < 16 ? paidCents / 8 : paidCents, seed >> 8);
        bool isDone = attempt(
            abi.encodeCall(IVouchers.restoreGuarantee, (programme, cents)),
            abi.encodeCall(IPlainVouchers.restoreGuarantee, (programme, cents))
        );
        if (isDone) sums.restored += cents;
    }

    function govern(uint32 programme, uint8 act) external {
        programme = programme % 3;
        address caller = act % 4 == 0 ? stranger : address(this);
        if (act % 3 == 0) {
            uint32 taken = 1 + (programme % 2);
            attempt(
                caller,
                abi.encodeCall(IVouchers.openProgramme, (taken, address(this), 0)),
                abi.encodeCall(IPlainVouchers.openProgramme, (taken, address(this), 0))
            );
        } else if (act % 3 == 1) {
            uint64 limit = act % 8 == 1 ? 500 : DAILY_LIMIT;
            attempt(
                caller,
                abi.encodeCall(IVouchers.setDailyLimit, (programme, limit)),
                abi.encodeCall(IPlainVouchers.setDailyLimit, (programme, limit))
            );
        } else {
            address issuer = act % 16 == 2 ? address(0) : address(this);
            bytes memory call = abi.encodeCall(IVouchers.setIssuer, (programme, issuer));
            attempt(caller, call, call);
        }
    }

    /// @dev Two acceptors come and go, mostly come.
    function changeRole(uint256 seed) external {
        address account = seed % 3 == 0 ? acceptor : second;
        bytes32 role = vouchers.ACCEPTOR_ROLE();
        address caller = (seed >> 8) % 8 == 0 ? stranger : address(this);
        bytes memory call = abi.encodeCall(IAccessControl.grantRole, (role, account));
        if ((seed >> 16) % 3 == 0) call = abi.encodeCall(IAccessControl.revokeRole, (role, account));
        else if ((seed >> 16) % 16 == 1) {
            (caller, call) = (account, abi.encodeCall(IAccessControl.renounceRole, (role, account)));
        }
        attempt(caller, call, call);
    }

    /// @notice Ends a pause and gives the first acceptor its role, if need be.
    function calm() external {
        if (isPaused()) unpause();
        bytes memory call = abi.encodeCall(IAccessControl.grantRole, (vouchers.ACCEPTOR_ROLE(), acceptor));
        attempt(call, call);
    }

    /* PAYMENTS */

    function netDebt(uint32 merchant, uint32 programme) external {
        merchant = merchantAt(merchant);
        programme = 1 + (programme % 2);
        uint256 before = vouchers.owedCents(merchant);
        bytes memory call = abi.encodeCall(IVouchers.netDebt, (merchant, programme));
        attempt(stranger, call, call);
        uint256 cents = before - vouchers.owedCents(merchant);
        accounts[merchant].netted += cents;
        sums.netted += cents;
    }

    function settle(uint32 merchant, uint256 seed, uint8 flaw) external {
        merchant = merchantAt(merchant);
        uint64 cents = upTo(vouchers.owedCents(merchant), seed);
        bool isAgain = flaw % 8 == 0 && refs.length != 0;
        bytes32 ref = isAgain ? refs[seed % refs.length] : fresh();
        IVouchersTypes.Payment[] memory orders = new IVouchersTypes.Payment[](1);
        IPlainVouchersTypes.Payment[] memory plainOrders = new IPlainVouchersTypes.Payment[](1);
        orders[0] = IVouchersTypes.Payment(ref, merchant, cents);
        plainOrders[0] = IPlainVouchersTypes.Payment(ref, merchant, cents);
        bool isDone = attempt(
            flaw % 16 == 1 ? stranger : address(this),
            abi.encodeCall(IVouchers.settle, (orders)),
            abi.encodeCall(IPlainVouchers.settle, (plainOrders))
        );
        if (!isDone) return;
        refs.push(ref);
        accounts[merchant].settling += cents;
    }

    function confirm(uint256 seed) external {
        bytes32[] memory one = new bytes32[](1);
        one[0] = paymentAt(seed);
        bytes memory call = abi.encodeCall(IVouchers.confirm, (one));
        bool isDone = attempt(call, call);
        requireSamePayment(one[0]);
        if (!isDone) return;
        IVouchersTypes.Settlement memory payment = vouchers.settlingOf(one[0]);
        accounts[payment.merchant].settling -= payment.cents;
        accounts[payment.merchant].paid += payment.cents;
        sums.burned += payment.cents;
    }

    function returned(uint256 seed) external {
        bytes32 ref = paymentAt(seed);
        IVouchersTypes.Settlement memory payment = vouchers.settlingOf(ref);
        bytes memory call = abi.encodeCall(IVouchers.returned, (ref, fresh()));
        bool isDone = attempt(call, call);
        requireSamePayment(ref);
        if (!isDone) return;
        Account storage account = accounts[payment.merchant];
        if (payment.state == IVouchersTypes.SettlementState.Started) account.settling -= payment.cents;
        else (account.paid, sums.returned) = (account.paid - payment.cents, sums.returned + payment.cents);
    }

    function paymentAt(uint256 seed) private view returns (bytes32) {
        return refs.length == 0 || seed % 16 == 0 ? bytes32("no payment") : refs[(seed >> 4) % refs.length];
    }

    /* TIME AND MERCHANTS */

    function pause(bool byStranger) external {
        bytes memory call = abi.encodeCall(IVouchers.pause, ());
        if (attempt(byStranger ? stranger : address(this), call, call)) pauseStart = block.timestamp;
    }

    function unpause() public {
        bytes memory call = abi.encodeCall(IVouchers.unpause, ());
        if (attempt(call, call)) pausedFor += block.timestamp - pauseStart;
    }

    /// @dev Pauses end soon: most calls are stopped meanwhile. Now and then time stops at the last second of a sheet, or
    /// of the acceptor's time alone, or at the one after it; then that sheet is posted on.
    function pass(uint256 seed) external {
        uint256 to = block.timestamp + (seed % 4 days);
        uint256 lot = (seed >> 32) % 8;
        for (uint256 tries = 0; tries < 8 && drawn.length != 0 && lot < 3; ++tries) {
            uint256 sheet = uint256(keccak256(abi.encode(seed, tries))) % drawn.length;
            bytes32 id = drawn[sheet].id;
            if (vouchers.leftCents(id) == 0) continue;
            uint256 edge = lot == 0 ? vouchers.escapeOpensAt(id) - 1 : vouchers.closesAt(id);
            edge += (seed >> 64) % 2;
            if (edge < block.timestamp) continue;
            (to, edgeAt, edgeSheet) = (edge, edge, sheet);
            break;
        }
        bool wasPaused = isPaused();
        vm.warp(to);
        if (wasPaused) unpause();
    }

    function isPaused() public view returns (bool) {
        return Pausable(address(vouchers)).paused();
    }

    function changeMerchant(uint32 merchant, uint256 seed, uint8 act) external {
        merchant = merchantAt(merchant);
        uint40 from = uint40(block.timestamp - 1 + (seed % 10 days));
        bytes memory call = abi.encodeCall(IMerchantRegistry.reinstate, (merchant));
        if (act % 4 == 0) call = abi.encodeCall(IMerchantRegistry.suspend, (merchant, from));
        if (act % 8 == 1) call = abi.encodeCall(IMerchantRegistry.setPurposes, (merchant, uint8(seed % 4)));
        if (act % 32 == 2) call = abi.encodeCall(IMerchantRegistry.register, (merchant, uint8(seed % 4)));
        attempt(act % 16 == 3 ? stranger : address(this), address(registry), call, address(plainRegistry), call);
        // Whoever asks for it: nothing changes that the registry did not say.
        if (seed % 4 == 0) vouchers.syncMerchant(merchant);
    }

    /// @dev 9 is unknown at first, 10 nearly always.
    function merchantAt(uint256 seed) internal pure returns (uint32) {
        uint256 lot = seed % 16;
        if (lot == 15) return 10;
        return lot == 14 ? 9 : uint32(7 + (lot % 2));
    }
}
