// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IVouchersTypes} from "../../../contracts/interfaces/IVouchersTypes.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

/// @notice Notes, their trees, and the proofs that either version takes.
abstract contract Notes is World {
    /// @notice A sheet as it was drawn up; its notes have numbers that follow each other.
    struct Drawn {
        bytes32 id;
        bytes32 plainId;
        IVouchersTypes.Cut cut;
        uint256 firstNote;
        uint256 tree;
    }

    bytes32 private constant LEAF_TAG = keccak256("Kipina note");
    uint256 private constant FIRST_KEY = 1_000_000;

    Drawn[] internal drawn;
    uint256 internal notesMade;
    uint256 private treesMade;
    mapping(uint256 note => address) private holders;
    mapping(uint256 tree => mapping(uint256 levelAndPlace => bytes32)) private nodes;

    function sheets() external view returns (Drawn[] memory) {
        return drawn;
    }

    /// @notice Where the notes of a sheet stand: at both ends of the tree, and of the words that hold the bits of 256
    /// places.
    function placesOf(uint256 depth) public pure returns (uint24[] memory places) {
        if (depth < 3) {
            places = new uint24[](2 ** depth);
            for (uint24 i = 0; i < places.length; ++i) places[i] = i;
            return places;
        }
        places = new uint24[](5);
        uint24 last = uint24(2 ** depth - 1);
        (places[0], places[1], places[2], places[3], places[4]) =
            depth < 9 ? (0, 1, uint24(2), last - 2, last) : (0, 255, uint24(256), last - 1, last);
    }

    function keyOf(uint256 note) internal pure returns (uint256) {
        return FIRST_KEY + note;
    }

    function noteIdOf(uint256 note) public pure returns (bytes16) {
        return bytes16(keccak256(abi.encode("note", note)));
    }

    function capOf(uint256 note) public pure returns (uint64) {
        return note % 2 == 0 ? 500 : 1_000;
    }

    function holderOf(uint256 note) internal returns (address holder) {
        holder = holders[note];
        if (holder == address(0)) holders[note] = holder = vm.addr(keyOf(note));
    }

    /* TREES */

    /// @dev Keeps the nodes above notes; each other node is a hash of where it stands.
    function grow(uint256 depth, uint256 firstNote) internal returns (uint256 tree, bytes32 root) {
        tree = ++treesMade;
        uint24[] memory places = placesOf(depth);
        uint256 length = places.length;
        for (uint256 i = 0; i < length; ++i) {
            uint256 note = firstNote + i;
            nodes[tree][places[i]] = keccak256(
                abi.encode(LEAF_TAG, uint256(places[i]), holderOf(note), noteIdOf(note), capOf(note))
            );
        }
        for (uint256 level = 0; level < depth; ++level) {
            uint256 parents = 0;
            for (uint256 i = 0; i < length; ++i) {
                uint24 parent = places[i] >> 1;
                if (parents != 0 && places[parents - 1] == parent) continue;
                bytes32 left = nodeAt(tree, level, parent * 2);
                bytes32 right = nodeAt(tree, level, parent * 2 + 1);
                nodes[tree][((level + 1) << 32) | parent] = keccak256(abi.encodePacked(left, right));
                places[parents++] = parent;
            }
            length = parents;
        }
        root = nodeAt(tree, depth, 0);
    }

    function nodeAt(uint256 tree, uint256 level, uint256 place) private view returns (bytes32 node) {
        node = nodes[tree][(level << 32) | place];
        if (node == 0) node = keccak256(abi.encode("dummy", tree, level, place));
    }

    /// @dev For one place, as the plain version takes it.
    function pathOf(Drawn memory sheet, uint256 place) internal view returns (bytes32[] memory path) {
        path = new bytes32[](sheet.cut.depth);
        for (uint256 level = 0; level < path.length; ++level) {
            path[level] = nodeAt(sheet.tree, level, (place >> level) ^ 1);
        }
    }

    /// @dev For all places at once; they ascend.
    function siblingsOf(Drawn memory sheet, uint256[] memory places) internal view returns (bytes32[] memory siblings) {
        uint256 depth = sheet.cut.depth;
        uint256 length = places.length;
        uint256[] memory row = new uint256[](length);
        for (uint256 i = 0; i < length; ++i) row[i] = places[i];
        bytes32[] memory found = new bytes32[](length * depth);
        uint256 count = 0;
        for (uint256 level = 0; level < depth; ++level) {
            uint256 parents = 0;
            for (uint256 i = 0; i < length; ++i) {
                bool hasNeighbour = i + 1 < length && row[i + 1] == row[i] ^ 1;
                if (!hasNeighbour) found[count++] = nodeAt(sheet.tree, level, row[i] ^ 1);
                row[parents++] = row[i] >> 1;
                if (hasNeighbour) ++i;
            }
            length = parents;
        }
        siblings = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) siblings[i] = found[i];
    }
}
