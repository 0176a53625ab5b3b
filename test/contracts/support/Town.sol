// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Refunder} from "./Refunder.sol";

/// @notice All calls of both versions, by lot.
contract Town is Refunder {
    /// @notice One step of a history, wholly given by its seed.
    function walk(uint256 seed) external {
        uint256 act = seed % 40;
        uint256 a = uint256(keccak256(abi.encode("a", seed)));
        uint256 b = uint256(keccak256(abi.encode("b", seed)));
        uint8 flaw = uint8(seed >> 8);
        if (act < 2) this.fund(uint32(a), b, b >> 32, b >> 64);
        else if (act < 3) this.defund(uint32(a), b, flaw);
        else if (act < 4) this.reclaim(a);
        else if (act < 5) this.restoreGuarantee(uint32(a), b);
        else if (act < 6) this.govern(uint32(a), flaw);
        else if (act < 9) this.cutSheet(a, b, b >> 32, flaw);
        else if (act < 10) this.release(a);
        else if (act < 11) this.closeSheet(a, flaw % 2 == 0);
        else if (act < 12) this.revoke(a, flaw % 8 == 0);
        else if (act < 13) this.netDebt(uint32(a), uint32(b));
        else if (act < 15) this.settle(uint32(a), b, flaw);
        else if (act < 16) this.confirm(a);
        else if (act < 17) this.returned(a);
        else if (act < 18) this.pause(flaw % 4 != 0);
        else if (act < 20) this.pass(b);
        else if (act < 21) this.changeMerchant(uint32(a), b, flaw);
        else if (act < 22) this.changeRole(a);
        else if (act < 28) this.redeem(a, flaw);
        else if (act < 30) this.redeemOne(a, flaw);
        else if (act < 34) this.redeemWithReceipts(a, flaw);
        else if (act < 36) this.payGuarantee(a, flaw);
        else this.refund(a, flaw);
        this.requireSameMoney();
    }

    /// @notice How often each refusal was met.
    function refusalsMet() external view returns (bytes4[] memory, uint256[] memory times) {
        times = new uint256[](refusals.length);
        for (uint256 i = 0; i < refusals.length; ++i) times[i] = timesRefused[refusals[i]];
        return (refusals, times);
    }
}
