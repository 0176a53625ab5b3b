// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IVouchersTypes} from "../../../contracts/interfaces/IVouchersTypes.sol";
import {Leaves} from "../../../contracts/libraries/Leaves.sol";

/// @notice The library's functions with a door: it takes calldata.
contract LeavesHarness {
    function ofSpend(
        bytes32 domain,
        uint32 merchant,
        IVouchersTypes.Item calldata item
    ) external view returns (address, bytes32) {
        return Leaves.ofSpend(domain, merchant, item);
    }

    /// @dev As `Posting.leavesOf` and `Sheets.requireLeaves` call it.
    function rootOf(
        uint256 depth,
        uint256[] calldata places,
        bytes32[] calldata hashes,
        bytes32[] calldata siblings
    ) external pure returns (bytes32, uint256) {
        bytes32[] memory leaves = new bytes32[](2 * places.length);
        for (uint256 i = 0; i < places.length; ++i) Leaves.put(leaves, i, places[i], hashes[i]);
        return Leaves.rootOf(depth, leaves, siblings);
    }
}
