// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

/// @notice Reads packed words: the `note` and `terms` of an item, and what is told of it.
library Items {
    function noteId(bytes32 note) internal pure returns (bytes16) {
        return bytes16(note);
    }

    function commitment(bytes32 note) internal pure returns (bytes16) {
        return bytes16(note << 128);
    }

    function amountCents(uint256 terms) internal pure returns (uint64) {
        return uint40(terms);
    }

    function mostCents(uint256 terms) internal pure returns (uint64) {
        return uint40(terms >> 40);
    }

    function capCents(uint256 terms) internal pure returns (uint64) {
        return uint40(terms >> 80);
    }

    function deadline(uint256 terms) internal pure returns (uint64) {
        return uint40(terms >> 120);
    }

    function index(uint256 terms) internal pure returns (uint256) {
        return uint24(terms >> 160);
    }

    function merchantPosition(uint256 terms) internal pure returns (uint256) {
        return uint8(terms >> 184);
    }

    /// @dev A redemption as it is told: place (32 bits), merchant (32), cents (64).
    function redemption(uint256 place, uint256 merchant, uint256 cents) internal pure returns (uint256) {
        return (place << 96) | (merchant << 64) | cents;
    }
}
