// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IPlainVouchersFacts} from "../interfaces/IPlainVouchersFacts.sol";
import {IPlainVouchersTypes} from "../interfaces/IPlainVouchersTypes.sol";

/// @notice A sheet: a perfect tree of notes, and cents that it may still take.
library PlainSheets {
    using SafeCast for uint256;

    bytes32 internal constant LEAF_TAG = keccak256("Kipina note");
    uint8 internal constant MAX_DEPTH = 20;

    function idOf(
        uint32 programme,
        bytes32 root,
        IPlainVouchersTypes.SheetTerms calldata terms,
        bytes32 salt
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(programme, root, terms, salt));
    }

    /// @dev Five words: never confused with a node, which is two.
    function leafOf(uint256 index, address holder, bytes16 noteId, uint256 capCents) internal pure returns (bytes32) {
        return keccak256(abi.encode(LEAF_TAG, index, holder, noteId, capCents));
    }

    /// @dev Refuses unless the leaf of (index, holder, noteId, capCents) stands in exactly that place.
    function requireLeaf(
        IPlainVouchersTypes.Sheet storage sheet,
        bytes32 id,
        uint32 index,
        address holder,
        bytes16 noteId,
        uint64 capCents,
        bytes32[] calldata proof
    ) internal view {
        uint8 depth = sheet.terms.depth;
        require(index < 2 ** depth, IPlainVouchersFacts.IndexOutOfRange(id, index));
        require(proof.length == depth, IPlainVouchersFacts.ProofLengthWrong(id, depth, proof.length));

        bytes32 node = leafOf(index, holder, noteId, capCents);
        for (uint256 level = 0; level < depth; ++level) {
            bool isRightSide = (index >> level) & 1 == 1;
            node =
                isRightSide
                    ? Hashes.efficientKeccak256(proof[level], node)
                    : Hashes.efficientKeccak256(node, proof[level]);
        }
        require(node == sheet.root, IPlainVouchersFacts.LeafNotOnSheet(id, index, holder));
    }

    function isCut(IPlainVouchersTypes.Sheet storage sheet) internal view returns (bool) {
        return sheet.terms.validUntil != 0;
    }

    function leftCents(IPlainVouchersTypes.Sheet storage sheet) internal view returns (uint256) {
        return sheet.isClosed ? 0 : sheet.terms.committedCents - sheet.spentCents;
    }

    /// @dev For redeeming and releasing alike.
    function spend(IPlainVouchersTypes.Sheet storage sheet, uint256 cents) internal {
        sheet.spentCents += cents.toUint64();
    }
}
