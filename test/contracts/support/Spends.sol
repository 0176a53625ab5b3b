// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IVouchersTypes} from "../../../contracts/interfaces/IVouchersTypes.sol";
import {IPlainVouchersTypes} from "../reference/interfaces/IPlainVouchersTypes.sol";
import {Cutter} from "./Cutter.sol";

/// @notice Acceptances, in the words of either version, each signed for its own domain.
abstract contract Spends is Cutter {
    /// @notice What was accepted of one note. The rest says what is wrong with it.
    /// @param posted The merchant it is posted for.
    /// @param key Who signs as its holder.
    struct Accepted {
        uint256 note;
        uint256 place;
        uint64 amountCents;
        uint64 mostCents;
        uint64 capCents;
        uint64 deadline;
        uint32 merchant;
        uint32 posted;
        uint256 key;
        bytes16 commitment;
    }

    /// @dev No signature at all, and one whose s is too high.
    uint256 internal constant NO_KEY = 0;
    uint256 internal constant HIGH_KEY = type(uint256).max;

    bytes32 private constant SPEND = keccak256(
        "Spend(bytes16 noteId,uint32 merchant,uint64 mostCents,uint64 deadline,bytes16 commitment)"
    );
    bytes32 private constant RECEIPT = keccak256(
        "Receipt(bytes16 noteId,uint32 merchant,uint64 amountCents,bytes16 commitment,bytes32 details)"
    );
    /// @dev The least s that is too high.
    bytes32 private constant HIGH_S = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A1;

    function acceptedAt(Drawn memory sheet, uint256 position) internal pure returns (Accepted memory one) {
        one.note = sheet.firstNote + position;
        one.place = placesOf(sheet.cut.depth)[position];
        one.capCents = capOf(one.note);
        one.mostCents = one.capCents;
        one.amountCents = one.capCents;
        one.deadline = FAR;
        (one.merchant, one.posted) = (7, 7);
        one.key = keyOf(one.note);
        one.commitment = "commitment";
    }

    function spendHash(Accepted memory one) private pure returns (bytes32) {
        bytes16 noteId = noteIdOf(one.note);
        return keccak256(abi.encode(SPEND, noteId, one.merchant, one.mostCents, one.deadline, one.commitment));
    }

    function packed(Accepted memory one, uint256 position) internal view returns (IVouchersTypes.Item memory item) {
        if (one.key == HIGH_KEY) item.holder = IVouchersTypes.Signature(HIGH_S, HIGH_S);
        else if (one.key != NO_KEY) item.holder = sign(one.key, spendHash(one));
        item.note = bytes32(noteIdOf(one.note)) | (bytes32(one.commitment) >> 128);
        item.terms =
            uint256(one.amountCents) |
            (uint256(one.mostCents) << 40) |
            (uint256(one.capCents) << 80) |
            (uint256(one.deadline) << 120) |
            (one.place << 160) |
            (position << 184);
    }

    function plainly(
        Drawn memory sheet,
        Accepted memory one
    ) internal view returns (IPlainVouchersTypes.Item memory item) {
        item.index = uint32(one.place);
        item.capCents = one.capCents;
        item.amountCents = one.amountCents;
        item.spend = IPlainVouchersTypes.Spend(
            noteIdOf(one.note),
            one.merchant,
            one.mostCents,
            one.deadline,
            one.commitment
        );
        if (one.key == HIGH_KEY) item.signature = abi.encodePacked(HIGH_S, HIGH_S, uint8(27));
        else if (one.key == NO_KEY) item.signature = new bytes(65);
        else item.signature = signPlainly(one.key, spendHash(one));
        item.proof = pathOf(sheet, one.place);
    }

    /* GROUPS */

    /// @dev All on one sheet, in the order of their places.
    function groupOf(
        Drawn memory sheet,
        Accepted[] memory some
    ) internal view returns (IVouchersTypes.Group memory group) {
        group.sheet = sheet.id;
        group.merchants = merchantsOf(some);
        group.items = new IVouchersTypes.Item[](some.length);
        uint256[] memory places = new uint256[](some.length);
        for (uint256 i = 0; i < some.length; ++i) {
            uint256 position = 0;
            while (group.merchants[position] != some[i].posted) ++position;
            group.items[i] = packed(some[i], position);
            places[i] = some[i].place;
        }
        group.siblings = siblingsOf(sheet, places);
    }

    /// @dev Ascending, each once.
    function merchantsOf(Accepted[] memory some) private pure returns (uint32[] memory merchants) {
        uint32[] memory all = new uint32[](some.length);
        uint256 count_ = 0;
        for (uint32 merchant = 6; merchant <= 12; ++merchant) {
            for (uint256 i = 0; i < some.length; ++i) {
                if (some[i].posted != merchant) continue;
                all[count_++] = merchant;
                break;
            }
        }
        merchants = new uint32[](count_);
        for (uint256 i = 0; i < count_; ++i) merchants[i] = all[i];
    }

    /// @dev One group for each item, so that both versions take them in the same order.
    function plainGroupOf(
        Drawn memory sheet,
        Accepted memory one
    ) internal view returns (IPlainVouchersTypes.Group memory group) {
        group.sheet = sheet.plainId;
        group.merchant = one.posted;
        group.items = new IPlainVouchersTypes.Item[](1);
        group.items[0] = plainly(sheet, one);
    }

    /* RECEIPTS */

    function receiptHash(Accepted memory one) internal pure returns (bytes32) {
        bytes32 details = "details";
        return
            keccak256(abi.encode(RECEIPT, noteIdOf(one.note), one.merchant, one.amountCents, one.commitment, details));
    }

    function proofFor(Accepted memory one, uint256 key) internal view returns (IVouchersTypes.ReceiptProof memory) {
        return IVouchersTypes.ReceiptProof("details", sign(key, receiptHash(one)));
    }
}
