// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IVouchersTypes} from "../interfaces/IVouchersTypes.sol";

/// @notice The EIP-712 structs, as hashes. The domain (name, version, chain, contract) is added by Book.
library Signed {
    // solhint-disable gas-small-strings
    bytes32 internal constant SPEND = keccak256(
        "Spend(bytes16 noteId,uint32 merchant,uint64 mostCents,uint64 deadline,bytes16 commitment)"
    );
    bytes32 private constant RECEIPT = keccak256(
        "Receipt(bytes16 noteId,uint32 merchant,uint64 amountCents,bytes16 commitment,bytes32 details)"
    );
    // solhint-enable gas-small-strings
    bytes32 private constant BATCH = keccak256("Batch(bytes32 content)");
    bytes32 private constant CUT = keccak256("Cut(bytes32 content)");

    function hash(IVouchersTypes.Spend calldata spend) internal pure returns (bytes32) {
        return keccak256(abi.encode(SPEND, spend));
    }

    function hash(IVouchersTypes.Receipt memory receipt) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECEIPT, receipt));
    }

    function hashBatch(bytes32 content) internal pure returns (bytes32) {
        return keccak256(abi.encode(BATCH, content));
    }

    function hash(IVouchersTypes.Cut calldata cut) internal pure returns (bytes32) {
        return keccak256(abi.encode(CUT, keccak256(abi.encode(cut))));
    }
}
