// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC2771Context} from "@openzeppelin/contracts/metatx/ERC2771Context.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {Context} from "@openzeppelin/contracts/utils/Context.sol";

/// @notice Vouchers as ids of OpenZeppelin's ERC-1155 as it is: an id is a programme.
contract PeerERC1155 is ERC1155, Ownable {
    constructor() ERC1155("") Ownable(msg.sender) {}

    function issue(address[] calldata holders, uint256[] calldata ids, uint256[] calldata cents) external onlyOwner {
        for (uint256 i = 0; i < holders.length; ++i) _mint(holders[i], ids[i], cents[i], "");
    }

    function takeBack(address[] calldata holders, uint256[] calldata ids, uint256[] calldata cents) external onlyOwner {
        for (uint256 i = 0; i < holders.length; ++i) _burn(holders[i], ids[i], cents[i]);
    }
}

/// @notice The same for holders without gas: it believes a forwarder who called.
contract GaslessPeerERC1155 is PeerERC1155, ERC2771Context {
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
