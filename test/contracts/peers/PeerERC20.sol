// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";

/// @notice Vouchers as a plain token: what somebody would write who takes OpenZeppelin's ERC-20 as it is.
contract PeerERC20 is ERC20, Ownable {
    constructor() ERC20("Peer", "PEER") Ownable(msg.sender) {}

    function issue(address[] calldata holders, uint256[] calldata cents) external onlyOwner {
        for (uint256 i = 0; i < holders.length; ++i) _mint(holders[i], cents[i]);
    }

    function takeBack(address[] calldata holders, uint256[] calldata cents) external onlyOwner {
        for (uint256 i = 0; i < holders.length; ++i) _burn(holders[i], cents[i]);
    }
}

/// @notice The same for holders without gas: it believes a forwarder who called.
contract GaslessPeerERC20 is PeerERC20, ERC2771Context {
    constructor(address forwarder) ERC2771Context(forwarder) {}

    function _msgSender() internal view override(Context, ERC2771Context) returns (address) {
        return ERC2771Context._msgSender();
    }

    function _msgData() internal view override(Context, ERC2771Context) returns (bytes calldata) {
        return ERC2771Context._msgData();
    }

    function _contextSuffixLength() internal view override(Context, ERC2771Context) returns (uint256) {
        return ERC2771Context._contextSuffixLength();
    }
}
