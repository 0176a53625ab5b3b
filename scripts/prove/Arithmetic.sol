// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Books} from "scripts/prove/Books.sol";

/// @notice What the rewriting writes in the place of operators. No function of the contracts is called so.
abstract contract Arithmetic is Books {
    mapping(uint256 a => mapping(uint256 b => uint256)) private anyBits;
    mapping(uint256 high => mapping(uint256 bits => mapping(uint256 low => uint256))) private anyWord;
    mapping(uint256 word => mapping(uint256 bits => uint256)) private anyHigh;
    mapping(uint256 word => mapping(uint256 bits => uint64)) private anyField;
    mapping(uint256 word => uint32) private anyLow;

    /* SUBTRACTIONS AND CONVERSIONS THAT NOTICE A LOSS */

    function minus256(uint256 from, uint256 cents) internal returns (uint256) {
        if (cents <= from) return from - cents;
        lostCents = true;
        return 0;
    }

    function minus64(uint64 from, uint64 cents) internal returns (uint64) {
        if (cents <= from) return from - cents;
        lostCents = true;
        return 0;
    }

    function narrow64(uint256 cents) internal returns (uint64 narrow) {
        if (cents > type(uint64).max) lostCents = true;
        narrow = uint64(cents);
        // Always so: a hint, without which the solver gives no answer.
        require(narrow == cents || lostCents);
    }

    function narrow40(uint256 cents) internal returns (uint40 narrow) {
        if (cents > type(uint40).max) lostCents = true;
        narrow = uint40(cents);
        require(narrow == cents || lostCents);
    }

    /* PACKED WORDS: THE SAME WORD ALWAYS SAYS THE SAME, WHATEVER THAT IS */

    function packed(uint256 high, uint256 bits, uint256 low) internal view returns (uint256 word) {
        word = anyWord[high][bits][low];
        require(shifted(word, bits) == high);
    }

    function shifted(uint256 word, uint256 bits) internal view returns (uint256) {
        return anyHigh[word][bits];
    }

    /// @dev A field of a word: that other bits stand above it is no loss.
    function field64(uint256 word, uint256 bits) internal view returns (uint64) {
        return anyField[word][bits];
    }

    function low32(uint256 word) internal view returns (uint32) {
        return anyLow[word];
    }

    function bitsOfBoth(uint256 a, uint256 b) internal view returns (uint256) {
        return anyBits[a][b];
    }
}
