// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Posting} from "./Posting.sol";
import {Claims} from "./libraries/Claims.sol";
import {Items} from "./libraries/Items.sol";
import {Programmes} from "./libraries/Programmes.sol";
import {Sheets} from "./libraries/Sheets.sol";

/// @notice What a receipt brings about: posting without the acceptor, payment from the guarantee, and refunds.
abstract contract Receipts is Posting {
    using Claims for Claims.Ledger;
    using Items for bytes32;
    using Items for uint256;
    using Programmes for Programme;

    function redeemWithReceipts(Group[] calldata groups, ReceiptProof[][] calldata receipts) external whenNotPaused {
        require(receipts.length == groups.length, ReceiptCountWrong(groups.length, receipts.length));
        for (uint256 g = 0; g < groups.length; ++g) {
            Group calldata group = groups[g];
            uint256 opensAt = escapeOpensAt(group.sheet);
            require(block.timestamp >= opensAt, EscapeNotOpen(group.sheet, opensAt));
            require(
                receipts[g].length == group.items.length,
                ReceiptCountWrong(group.items.length, receipts[g].length)
            );
            for (uint256 i = 0; i < group.items.length; ++i) {
                Item calldata item = group.items[i];
                uint256 position = item.terms.merchantPosition();
                require(position < group.merchants.length, MerchantMissing(group.sheet, item.terms.index()));
                requireReceipt(item, group.merchants[position], receipts[g][i]);
            }
        }
        post(groups, true);
    }

    function payGuarantee(
        bytes32 id,
        uint32 merchant,
        Item calldata item,
        bytes32[] calldata siblings,
        ReceiptProof calldata receipt
    ) external onlyRole(FINANCE_ROLE) whenNotPaused {
        Sheet storage sheet = cutSheetAt(id);
        uint256 terms = item.terms;
        bytes16 noteId = item.note.noteId();
        uint64 cents = terms.amountCents();
        requireLeaf(id, sheet.depth, terms.index(), leafOfSpend(id, _domainSeparatorV4(), merchant, item), siblings);
        requireReceipt(item, merchant, receipt);
        require(claims.accounts[merchant].purposes != 0, MerchantUnknown(merchant));
        requireUnused(id, terms.index());
        require(!isGuaranteed[noteId], AlreadyGuaranteed(noteId));

        Programme storage programme = programmes[sheet.programme];
        programme.takeGuarantee(sheet.programme, cents);
        programme.guaranteePaidCents += cents;
        programme.hasPaidGuarantee = true;
        use(id, terms.index());
        isGuaranteed[noteId] = true;
        claims.owe(merchant, cents);

        emit GuaranteePaid(id, merchant, terms.index(), cents);
    }

    function refund(Refund[] calldata refunds) external onlyRole(FINANCE_ROLE) {
        for (uint256 i = 0; i < refunds.length; ++i) refundOne(refunds[i]);
    }

    function refundOne(Refund calldata order) private {
        Place calldata place = order.place;
        Receipt calldata receipt = order.receipt;
        Sheet storage sheet = cutSheetAt(place.sheet);
        (bytes16 noteId, uint64 cents) = (receipt.noteId, order.cents);
        uint256 before = refundedCents[noteId];
        require(before == order.refundedBeforeCents, RefundedBefore(noteId, before, order.refundedBeforeCents));
        require(cents != 0, CentsMissing());
        require(
            isUsed(place.sheet, place.index) && !isRevoked(place.sheet, place.index),
            NotPaid(place.sheet, place.index)
        );
        bytes32 leaf = Sheets.leafOf(place.index, place.holder, noteId, place.capCents);
        requireLeaf(place.sheet, sheet.depth, place.index, leaf, place.siblings);
        requireAcceptor(receiptDigest(receipt), order.acceptor);
        require(receipt.amountCents <= place.capCents, ReceiptAboveCap(noteId, place.capCents, receipt.amountCents));
        require(before + cents <= receipt.amountCents, RefundAboveReceipt(noteId, receipt.amountCents, before + cents));

        refundedCents[noteId] = before + cents;
        uint64 missingCents = claims.takeBack(receipt.merchant, sheet.programme, cents);
        if (missingCents != 0) programmes[sheet.programme].takeGuarantee(sheet.programme, missingCents);
        programmes[sheet.programme].outstandingCents += cents;

        emit Refunded(order.refundId, receipt.merchant, cents, missingCents);
    }

    function requireReceipt(Item calldata item, uint32 merchant, ReceiptProof calldata proof) internal view {
        Receipt memory receipt = Receipt({
            noteId: item.note.noteId(),
            merchant: merchant,
            amountCents: item.terms.amountCents(),
            commitment: item.note.commitment(),
            details: proof.details
        });
        requireAcceptor(receiptDigest(receipt), proof.acceptor);
    }
}
