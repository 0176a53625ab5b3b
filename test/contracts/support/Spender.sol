// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IVouchers} from "../../../contracts/interfaces/IVouchers.sol";
import {IVouchersTypes} from "../../../contracts/interfaces/IVouchersTypes.sol";
import {Handler} from "./Handler.sol";
import {vm} from "./Vm.sol";

/// @notice The calls that carry spends: posting, the escape, the guarantee and refunds, right and wrong.
abstract contract Spender is Handler {
    function redeem(uint256 seed, uint256 amount, uint8 flaw) external {
        flaw = flaw % 32;
        (Cut memory cut, IVouchersTypes.Item memory item) = spendOf(seed, amount, flaw);
        if (cut.id == 0) return;
        IVouchersTypes.Group[] memory groups = groupsOf(cut.id, merchantOf(item, flaw), item, flaw == 9 ? 201 : 1);
        bytes memory signature = sign(flaw == 1 ? STRANGER_KEY : ACCEPTOR_KEY, vouchers.batchDigest(groups));
        post(cut, item, abi.encodeCall(IVouchers.redeem, (groups, signature)));
    }

    function redeemWithReceipts(uint256 seed, uint256 amount, uint8 flaw) external {
        flaw = flaw % 32;
        (Cut memory cut, IVouchersTypes.Item memory item) = spendOf(seed, amount, flaw);
        if (cut.id == 0) return;
        IVouchersTypes.Group[] memory groups = groupsOf(cut.id, merchantOf(item, flaw), item, 1);
        IVouchersTypes.ReceiptProof[][] memory receipts = new IVouchersTypes.ReceiptProof[][](1);
        receipts[0] = new IVouchersTypes.ReceiptProof[](flaw == 10 ? 2 : 1);
        receipts[0][0] = IVouchersTypes.ReceiptProof("details", receiptSignature(item, flaw));
        if (flaw == 11) receipts = new IVouchersTypes.ReceiptProof[][](0);
        vm.prank(vm.addr(STRANGER_KEY));
        post(cut, item, abi.encodeCall(IVouchers.redeemWithReceipts, (groups, receipts)));
    }

    function payGuarantee(uint256 seed, uint256 amount, uint8 flaw) external {
        flaw = flaw % 32;
        (Cut memory cut, IVouchersTypes.Item memory item) = spendOf(seed, amount, flaw);
        if (cut.id == 0 || seed % 3 != 0) return;
        bytes memory signature = receiptSignature(item, flaw);
        uint32 merchant = merchantOf(item, flaw);
        if (flaw == 12) vm.prank(vm.addr(STRANGER_KEY));
        if (!attempt(abi.encodeCall(IVouchers.payGuarantee, (cut.id, merchant, item, "details", signature)))) return;
        paid(cut, item);
        guaranteesOf[item.spend.noteId] += 1;
        sums.guaranteed += item.amountCents;
    }

    function refund(uint256 seed, uint256 cents, uint8 flaw) external {
        flaw = flaw % 32;
        for (uint256 tries = 0; tries < 12 && !isPaidAt(seed); ++tries) seed = uint256(keccak256(abi.encode(seed)));
        (Cut memory cut, IVouchersTypes.Item memory item) = spendOf(seed, 0, flaw);
        if (cut.id == 0) return;
        uint256 spent = paidOf[cut.id][item.index];
        item.amountCents = flaw == 13 ? item.capCents + 1 : uint64(spent == 0 ? 100 : spent);
        cents = upTo(item.amountCents, cents);
        bytes memory call = abi.encodeCall(
            IVouchers.refund,
            (
                flaw == 14 ? bytes16("again") : bytes16(fresh()),
                IVouchersTypes.Place(cut.id, item.index, vm.addr(cut.firstKey + item.index), item.capCents, item.proof),
                receiptOf(item),
                receiptSignature(item, flaw),
                cents
            )
        );
        Account storage account = accounts[item.spend.merchant];
        uint256 owed = vouchers.owedCents(item.spend.merchant);
        if (!attempt(call)) return;
        uint256 missing = cents - (owed - vouchers.owedCents(item.spend.merchant));
        (account.refunded, account.missing) = (account.refunded + cents, account.missing + missing);
        (sums.refunded, sums.missing) = (sums.refunded + cents, sums.missing + missing);
    }

    /// @dev A skipped item leaves its place as it was; an outcome is read from state, as the indexer does.
    function post(Cut memory cut, IVouchersTypes.Item memory item, bytes memory call) private {
        bool wasUsed = vouchers.isUsed(cut.id, item.index);
        if (!attempt(call)) return;
        if (wasUsed || !vouchers.isUsed(cut.id, item.index)) return;
        paid(cut, item);
        redeemedOf[cut.id] += item.amountCents;
        sums.redeemed += item.amountCents;
    }

    function paid(Cut memory cut, IVouchersTypes.Item memory item) private {
        usesOf[cut.id][item.index] += 1;
        paidOf[cut.id][item.index] += item.amountCents;
        accounts[item.spend.merchant].earned += item.amountCents;
    }

    function isPaidAt(uint256 seed) private view returns (bool) {
        return cuts.length != 0 && paidOf[cuts[seed % cuts.length].id][(seed >> 32) % 4] != 0;
    }

    function spendOf(
        uint256 seed,
        uint256 amount,
        uint8 flaw
    ) private view returns (Cut memory cut, IVouchersTypes.Item memory item) {
        if (cuts.length == 0) return (cut, item);
        cut = cuts[seed % cuts.length];
        uint32 index = uint32((seed >> 32) % 4);
        uint64 cap = capOf(cut.firstKey + index);
        uint64 cents = flaw == 2 ? 0 : uint64(1 + (amount % cap));
        uint64 most =
            flaw == 3 && cents > 1
                ? cents - 1
                : flaw == 4
                    ? cap + 1
                    : cap;
        uint32 merchant = flaw == 15 ? 9 : uint32(7 + ((seed >> 64) % 2));
        item = itemOf(cut, index, cents, most, merchant, flaw == 16 ? uint64(block.timestamp - 1) : FAR);
        if (flaw == 5) item.index = 4;
        if (flaw == 6) item.proof = new bytes32[](3);
        if (flaw == 7) item.signature = sign(STRANGER_KEY, vouchers.spendDigest(item.spend));
        if (flaw == 17) item.proof[0] = "another";
        if (flaw == 18) cut.id = "no sheet";
    }

    function merchantOf(IVouchersTypes.Item memory item, uint8 flaw) private pure returns (uint32) {
        return flaw == 8 ? item.spend.merchant + 1 : item.spend.merchant;
    }

    function receiptSignature(IVouchersTypes.Item memory item, uint8 flaw) private view returns (bytes memory) {
        return sign(flaw == 1 ? STRANGER_KEY : ACCEPTOR_KEY, vouchers.receiptDigest(receiptOf(item)));
    }
}
