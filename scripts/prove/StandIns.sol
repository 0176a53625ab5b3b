// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Arithmetic} from "scripts/prove/Arithmetic.sol";

/// @notice What the moves use and the proof does not go into: with the same meaning where cents depend on it, and any
/// value elsewhere (what nobody has written is any value to the solver).
// solhint-disable func-name-mixedcase
abstract contract StandIns is Arithmetic {
    /// @dev As Posting has it.
    struct Frame {
        bytes32 id;
        bytes32 domain;
        uint256 purposes;
        uint256 earliest;
        uint256 leftCents;
        uint256 sheetLeftCents;
        bool isOver;
        bool hasPaidGuarantee;
    }

    uint40 internal pausedSecondsBefore;
    uint40 internal graceSeconds;
    mapping(bytes16 noteId => bool) internal isGuaranteed;
    mapping(bytes32 sheet => mapping(uint256 index => bool)) private usedPlaces;
    bytes32 private anyDomain;

    mapping(uint256 terms => uint40) private anyAmount;
    mapping(uint256 terms => uint40) private anyDeadline;
    mapping(uint256 terms => uint24) private anyIndex;
    mapping(bytes32 note => bytes16) private anyNoteId;
    mapping(uint256 place => mapping(uint256 merchant => mapping(uint256 cents => uint256))) private anyRedemption;

    /// @dev A group's words, as `take` leaves them, and the one that is looked at.
    uint256[] private anyAccounts;
    uint256 internal anyPosition;
    uint64 private anyOthersCents;

    /* OPENZEPPELIN, WITHOUT ITS BIT ARITHMETIC */

    function Math_min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    function SafeCast_toUint32(uint256 value) internal pure returns (uint32 narrow) {
        narrow = uint32(value);
        require(narrow == value);
    }

    function SafeCast_toUint40(uint256 value) internal pure returns (uint40 narrow) {
        narrow = uint40(value);
        require(narrow == value);
    }

    function SafeCast_toUint64(uint256 value) internal pure returns (uint64 narrow) {
        narrow = uint64(value);
        require(narrow == value);
    }

    /* THE TOKEN, WHICH DOES AS IT IS TOLD OR REFUSES */

    function token_safeTransferFrom(uint256 cents) internal {
        heldCents += cents;
    }

    function token_mintReturned(uint256 cents) internal {
        heldCents += cents;
    }

    function token_safeTransfer(uint256 cents) internal {
        heldCents = minus256(heldCents, cents);
    }

    function token_burn(uint256 cents) internal {
        heldCents = minus256(heldCents, cents);
    }

    /* PACKED WORDS OF AN ITEM */

    function Items_amountCents(uint256 terms) internal view returns (uint64) {
        return anyAmount[terms];
    }

    function Items_deadline(uint256 terms) internal view returns (uint64) {
        return anyDeadline[terms];
    }

    function Items_index(uint256 terms) internal view returns (uint256) {
        return anyIndex[terms];
    }

    function Items_noteId(bytes32 note) internal view returns (bytes16) {
        return anyNoteId[note];
    }

    function Items_redemption(uint256 place, uint256 merchant, uint256 cents) internal view returns (uint256) {
        return anyRedemption[place][merchant][cents];
    }

    /* POSTING */

    function isUsed(bytes32 sheet, uint256 index) internal view returns (bool) {
        return usedPlaces[sheet][index];
    }

    function use(bytes32 sheet, uint256 index) internal {
        usedPlaces[sheet][index] = true;
    }

    function _domainSeparatorV4() internal view returns (bytes32) {
        return anyDomain;
    }

    function accountsOf(Frame memory, uint32[] calldata) internal view returns (uint256[] memory) {
        return anyAccounts;
    }

    /// @dev ASSUMED, not proved: it counts each item for one of the group's merchants, in the field that is kept for its
    /// cents below the reason to pass it over, and no more than is left.
    function take(
        Frame memory frame,
        uint256[] memory accounts,
        Item[] calldata
    ) internal returns (uint256 takenCents) {
        require(anyPosition < accounts.length);
        owedToOthersCents = anyOthersCents;
        uint256 word = accounts[anyPosition];
        uint64 cents = field64(word, 32);
        uint256 reason = shifted(word, 96);
        require(reason < 2 ** 160 && shifted(word, 32) == reason * 2 ** 64 + cents);
        takenCents = cents + anyOthersCents;
        require(takenCents == 0 || (!frame.isOver && takenCents <= frame.leftCents));
    }

    /// @dev The merchant that is looked at: any one of the group.
    function merchantOfGroup() internal view returns (uint32) {
        return low32(anyAccounts[anyPosition]);
    }
}
