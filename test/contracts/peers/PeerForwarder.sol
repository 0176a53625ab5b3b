// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {ERC2771Forwarder} from "@openzeppelin/contracts/metatx/ERC2771Forwarder.sol";

/// @notice OpenZeppelin's forwarder as it is: carries calls that their signers pay no gas for.
contract PeerForwarder is ERC2771Forwarder {
    constructor() ERC2771Forwarder("Peer") {}
}
