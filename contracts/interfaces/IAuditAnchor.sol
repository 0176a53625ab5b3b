// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

/// @title Where the audit log's head is written down, so that nobody can shorten or rewrite the log unseen.
/// @notice A head is a hash over every row of the log and a random number: it tells neither what was logged, nor how
/// much.
/// @dev INVARIANT 14: anchors are numbered from 1 without a gap, so whoever read all of them knows it.
interface IAuditAnchor {
    /* EVENTS */

    /// @notice At this block the log had this head. It is the anchor of this number.
    event Anchored(uint256 indexed number, bytes32 head);

    /* FUNCTIONS */

    /// @notice The role that anchors.
    function ANCHOR_ROLE() external view returns (bytes32);

    /// @notice How many anchors there are.
    function anchorCount() external view returns (uint256);

    /// @notice Writes a head down as the next anchor. Anchor role.
    function anchor(bytes32 head) external;
}
