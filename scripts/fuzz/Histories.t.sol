// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IVouchersTypes} from "../../contracts/interfaces/IVouchersTypes.sol";
import {InvariantsTest} from "../../test/contracts/Invariants.t.sol";
import {Town} from "../../test/contracts/support/Town.sol";
import {deploy, vm} from "../../test/contracts/support/Vm.sol";

/// @notice Histories for the long run: each is given by its seed, plays on both versions, and writes one line of counts.
contract HistoriesTest {
    Town private town;
    InvariantsTest private invariants;
    uint256 private calls;
    string private counts;

    function setUp() public {
        town = Town(deploy("test/contracts/support/Town.sol:Town", ""));
        invariants = new InvariantsTest();
        invariants.watch(town);
        calls = vm.envOr("FUZZ_CALLS", uint256(0));
        counts = vm.envOr("FUZZ_COUNTS", string(""));
    }

    function testFuzz_HistoriesAgree(uint256 seed) public {
        // One alone, that failed before.
        seed = vm.envOr("FUZZ_HISTORY", seed);
        for (uint256 step = 0; town.calls() < calls; ++step) {
            town.walk(uint256(keccak256(abi.encode(seed, step))));
            if (step % 50 == 49) invariants.requireAll();
        }
        invariants.requireAll();
        tell();
    }

    /// @dev calls accepted [refusal times]... [reason to pass over, times]...
    function tell() private {
        string memory line = string.concat(Strings.toString(town.calls()), " ", Strings.toString(town.accepted()));
        (bytes4[] memory words, uint256[] memory times) = town.refusalsMet();
        for (uint256 i = 0; i < words.length; ++i) {
            string memory word = Strings.toHexString(uint32(words[i]), 4);
            line = string.concat(line, " ", word, " ", Strings.toString(times[i]));
        }
        for (uint8 reason = 1; reason <= uint8(type(IVouchersTypes.SkipReason).max); ++reason) {
            uint256 skipped = town.timesSkipped(IVouchersTypes.SkipReason(reason));
            line = string.concat(line, " ", Strings.toString(reason), " ", Strings.toString(skipped));
        }
        vm.writeLine(counts, line);
    }
}
