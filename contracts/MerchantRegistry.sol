// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IMerchantFollower, IMerchantRegistry} from "./interfaces/IMerchantRegistry.sol";

/// @notice Described in IMerchantRegistry.
contract MerchantRegistry is IMerchantRegistry, AccessControl {
    struct Acceptance {
        uint8 purposes;
        uint40 suspendedFrom;
    }

    bytes32 public constant REGISTRAR_ROLE = keccak256("REGISTRAR_ROLE");

    mapping(uint32 merchant => Acceptance) public acceptanceOf;
    IMerchantFollower[] public followers;

    constructor(address admin) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    function follow(IMerchantFollower follower) external onlyRole(DEFAULT_ADMIN_ROLE) {
        followers.push(follower);

        emit Followed(follower);
    }

    function unfollow(uint256 position) external onlyRole(DEFAULT_ADMIN_ROLE) {
        IMerchantFollower follower = followers[position];
        followers[position] = followers[followers.length - 1];
        followers.pop();

        emit Unfollowed(follower);
    }

    function register(uint32 merchant, uint8 purposes) external onlyRole(REGISTRAR_ROLE) {
        require(acceptanceOf[merchant].purposes == 0, MerchantExists(merchant));
        require(purposes != 0, PurposesMissing(merchant));

        acceptanceOf[merchant].purposes = purposes;

        emit MerchantRegistered(merchant, purposes);
        tell(merchant);
    }

    function setPurposes(uint32 merchant, uint8 purposes) external onlyRole(REGISTRAR_ROLE) {
        requireRegistered(merchant);
        require(purposes != 0, PurposesMissing(merchant));

        acceptanceOf[merchant].purposes = purposes;

        emit PurposesSet(merchant, purposes);
        tell(merchant);
    }

    function suspend(uint32 merchant, uint40 from) external onlyRole(REGISTRAR_ROLE) {
        requireRegistered(merchant);
        require(from >= block.timestamp, SuspensionInThePast(from, block.timestamp));

        acceptanceOf[merchant].suspendedFrom = from;

        emit MerchantSuspended(merchant, from);
        tell(merchant);
    }

    function reinstate(uint32 merchant) external onlyRole(REGISTRAR_ROLE) {
        requireRegistered(merchant);

        acceptanceOf[merchant].suspendedFrom = 0;

        emit MerchantReinstated(merchant);
        tell(merchant);
    }

    /// @dev A suspension holds everywhere from its own transaction on, or is refused.
    function tell(uint32 merchant) private {
        for (uint256 i = 0; i < followers.length; ++i) followers[i].syncMerchant(merchant);
    }

    function requireRegistered(uint32 merchant) private view {
        require(acceptanceOf[merchant].purposes != 0, MerchantUnknown(merchant));
    }
}
