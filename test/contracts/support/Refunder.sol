// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IVouchers} from "../../../contracts/interfaces/IVouchers.sol";
import {IVouchersTypes} from "../../../contracts/interfaces/IVouchersTypes.sol";
import {IPlainVouchers} from "../reference/interfaces/IPlainVouchers.sol";
import {IPlainVouchersTypes} from "../reference/interfaces/IPlainVouchersTypes.sol";
import {Spender} from "./Spender.sol";

/// @notice Lists of refunds, right and wrong.
abstract contract Refunder is Spender {
    /// @notice A refund in the words of both versions.
    struct Back {
        Drawn sheet;
        Accepted paid;
        address holder;
        uint256 key;
        bytes16 refundId;
        uint64 cents;
        uint64 beforeCents;
    }

    function refund(uint256 seed, uint8 flaw) external {
        flaw = flaw % 64;
        if (drawn.length == 0) return;
        Back[] memory backs = backsFor(seed, flaw);
        IVouchersTypes.Refund[] memory refunds = new IVouchersTypes.Refund[](backs.length);
        bytes[] memory plainCalls = new bytes[](backs.length);
        for (uint256 i = 0; i < backs.length; ++i) {
            refunds[i] = refundOf(backs[i]);
            plainCalls[i] = plainCallOf(backs[i]);
        }
        uint256[4] memory owed = owedNow();
        address caller = flaw == 12 ? stranger : address(this);
        bool isDone = attemptList(caller, abi.encodeCall(IVouchers.refund, (refunds)), plainCalls);
        for (uint256 i = 0; i < backs.length; ++i) {
            requireSameNote(backs[i].sheet, backs[i].paid.place, backs[i].paid.note);
        }
        if (isDone) bookRefunds(backs, owed);
    }

    /// @dev What the merchants were owed and are no longer was taken back, and the rest of the refunds was missing.
    function bookRefunds(Back[] memory backs, uint256[4] memory owed) private {
        uint256[4] memory owedAfter = owedNow();
        for (uint32 m = 0; m < 4; ++m) {
            uint256 refunded = 0;
            for (uint256 i = 0; i < backs.length; ++i) if (backs[i].paid.merchant == 7 + m) refunded += backs[i].cents;
            uint256 missing = refunded - (owed[m] - owedAfter[m]);
            Account storage account = accounts[7 + m];
            (account.refunded, account.missing) = (account.refunded + refunded, account.missing + missing);
            (sums.refunded, sums.missing) = (sums.refunded + refunded, sums.missing + missing);
        }
    }

    function owedNow() private view returns (uint256[4] memory owed) {
        for (uint32 m = 0; m < 4; ++m) owed[m] = vouchers.owedCents(7 + m);
    }

    /* LISTS */

    /// @dev Often the same note again, for what the one before left of its receipt. One flaw at most, in one element.
    function backsFor(uint256 seed, uint8 flaw) private returns (Back[] memory backs) {
        backs = new Back[](lengthFor(seed));
        for (uint256 i = 0; i < backs.length; ++i) {
            uint256 lot = lotOf(seed, i);
            Back memory back = backAt(lot >> 8);
            // A copy: the flaw of one must not be the other's.
            if (i != 0 && lot % 2 == 0) back = abi.decode(abi.encode(backs[i - 1]), (Back));
            back.beforeCents = uint64(vouchers.refundedCents(noteIdOf(back.paid.note)));
            for (uint256 k = 0; k < i; ++k)
                if (backs[k].paid.note == back.paid.note) back.beforeCents += backs[k].cents;
            backs[i] = back;
            uint256 left = minus(back.paid.amountCents, back.beforeCents);
            // Mostly a part, so that something is left for the next one.
            back.cents = upTo((lot >> 128) % 4 == 0 ? left : left / 3, lot >> 136);
            // The chain only repeats its name.
            back.refundId = (lot >> 144) % 8 == 0 ? bytes16("again") : bytes16(fresh());
        }
        if (backs.length != 0) spoil(backs[(seed >> 8) % backs.length], flaw);
    }

    function backAt(uint256 seed) private returns (Back memory back) {
        (back.sheet, back.paid) = paidAt(seed);
        back.holder = holderOf(back.paid.note);
        back.key = ACCEPTOR_KEY;
    }

    function spoil(Back memory back, uint8 flaw) private view {
        back.key = signerFor(flaw);
        if (flaw == 5) back.paid.place = 2 ** back.sheet.cut.depth;
        if (flaw == 7) back.holder = stranger;
        if (flaw % 16 == 13) back.paid.amountCents = back.paid.capCents + 1;
        if (flaw % 32 == 14) back.beforeCents += 1;
        // As if what was refunded before were still to be made.
        if (flaw % 32 == 15) back.beforeCents = 0;
        if (flaw == 18) (back.sheet.id, back.sheet.plainId) = ("no sheet", "no sheet");
    }

    /// @dev A place that was paid, if a few tries find one.
    function paidAt(uint256 seed) private view returns (Drawn memory sheet, Accepted memory one) {
        for (uint256 tries = 0; tries < 12; ++tries) {
            sheet = drawn[seed % drawn.length];
            one = acceptedAt(sheet, (seed >> 32) % placesOf(sheet.cut.depth).length);
            uint256 cents = paidOf[sheet.id][one.place];
            if (cents != 0) {
                one.amountCents = uint64(cents);
                one.merchant = payeeOf[sheet.id][one.place];
                return (sheet, one);
            }
            seed = uint256(keccak256(abi.encode(seed)));
        }
    }

    /* IN THE WORDS OF BOTH VERSIONS */

    function refundOf(Back memory back) private view returns (IVouchersTypes.Refund memory) {
        uint256[] memory places = new uint256[](1);
        places[0] = back.paid.place;
        IVouchersTypes.Place memory place = IVouchersTypes.Place(
            back.sheet.id,
            uint24(back.paid.place),
            back.holder,
            back.paid.capCents,
            siblingsOf(back.sheet, places)
        );
        IVouchersTypes.Receipt memory receipt = IVouchersTypes.Receipt(
            noteIdOf(back.paid.note),
            back.paid.merchant,
            back.paid.amountCents,
            back.paid.commitment,
            "details"
        );
        IVouchersTypes.Signature memory signature = sign(back.key, receiptHash(back.paid));
        return IVouchersTypes.Refund(back.refundId, place, receipt, signature, back.cents, back.beforeCents);
    }

    function plainCallOf(Back memory back) private view returns (bytes memory) {
        IPlainVouchersTypes.Place memory place = IPlainVouchersTypes.Place(
            back.sheet.plainId,
            uint32(back.paid.place),
            back.holder,
            back.paid.capCents,
            pathOf(back.sheet, back.paid.place)
        );
        IPlainVouchersTypes.Receipt memory receipt = IPlainVouchersTypes.Receipt(
            noteIdOf(back.paid.note),
            back.paid.merchant,
            back.paid.amountCents,
            back.paid.commitment,
            "details"
        );
        bytes memory signature = signPlainly(back.key, receiptHash(back.paid));
        return
            abi.encodeCall(
                IPlainVouchers.refund,
                (back.refundId, place, receipt, signature, back.cents, back.beforeCents)
            );
    }
}
