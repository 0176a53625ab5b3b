// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IVouchersFacts} from "../interfaces/IVouchersFacts.sol";
import {IVouchersTypes} from "../interfaces/IVouchersTypes.sol";
import {Leaves} from "./Leaves.sol";

/// @notice A sheet: a perfect tree of notes, and cents that it may still take.
library Sheets {
    using SafeCast for uint256;

    uint8 internal constant MAX_DEPTH = 20;

    /// @dev Five words: never confused with a node, which is two.
    function leafOf(uint256 index, address holder, bytes16 noteId, uint256 capCents) internal pure returns (bytes32) {
        return keccak256(abi.encode(Leaves.TAG, index, holder, noteId, capCents));
    }

    /// @dev Refuses unless each leaf stands in exactly its place.
    /// @param leaves As `Leaves.rootOf` takes them, and uses them up.
    function requireLeaves(
        bytes32 root,
        uint256 depth,
        bytes32[] memory leaves,
        bytes32[] calldata siblings
    ) internal pure {
        uint256 last = uint256(leaves[leaves.length - 2]);
        require(last < 2 ** depth, IVouchersFacts.IndexOutOfRange(root, last));
        (bytes32 found, uint256 needed) = Leaves.rootOf(depth, leaves, siblings);
        require(needed == siblings.length, IVouchersFacts.ProofLengthWrong(root, needed, siblings.length));
        require(found == root, IVouchersFacts.LeavesNotOnSheet(root));
    }

    function isCut(IVouchersTypes.Sheet memory sheet) internal pure returns (bool) {
        return sheet.validUntil != 0;
    }

    function leftCents(IVouchersTypes.Sheet memory sheet) internal pure returns (uint256) {
        return sheet.isClosed ? 0 : sheet.committedCents - sheet.spentCents;
    }

    /// @dev For redeeming and releasing alike.
    function spend(IVouchersTypes.Sheet storage sheet, uint256 cents) internal {
        sheet.spentCents += cents.toUint40();
    }
}
