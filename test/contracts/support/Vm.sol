// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

/// @notice The cheatcodes that these tests use; nothing else of forge-std is needed.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function addr(uint256 key) external pure returns (address);
    function prank(address caller) external;
    function warp(uint256 second) external;
    function getCode(string calldata contractName) external view returns (bytes memory);
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    function envOr(string calldata name, uint256 otherwise) external view returns (uint256);
    function envOr(string calldata name, string calldata otherwise) external view returns (string memory);
    function writeLine(string calldata path, string calldata line) external;
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// @dev By its name, not by `new`: so a test compiles without the contracts it tests, in seconds.
function deploy(string memory name, bytes memory arguments) returns (address made) {
    bytes memory code = bytes.concat(vm.getCode(name), arguments);
    assembly ("memory-safe") {
        made := create(0, add(code, 0x20), mload(code))
    }
    require(made != address(0), name);
}
