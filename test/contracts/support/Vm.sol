// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

/// @notice The cheatcodes that these tests use; nothing else of forge-std is needed.
interface Vm {
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function addr(uint256 key) external pure returns (address);
    function prank(address caller) external;
    function warp(uint256 second) external;
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
