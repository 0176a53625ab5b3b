// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Notes} from "./Notes.sol";

/// @notice A second set of books: what every act that was not refused should have changed, kept by adding alone.
abstract contract Ledger is Notes {
    struct Sums {
        uint256 minted;
        uint256 burned;
        uint256 returned;
        uint256 floatIn;
        uint256 floatOut;
        uint256 budgetIn;
        uint256 budgetOut;
        uint256 guaranteeIn;
        uint256 guaranteeOut;
        uint256 redeemed;
        uint256 guaranteed;
        uint256 restored;
        uint256 refunded;
        uint256 missing;
        uint256 netted;
    }

    struct Account {
        uint256 earned;
        uint256 refunded;
        uint256 netted;
        uint256 missing;
        uint256 settling;
        uint256 paid;
    }

    Sums internal sums;
    mapping(uint32 merchant => Account) internal accounts;
    mapping(bytes32 sheet => uint256 cents) public redeemedOf;
    mapping(bytes32 sheet => uint256 cents) public releasedOf;
    mapping(bytes32 sheet => mapping(uint256 index => uint256 times)) public usesOf;
    mapping(bytes32 sheet => mapping(uint256 index => uint256 cents)) public paidOf;
    mapping(bytes32 sheet => mapping(uint256 index => uint32 merchant)) public payeeOf;
    mapping(bytes16 noteId => uint256 times) public guaranteesOf;
    bytes32[] internal refs;
    uint256 public pausedFor;
    uint256 internal pauseStart;

    /// @dev Called for each redemption that the shipped contract tells of.
    function booked(bytes32 sheet, uint256 index, uint32 merchant, uint256 cents) internal {
        paid(sheet, index, merchant, cents);
        redeemedOf[sheet] += cents;
        sums.redeemed += cents;
    }

    function paid(bytes32 sheet, uint256 index, uint32 merchant, uint256 cents) internal {
        usesOf[sheet][index] += 1;
        paidOf[sheet][index] += cents;
        payeeOf[sheet][index] = merchant;
        accounts[merchant].earned += cents;
    }

    function payments() external view returns (bytes32[] memory) {
        return refs;
    }

    function sumsNow() external view returns (Sums memory) {
        return sums;
    }

    function accountOf(uint32 merchant) external view returns (Account memory) {
        return accounts[merchant];
    }
}
