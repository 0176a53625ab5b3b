// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IAuditAnchor} from "./interfaces/IAuditAnchor.sol";

/// @notice Described in IAuditAnchor.
contract AuditAnchor is IAuditAnchor, AccessControl {
    bytes32 public constant ANCHOR_ROLE = keccak256("ANCHOR_ROLE");

    uint256 public anchorCount;

    constructor(address admin) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    function anchor(bytes32 head) external onlyRole(ANCHOR_ROLE) {
        emit Anchored(++anchorCount, head);
    }
}
