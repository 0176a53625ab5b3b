// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IVouchersTypes} from "../../contracts/interfaces/IVouchersTypes.sol";
import {LeavesHarness} from "./support/LeavesHarness.sol";
import {vm} from "./support/Vm.sol";

/// @notice Holds the assembly of Leaves to plain Solidity: any item, any signature, any places of any tree.
contract LeavesTest {
    bytes32 private constant SPEND = keccak256(
        "Spend(bytes16 noteId,uint32 merchant,uint64 mostCents,uint64 deadline,bytes16 commitment)"
    );
    bytes32 private constant TAG = keccak256("Kipina note");
    uint256 private constant MOST_ITEMS = 12;

    struct Tree {
        uint256 seed;
        uint256[][] places;
        bytes32[][] nodes;
    }

    LeavesHarness private harness;

    function setUp() public {
        harness = new LeavesHarness();
    }

    /// Whoever signed is found, whatever stands in the words, also in the bits that mean nothing.
    function testFuzz_FindsTheHolder(
        bytes32 domain,
        uint32 merchant,
        bytes32 note,
        uint256 terms,
        uint256 key
    ) public view {
        key = 1 + (key % type(uint128).max);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digestOf(domain, merchant, note, terms));
        bytes32 vs = s | bytes32(uint256(v - 27) << 255);
        IVouchersTypes.Item memory item = IVouchersTypes.Item(IVouchersTypes.Signature(r, vs), note, terms);
        (address holder, bytes32 leaf) = harness.ofSpend(domain, merchant, item);
        require(holder == vm.addr(key), "another holder");
        require(leaf == leafOf(holder, note, terms), "another leaf");
    }

    /// What OpenZeppelin recovers is recovered; what it refuses has no holder.
    function testFuzz_RecoversAsTheLibraryDoes(
        bytes32 domain,
        uint32 merchant,
        bytes32[4] calldata words,
        uint256 edge
    ) public view {
        (bytes32 r, bytes32 vs, bytes32 note, uint256 terms) = (words[0], words[1], words[2], uint256(words[3]));
        bytes32 half = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;
        if (edge % 8 == 0) r = 0;
        if (edge % 8 == 1) vs = bytes32(uint256(half) + ((edge >> 8) % 3) - 1);
        if (edge % 8 == 2) vs = bytes32(0);
        if (edge % 8 == 3) vs = bytes32(uint256(half) + ((edge >> 8) % 2)) | bytes32(uint256(1) << 255);
        bytes32 digest = digestOf(domain, merchant, note, terms);
        (address signer, ECDSA.RecoverError error, ) = ECDSA.tryRecover(digest, r, vs);
        if (error != ECDSA.RecoverError.NoError) signer = address(0);
        IVouchersTypes.Item memory item = IVouchersTypes.Item(IVouchersTypes.Signature(r, vs), note, terms);
        (address holder, bytes32 leaf) = harness.ofSpend(domain, merchant, item);
        require(holder == signer, "another holder");
        require(leaf == leafOf(holder, note, terms), "another leaf");
    }

    /// One proof for many places gives the root exactly if each place's own proof does.
    function testFuzz_ProvesManyAsEachAlone(uint256 seed, uint8 depth, uint8 items, uint8 flaw) public view {
        depth = depth % 21;
        (uint256[] memory places, bytes32[] memory hashes) = leavesOf(seed, depth, items);
        Tree memory tree = grow(seed, depth, places, hashes);
        bytes32[] memory siblings = siblingsOf(tree);
        (bytes32 root, uint256 needed) = harness.rootOf(depth, places, hashes, siblings);
        requireSingleProofs(tree, root);
        require(needed == siblings.length, "another length");

        if (flaw % 3 == 0 && siblings.length != 0) {
            siblings[flaw % siblings.length] ^= bytes32(1 << (seed % 256));
        } else if (flaw % 3 == 1) {
            hashes[flaw % hashes.length] ^= bytes32(1 << (seed % 256));
        } else if (!move(places, flaw, depth)) {
            return;
        }
        (bytes32 found, ) = harness.rootOf(depth, places, hashes, siblings);
        require(found != root, "a changed proof gives the same root");
    }

    /* IN PLAIN SOLIDITY */

    function digestOf(bytes32 domain, uint32 merchant, bytes32 note, uint256 terms) private pure returns (bytes32) {
        IVouchersTypes.Spend memory spend = IVouchersTypes.Spend({
            noteId: bytes16(note),
            merchant: merchant,
            mostCents: uint64((terms / 2 ** 40) % 2 ** 40),
            deadline: uint64((terms / 2 ** 120) % 2 ** 40),
            commitment: bytes16(uint128(uint256(note)))
        });
        return keccak256(abi.encodePacked(hex"1901", domain, keccak256(abi.encode(SPEND, spend))));
    }

    function leafOf(address holder, bytes32 note, uint256 terms) private pure returns (bytes32) {
        uint256 index = (terms / 2 ** 160) % 2 ** 24;
        uint256 capCents = (terms / 2 ** 80) % 2 ** 40;
        return keccak256(abi.encode(TAG, index, holder, bytes16(note), capCents));
    }

    /// @dev Ascending places, close together or far apart.
    function leavesOf(
        uint256 seed,
        uint256 depth,
        uint256 items
    ) private pure returns (uint256[] memory places, bytes32[] memory hashes) {
        uint256 width = 2 ** depth;
        items = 1 + (items % (width < MOST_ITEMS ? width : MOST_ITEMS));
        places = new uint256[](items);
        hashes = new bytes32[](items);
        uint256 next = 0;
        for (uint256 i = 0; i < items; ++i) {
            uint256 room = width - next - (items - 1 - i);
            uint256 lot = uint256(keccak256(abi.encode(seed, "place", i)));
            uint256 step = lot % 2 == 0 ? 0 : (lot >> 8) % (lot % 4 == 1 && room > 3 ? 3 : room);
            places[i] = next + step;
            next = places[i] + 1;
            hashes[i] = keccak256(abi.encode(seed, "leaf", i));
        }
    }

    /// @dev The nodes above leaves, level by level: hashed together, with anything at all beside them.
    function grow(
        uint256 seed,
        uint256 depth,
        uint256[] memory places,
        bytes32[] memory hashes
    ) private pure returns (Tree memory tree) {
        tree.seed = seed;
        tree.places = new uint256[][](depth + 1);
        tree.nodes = new bytes32[][](depth + 1);
        (tree.places[0], tree.nodes[0]) = (places, hashes);
        for (uint256 level = 0; level < depth; ++level) {
            uint256 length = tree.places[level].length;
            uint256[] memory parents = new uint256[](length);
            bytes32[] memory nodes = new bytes32[](length);
            uint256 count = 0;
            for (uint256 i = 0; i < length; ++i) {
                uint256 parent = tree.places[level][i] >> 1;
                if (count != 0 && parents[count - 1] == parent) continue;
                parents[count] = parent;
                nodes[count++] = Hashes.efficientKeccak256(
                    nodeAt(tree, level, 2 * parent),
                    nodeAt(tree, level, 2 * parent + 1)
                );
            }
            (tree.places[level + 1], tree.nodes[level + 1]) = (new uint256[](count), new bytes32[](count));
            for (uint256 i = 0; i < count; ++i) {
                (tree.places[level + 1][i], tree.nodes[level + 1][i]) = (parents[i], nodes[i]);
            }
        }
    }

    function nodeAt(Tree memory tree, uint256 level, uint256 place) private pure returns (bytes32) {
        for (uint256 i = 0; i < tree.places[level].length; ++i) {
            if (tree.places[level][i] == place) return tree.nodes[level][i];
        }
        return keccak256(abi.encode(tree.seed, level, place));
    }

    function isKnown(Tree memory tree, uint256 level, uint256 place) private pure returns (bool) {
        for (uint256 i = 0; i < tree.places[level].length; ++i) if (tree.places[level][i] == place) return true;
        return false;
    }

    /// @dev Each place's own path leads to the same root.
    function requireSingleProofs(Tree memory tree, bytes32 root) private pure {
        for (uint256 i = 0; i < tree.places[0].length; ++i) {
            bytes32 node = tree.nodes[0][i];
            for (uint256 level = 0; level + 1 < tree.nodes.length; ++level) {
                uint256 place = tree.places[0][i] >> level;
                bytes32 sibling = nodeAt(tree, level, place ^ 1);
                node =
                    place & 1 == 1
                        ? Hashes.efficientKeccak256(sibling, node)
                        : Hashes.efficientKeccak256(node, sibling);
            }
            require(node == root, "a single proof gives another root");
        }
    }

    function siblingsOf(Tree memory tree) private pure returns (bytes32[] memory siblings) {
        bytes32[] memory some = new bytes32[](tree.nodes.length * tree.nodes[0].length);
        uint256 count = 0;
        for (uint256 level = 0; level + 1 < tree.nodes.length; ++level) {
            for (uint256 i = 0; i < tree.places[level].length; ++i) {
                uint256 neighbour = tree.places[level][i] ^ 1;
                if (!isKnown(tree, level, neighbour)) some[count++] = nodeAt(tree, level, neighbour);
            }
        }
        siblings = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) siblings[i] = some[i];
    }

    /// @dev One place further, if there is room.
    function move(uint256[] memory places, uint256 lot, uint256 depth) private pure returns (bool) {
        uint256 i = lot % places.length;
        uint256 next = i + 1 == places.length ? 2 ** depth : places[i + 1];
        if (places[i] + 1 >= next) return false;
        ++places[i];
        return true;
    }
}
