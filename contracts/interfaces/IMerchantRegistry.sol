// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

/// @title Who keeps a copy of what the registry says.
interface IMerchantFollower {
    /// @notice Something about the merchant changed: read it anew.
    function syncMerchant(uint32 merchant) external;
}

/// @title Which merchants take part, what they may sell, and from when one is suspended.
/// @notice A merchant is a number. No name, address or account is kept here: a payee whose name would tell a need
/// stands behind a collective number.
/// @dev INVARIANT 12: a number that was registered stays registered, with at least one purpose; it is never given to
/// another merchant.
interface IMerchantRegistry {
    /* ERRORS */

    /// @notice The merchant's number was taken before; numbers are never used again.
    error MerchantExists(uint32 merchant);

    /// @notice No merchant has this number.
    error MerchantUnknown(uint32 merchant);

    /// @notice A merchant without any purpose could accept nothing.
    error PurposesMissing(uint32 merchant);

    /// @notice A suspension cannot start before the present: what was accepted in good faith stays payable.
    error SuspensionInThePast(uint40 from, uint256 presentTime);

    /* EVENTS */

    /// @notice `follower` hears of every change from now on.
    event Followed(IMerchantFollower follower);

    /// @notice `follower` hears of nothing any more.
    event Unfollowed(IMerchantFollower follower);

    /// @notice `merchant` takes part and may sell what `purposes` (a bit mask of at most eight) says.
    event MerchantRegistered(uint32 indexed merchant, uint8 purposes);

    /// @notice What `merchant` may sell is now `purposes`.
    event PurposesSet(uint32 indexed merchant, uint8 purposes);

    /// @notice Nothing is posted for `merchant` at `from` or later.
    event MerchantSuspended(uint32 indexed merchant, uint40 from);

    /// @notice `merchant` is no longer suspended.
    event MerchantReinstated(uint32 indexed merchant);

    /* FUNCTIONS */

    /// @notice The role that registers, changes, suspends and reinstates merchants.
    function REGISTRAR_ROLE() external view returns (bytes32);

    /// @notice From now on, tells `follower` of each change in the same transaction. Merchants of before are its own to
    /// read. For each version of Vouchers once. Admin.
    function follow(IMerchantFollower follower) external;

    /// @notice Tells the follower at this position nothing any more; the last one takes its position. For a version of
    /// Vouchers that ran out, or that cannot answer and so holds up every change. Admin.
    function unfollow(uint256 position) external;

    /// @notice Who hears of changes.
    function followers(uint256 position) external view returns (IMerchantFollower);

    /// @notice Takes in a merchant under a new number. Registrar.
    function register(uint32 merchant, uint8 purposes) external;

    /// @notice Changes what a merchant may sell. Registrar.
    function setPurposes(uint32 merchant, uint8 purposes) external;

    /// @notice Suspends a merchant from a time on, which is not in the past. Called again, it moves the time.
    /// Registrar.
    function suspend(uint32 merchant, uint40 from) external;

    /// @notice Ends a suspension. Registrar.
    function reinstate(uint32 merchant) external;

    /// @notice What a merchant may sell, and from when it is suspended.
    /// @return purposes Bit mask; zero for an unknown merchant.
    /// @return suspendedFrom Seconds since 1970; zero when it is not suspended.
    function acceptanceOf(uint32 merchant) external view returns (uint8 purposes, uint40 suspendedFrom);
}
