// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title The money of all programmes, in cents, as it stands on the clearing account at the bank.
/// @dev INVARIANT 11: the supply is minted - burned + returned: each bank entry mints once, and at most what was
/// burned for a payment comes back for it.
/// @dev INVARIANT 13: cents lie with a treasury or with Vouchers, never anywhere else, and reach Vouchers only by its
/// own pull. (Who loses the treasury role keeps cents that cannot move until the role is given back.)
interface IBudgetToken is IERC20 {
    /* ERRORS */

    /// @notice The rules of the voucher contract are the only way for these cents.
    error TransferNotAllowed(address from, address to);

    /// @notice Vouchers is set once and for good.
    error VouchersAlreadySet(address vouchers);

    /// @notice Vouchers cannot be the zero address.
    error VouchersMissing();

    /// @notice Only Vouchers takes back what the bank returned.
    error NotVouchers(address caller);

    /// @notice This bank entry has minted its cents before.
    error BankReferenceUsed(bytes32 bankReference);

    /// @notice This line of a statement has brought back its cents before.
    error StatementEntryUsed(bytes32 statementEntry);

    /// @notice More would come back than was burned for this payment.
    error ReturnedAboveBurned(bytes32 ref, uint256 burnedCents, uint256 returnedCents);

    /// @notice An amount of zero proves nothing.
    error CentsMissing();

    /* EVENTS */

    /// @notice The bank credited `cents` under `bankReference`.
    event Minted(bytes32 indexed bankReference, uint256 cents);

    /// @notice `cents` left the clearing account under `ref`: back to a funder, or to a merchant.
    event Burned(bytes32 indexed ref, uint256 cents);

    /// @notice The bank gave back `cents` of the payment `ref`, in `statementEntry`.
    event ReturnMinted(bytes32 indexed ref, bytes32 indexed statementEntry, uint256 cents);

    /// @notice `vouchers` is the contract that holds the programmes' money.
    event VouchersSet(address vouchers);

    /* FUNCTIONS */

    /// @notice The role that mints against bank entries and funds programmes.
    function TREASURY_ROLE() external view returns (bytes32);

    /// @notice The contract that holds the programmes' money; zero until set.
    function vouchers() external view returns (address);

    /// @notice Names Vouchers, once: the two contracts know each other. Admin.
    function setVouchers(address vouchers_) external;

    /// @notice Mints to the caller what one bank entry credited. Treasury.
    function mint(bytes32 bankReference, uint256 cents) external;

    /// @notice Burns the caller's cents: a treasury's, gone back to the funder; or those of Vouchers, paid to a
    /// merchant, which are remembered so that the bank may return them.
    function burn(bytes32 ref, uint256 cents) external;

    /// @notice Mints to Vouchers again what it burned for `ref`, against the statement's line, which counts once.
    /// Vouchers.
    function mintReturned(bytes32 ref, bytes32 statementEntry, uint256 cents) external;

    /// @notice What Vouchers burned for `ref` and the bank has not returned.
    function burnedCents(bytes32 ref) external view returns (uint256);
}
