// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IVouchers} from "../../../contracts/interfaces/IVouchers.sol";
import {IVouchersFacts} from "../../../contracts/interfaces/IVouchersFacts.sol";
import {IVouchersTypes} from "../../../contracts/interfaces/IVouchersTypes.sol";
import {IPlainVouchers} from "../reference/interfaces/IPlainVouchers.sol";
import {IPlainVouchersTypes} from "../reference/interfaces/IPlainVouchersTypes.sol";
import {Batches} from "./Batches.sol";

/// @notice The calls that carry spends: posting, the escape and the guarantee, right and wrong.
abstract contract Spender is Batches {
    /* POSTING */

    function redeem(uint256 seed, uint8 flaw) external {
        flaw = flaw % 64;
        if (drawn.length == 0) return;
        Batch memory batch = batchOf(seed, flaw);
        uint256 key = signerFor(flaw);
        IVouchersTypes.Signature memory signature = signBatch(key, batch.groups);
        bytes memory call = abi.encodeCall(IVouchers.redeem, (signature, batch.groups));
        if (flaw == 30) return attemptAlone(stranger, mutate(call, seed), bytes4(0));
        if (flaw > 30 && flaw < 40) return redeemMalformed(batch, flaw);
        bytes32 content = keccak256(abi.encode(batch.plainGroups));
        bytes memory plainSignature = signPlainly(key, keccak256(abi.encode(BATCH, content)));
        attempt(stranger, call, abi.encodeCall(IPlainVouchers.redeem, (batch.plainGroups, plainSignature)));
        requireSameBatch(batch);
    }

    /// @dev To the plain version a batch of one, signed by whoever calls the shipped one.
    function redeemOne(uint256 seed, uint8 flaw) external {
        flaw = flaw % 64;
        if (drawn.length == 0) return;
        Batch memory batch = singleOf(seed, flaw);
        IVouchersTypes.Group memory group = batch.groups[0];
        bytes32 content = keccak256(abi.encode(batch.plainGroups));
        bytes memory plainSignature = signPlainly(signerFor(flaw), keccak256(abi.encode(BATCH, content)));
        attempt(
            flaw == 1
                ? stranger
                : flaw >= 56
                    ? second
                    : acceptor,
            abi.encodeCall(IVouchers.redeemOne, (group.sheet, group.merchants[0], group.items[0], group.siblings)),
            abi.encodeCall(IPlainVouchers.redeem, (batch.plainGroups, plainSignature))
        );
        requireSameBatch(batch);
    }

    function redeemWithReceipts(uint256 seed, uint8 flaw) external {
        flaw = flaw % 64;
        if (drawn.length == 0) return;
        Batch memory batch = batchOf(seed, flaw);
        uint256 key = signerFor(flaw);
        uint256 length = batch.groups.length;
        IVouchersTypes.ReceiptProof[][] memory receipts = new IVouchersTypes.ReceiptProof[][](length);
        IPlainVouchersTypes.ReceiptProof[][] memory plainReceipts = new IPlainVouchersTypes.ReceiptProof[][](
            batch.plainGroups.length
        );
        uint256 next = 0;
        for (uint256 g = 0; g < length; ++g) {
            Accepted[] memory some = batch.accepted[g];
            receipts[g] = new IVouchersTypes.ReceiptProof[](some.length + (flaw == 10 ? 1 : 0));
            for (uint256 i = 0; i < some.length; ++i) {
                receipts[g][i] = proofFor(some[i], key);
                plainReceipts[next] = new IPlainVouchersTypes.ReceiptProof[](flaw == 10 ? 2 : 1);
                bytes memory signature = signPlainly(key, receiptHash(some[i]));
                plainReceipts[next++][0] = IPlainVouchersTypes.ReceiptProof("details", signature);
            }
        }
        if (flaw == 11) receipts = new IVouchersTypes.ReceiptProof[][](0);
        if (flaw == 11) plainReceipts = new IPlainVouchersTypes.ReceiptProof[][](0);
        bytes memory call = abi.encodeCall(IVouchers.redeemWithReceipts, (batch.groups, receipts));
        if (flaw == 31) {
            batch.groups[0].items[0].terms |= 255 << 184;
            call = abi.encodeCall(IVouchers.redeemWithReceipts, (batch.groups, receipts));
            return attemptAlone(stranger, call, bytes4(0));
        }
        attempt(stranger, call, abi.encodeCall(IPlainVouchers.redeemWithReceipts, (batch.plainGroups, plainReceipts)));
        requireSameBatch(batch);
    }

    /* THE GUARANTEE */

    function payGuarantee(uint256 seed, uint8 flaw) external {
        flaw = flaw % 64;
        if (drawn.length == 0) return;
        Batch memory batch = singleOf(seed, flaw);
        IVouchersTypes.Group memory group = batch.groups[0];
        IPlainVouchersTypes.Group memory plainGroup = batch.plainGroups[0];
        Accepted memory one = batch.accepted[0][0];
        uint256 key = signerFor(flaw);
        bool isDone = attempt(
            flaw == 12 ? stranger : address(this),
            abi.encodeCall(
                IVouchers.payGuarantee,
                (group.sheet, one.posted, group.items[0], group.siblings, proofFor(one, key))
            ),
            abi.encodeCall(
                IPlainVouchers.payGuarantee,
                (plainGroup.sheet, one.posted, plainGroup.items[0], "details", signPlainly(key, receiptHash(one)))
            )
        );
        requireSameBatch(batch);
        if (!isDone) return;
        paid(group.sheet, one.place, one.merchant, one.amountCents);
        guaranteesOf[noteIdOf(one.note)] += 1;
        sums.guaranteed += one.amountCents;
    }

    /// @notice More items than either version takes, all right by themselves.
    function redeemTooMany(uint256 seed) external {
        if (drawn.length == 0) return;
        Batch memory batch = singleOf(seed, 40);
        IVouchersTypes.Group[] memory groups = new IVouchersTypes.Group[](501);
        IPlainVouchersTypes.Group[] memory plainGroups = new IPlainVouchersTypes.Group[](501);
        for (uint256 i = 0; i < 501; ++i) (groups[i], plainGroups[i]) = (batch.groups[0], batch.plainGroups[0]);
        bytes memory plainSignature = signPlainly(
            ACCEPTOR_KEY,
            keccak256(abi.encode(BATCH, keccak256(abi.encode(plainGroups))))
        );
        attempt(
            stranger,
            abi.encodeCall(IVouchers.redeem, (signBatch(ACCEPTOR_KEY, groups), groups)),
            abi.encodeCall(IPlainVouchers.redeem, (plainGroups, plainSignature))
        );
    }

    /* WHAT ONLY THE SHIPPED VERSION KNOWS */

    function redeemMalformed(Batch memory batch, uint8 flaw) private {
        if (batch.groups.length == 0 || isPaused() || !isAcceptor()) return;
        IVouchersTypes.Group memory group = batch.groups[0];
        IVouchersTypes.Item[] memory items = group.items;
        bytes4 refusal = IVouchersFacts.ItemsMissing.selector;
        if (flaw < 33) group.items = new IVouchersTypes.Item[](0);
        else if (flaw < 35) {
            group.items = new IVouchersTypes.Item[](items.length + 1);
            for (uint256 i = 0; i < items.length; ++i) group.items[i] = items[i];
            group.items[items.length] = items[flaw == 33 ? 0 : items.length - 1];
            refusal = IVouchersFacts.IndexesNotAscending.selector;
        } else if (flaw < 37) {
            uint32[] memory merchants = new uint32[](group.merchants.length + 1);
            for (uint256 i = 0; i < group.merchants.length; ++i) merchants[i] = group.merchants[i];
            merchants[group.merchants.length] = group.merchants[flaw == 35 ? 0 : group.merchants.length - 1];
            group.merchants = merchants;
            refusal = IVouchersFacts.MerchantsNotAscending.selector;
        } else {
            items[items.length - 1].terms += (flaw == 37 ? group.merchants.length : 128) << 184;
            refusal = IVouchersFacts.MerchantMissing.selector;
        }
        bytes memory call = abi.encodeCall(IVouchers.redeem, (signBatch(ACCEPTOR_KEY, batch.groups), batch.groups));
        attemptAlone(stranger, call, refusal);
    }

    /// @dev A byte changed, one taken away or some added: the acceptor signed none of that.
    function mutate(bytes memory payload, uint256 seed) private pure returns (bytes memory) {
        uint256 lot = (seed >> 48) % 8;
        if (lot == 0) return bytes.concat(payload, bytes1(uint8(seed >> 56)));
        if (lot == 1) return bytes.concat(payload, bytes32(seed));
        if (lot == 2) {
            assembly ("memory-safe") {
                mstore(payload, sub(mload(payload), 1))
            }
            return payload;
        }
        uint256 at = 4 + ((seed >> 64) % (payload.length - 4));
        payload[at] = payload[at] ^ bytes1(uint8(1 + ((seed >> 128) % 255)));
        return payload;
    }
}
