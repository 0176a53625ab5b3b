// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IVouchersTypes} from "../interfaces/IVouchersTypes.sol";
import {Signed} from "./Signed.sol";

/// @notice From packed items to the root that proves them. The only assembly here: what runs for each redemption.
/// @dev In plain Solidity a redemption costs a fifth more (README). A fuzz test holds both functions to plain Solidity,
/// and whole histories are held to the reference contract.
library Leaves {
    bytes32 internal constant TAG = keccak256("Kipina note");
    /// @dev Half of the order of secp256k1: signatures with a higher s are refused (EIP-2).
    uint256 private constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    /// @dev Who signed the Spend that the item and its merchant make up, and the leaf that this holder would have.
    /// `holder` is zero for what is no signature: the caller refuses it.
    ///
    /// Safe because it reads the item's four words, which the caller's bounds check covers; writes only above the free
    /// memory pointer, which nothing relies on; masks each field to its width before it is hashed; and takes a holder
    /// from the precompile only when that answered a whole word.
    /// @param domain The EIP-712 separator.
    function ofSpend(
        bytes32 domain,
        uint32 merchant,
        IVouchersTypes.Item calldata item
    ) internal view returns (address holder, bytes32 leaf) {
        bytes32 typeHash = Signed.SPEND;
        bytes32 tag = TAG;
        uint256 half = HALF_ORDER;
        assembly ("memory-safe") {
            let free := mload(0x40)
            let note := calldataload(add(item, 0x40))
            let terms := calldataload(add(item, 0x60))
            let noteId := shl(128, shr(128, note))

            mstore(free, typeHash)
            mstore(add(free, 0x20), noteId)
            mstore(add(free, 0x40), and(merchant, 0xffffffff))
            mstore(add(free, 0x60), and(shr(40, terms), 0xffffffffff))
            mstore(add(free, 0x80), and(shr(120, terms), 0xffffffffff))
            mstore(add(free, 0xa0), shl(128, note))
            let digest := keccak256(free, 0xc0)
            mstore(free, shl(240, 0x1901))
            mstore(add(free, 0x02), domain)
            mstore(add(free, 0x22), digest)
            digest := keccak256(free, 0x42)

            let vs := calldataload(add(item, 0x20))
            let s := shr(1, shl(1, vs))
            mstore(free, digest)
            mstore(add(free, 0x20), add(27, shr(255, vs)))
            mstore(add(free, 0x40), calldataload(item))
            mstore(add(free, 0x60), s)
            let isDone := staticcall(gas(), 1, free, 0x80, 0x00, 0x20)
            let isSound := and(and(isDone, eq(returndatasize(), 0x20)), iszero(gt(s, half)))
            holder := mul(mload(0x00), isSound)

            mstore(free, tag)
            mstore(add(free, 0x20), and(shr(160, terms), 0xffffff))
            mstore(add(free, 0x40), holder)
            mstore(add(free, 0x60), noteId)
            mstore(add(free, 0x80), and(shr(80, terms), 0xffffffffff))
            leaf := keccak256(free, 0xa0)
        }
    }

    /// @dev Writes place and leaf as the pair at `position`. Safe because whoever calls made room for 2 * position + 2
    /// words: both callers take the array's length from the number of items.
    function put(bytes32[] memory leaves, uint256 position, uint256 place, bytes32 leaf) internal pure {
        assembly ("memory-safe") {
            let pair := add(add(leaves, 0x20), shl(6, position))
            mstore(pair, place)
            mstore(add(pair, 0x20), leaf)
        }
    }

    /// @dev The root that leaves in their places make up together with `siblings`, and how many of them it needs. The
    /// places and the depth say alone which nodes are hashed with which, so there is no second way to read a proof.
    ///
    /// Safe because it writes to the scratch space and over the array it is given, parents over children that were read
    /// before; because it ends (each level reads each node once, and there are `depth` levels); and because a proof too
    /// short is read on into other calldata, never trusted: the caller compares `needed` with what was given.
    /// @param leaves Place and leaf, place and leaf, ...: places strictly ascending, below 2**depth, at least one. Used
    /// up.
    /// @param siblings Level by level from the leaves up, in each from left to right.
    function rootOf(
        uint256 depth,
        bytes32[] memory leaves,
        bytes32[] calldata siblings
    ) internal pure returns (bytes32 root, uint256 needed) {
        assembly ("memory-safe") {
            let first := add(leaves, 0x20)
            let end := add(first, shl(5, mload(leaves)))
            let sibling := siblings.offset
            for {} depth {
                depth := sub(depth, 1)
            } {
                let parent := first
                let child := first
                for {} lt(child, end) {} {
                    let place := mload(child)
                    let side := shl(5, and(place, 1))
                    mstore(side, mload(add(child, 0x20)))
                    child := add(child, 0x40)
                    // Only a left node's neighbour can follow it.
                    switch and(eq(mload(child), xor(place, 1)), lt(child, end))
                    case 0 {
                        mstore(xor(side, 0x20), calldataload(sibling))
                        sibling := add(sibling, 0x20)
                    }
                    default {
                        mstore(0x20, mload(add(child, 0x20)))
                        child := add(child, 0x40)
                    }
                    mstore(parent, shr(1, place))
                    mstore(add(parent, 0x20), keccak256(0x00, 0x40))
                    parent := add(parent, 0x40)
                }
                end := parent
            }
            root := mload(add(leaves, 0x40))
            needed := shr(5, sub(sibling, siblings.offset))
        }
    }
}
