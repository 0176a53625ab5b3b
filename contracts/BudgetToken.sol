// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IBudgetToken} from "./interfaces/IBudgetToken.sol";

/// @notice Described in IBudgetToken.
contract BudgetToken is IBudgetToken, ERC20, AccessControl {
    bytes32 public constant TREASURY_ROLE = keccak256("TREASURY_ROLE");

    address public vouchers;
    mapping(bytes32 ref => uint256 cents) public burnedCents;

    mapping(bytes32 bankReference => bool) private hasMinted;
    mapping(bytes32 statementEntry => bool) private hasReturned;

    constructor(address admin) ERC20(unicode"Kipinä budget", "KIP") {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    function setVouchers(address vouchers_) external onlyRole(DEFAULT_ADMIN_ROLE) {
        require(vouchers == address(0), VouchersAlreadySet(vouchers));
        require(vouchers_ != address(0), VouchersMissing());

        vouchers = vouchers_;

        emit VouchersSet(vouchers_);
    }

    function mint(bytes32 bankReference, uint256 cents) external onlyRole(TREASURY_ROLE) {
        require(!hasMinted[bankReference], BankReferenceUsed(bankReference));
        require(cents != 0, CentsMissing());

        hasMinted[bankReference] = true;
        _mint(msg.sender, cents);

        emit Minted(bankReference, cents);
    }

    function burn(bytes32 ref, uint256 cents) external {
        if (msg.sender != vouchers) _checkRole(TREASURY_ROLE);
        require(cents != 0, CentsMissing());

        // A funder's money does not come back as a payment returned, so only the burns of Vouchers are remembered.
        if (msg.sender == vouchers) burnedCents[ref] += cents;
        _burn(msg.sender, cents);

        emit Burned(ref, cents);
    }

    function mintReturned(bytes32 ref, bytes32 statementEntry, uint256 cents) external {
        require(msg.sender == vouchers, NotVouchers(msg.sender));
        require(!hasReturned[statementEntry], StatementEntryUsed(statementEntry));
        require(cents != 0, CentsMissing());
        require(cents <= burnedCents[ref], ReturnedAboveBurned(ref, burnedCents[ref], cents));

        hasReturned[statementEntry] = true;
        burnedCents[ref] -= cents;
        _mint(vouchers, cents);

        emit ReturnMinted(ref, statementEntry, cents);
    }

    function decimals() public pure override returns (uint8) {
        return 2;
    }

    /// @dev Every movement comes through here: mint, burn, transfer, transferFrom.
    function _update(address from, address to, uint256 cents) internal override {
        require(mayHold(from) && mayHold(to), TransferNotAllowed(from, to));
        // Cents sent to Vouchers past `fund` would belong to no pot.
        if (to == vouchers && to != address(0)) require(msg.sender == vouchers, TransferNotAllowed(from, to));
        super._update(from, to, cents);
    }

    function mayHold(address account) private view returns (bool) {
        return account == address(0) || account == vouchers || hasRole(TREASURY_ROLE, account);
    }
}
