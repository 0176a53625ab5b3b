// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IVouchersTypes} from "../../../contracts/interfaces/IVouchersTypes.sol";
import {IPlainVouchersTypes} from "../reference/interfaces/IPlainVouchersTypes.sol";
import {Spends} from "./Spends.sol";

/// @notice Batches of acceptances by lot, with at most one flaw.
abstract contract Batches is Spends {
    bytes32 internal constant BATCH = keccak256("Batch(bytes32 content)");

    /// @notice A batch in the words of both versions.
    struct Batch {
        Drawn[] sheets;
        Accepted[][] accepted;
        IVouchersTypes.Group[] groups;
        IPlainVouchersTypes.Group[] plainGroups;
    }

    /* BATCHES */

    /// @dev Now and then none, often two groups, of one sheet or two.
    function batchOf(uint256 seed, uint8 flaw) internal view returns (Batch memory batch) {
        // A receipt for another merchant: one version would refuse it, the other a second sheet whose escape is shut.
        uint256 groups =
            flaw == 63
                ? 0
                : flaw == 8
                    ? 1
                    : 1 + ((seed >> 8) % 4) / 3;
        batch.sheets = new Drawn[](groups);
        batch.accepted = new Accepted[][](groups);
        for (uint256 g = 0; g < groups; ++g) {
            uint256 lot = uint256(keccak256(abi.encode(seed, (seed >> 16) % 4 == 0 ? 0 : g)));
            batch.sheets[g] = sheetFor(lot);
            uint256 notes = placesOf(batch.sheets[g].cut.depth).length;
            uint256 first = (lot >> 32) % notes;
            uint256 length = 1 + ((lot >> 64) % (notes - first));
            if ((lot >> 72) % 4 != 0 && length > 2) length = 2;
            batch.accepted[g] = new Accepted[](length);
            for (uint256 i = 0; i < length; ++i) {
                batch.accepted[g][i] = spendFor(batch.sheets[g], first + i, lot >> (80 + 24 * i));
            }
        }
        fill(batch, seed, flaw);
    }

    function singleOf(uint256 seed, uint8 flaw) internal view returns (Batch memory batch) {
        batch.sheets = new Drawn[](1);
        batch.accepted = new Accepted[][](1);
        batch.sheets[0] = sheetFor(seed);
        batch.accepted[0] = new Accepted[](1);
        uint256 position = (seed >> 32) % placesOf(batch.sheets[0].cut.depth).length;
        if (flaw >= 22 && flaw < 30) (batch.sheets[0], position) = guaranteedElsewhere(seed);
        batch.accepted[0][0] = spendFor(batch.sheets[0], position, seed >> 64);
        fill(batch, seed, flaw);
    }

    function sheetFor(uint256 seed) internal view returns (Drawn memory) {
        bool isAtEdge = block.timestamp == edgeAt && seed % 4 != 0;
        return drawn[isAtEdge ? edgeSheet : (seed >> 8) % drawn.length];
    }

    /// @dev A note that the guarantee paid, in a place of another sheet that is not used, if a few tries find one.
    function guaranteedElsewhere(uint256 seed) internal view returns (Drawn memory sheet, uint256 position) {
        for (uint256 tries = 0; tries < 24; ++tries) {
            sheet = drawn[seed % drawn.length];
            uint24[] memory places = placesOf(sheet.cut.depth);
            position = (seed >> 32) % places.length;
            bool isGuaranteed = guaranteesOf[noteIdOf(sheet.firstNote + position)] != 0;
            if (isGuaranteed && usesOf[sheet.id][places[position]] == 0) break;
            seed = uint256(keccak256(abi.encode(seed)));
        }
    }

    function spendFor(Drawn memory sheet, uint256 position, uint256 seed) internal view returns (Accepted memory one) {
        one = acceptedAt(sheet, position);
        one.amountCents = seed % 4 == 0 ? one.capCents : uint64(1 + (seed % one.capCents));
        if ((seed >> 2) % 4 == 0) one.mostCents = one.amountCents;
        one.merchant = merchantAt(seed >> 4);
        one.posted = one.merchant;
        uint256 late = (seed >> 12) % 16;
        if (late < 2) one.deadline = uint64(block.timestamp - late);
        else if (late < 4) {
            // The very last second with the pauses of this sheet, or the one after it.
            uint256 pauses = vouchers.closesAt(sheet.id) - sheet.cut.closesAt;
            one.deadline = uint64(block.timestamp - pauses - (late - 2));
        }
    }

    /// @dev One flaw at most, in one item: which of two refusals comes first is nobody's promise.
    function fill(Batch memory batch, uint256 seed, uint8 flaw) private view {
        uint256 g = batch.accepted.length == 0 ? 0 : (seed >> 24) % batch.accepted.length;
        if (batch.accepted.length != 0) spoil(batch, g, (seed >> 28) % batch.accepted[g].length, flaw);
        uint256 count_ = 0;
        for (uint256 i = 0; i < batch.accepted.length; ++i) count_ += batch.accepted[i].length;
        batch.groups = new IVouchersTypes.Group[](batch.accepted.length);
        batch.plainGroups = new IPlainVouchersTypes.Group[](count_);
        count_ = 0;
        for (uint256 i = 0; i < batch.accepted.length; ++i) {
            batch.groups[i] = groupOf(batch.sheets[i], batch.accepted[i]);
            bool isSpoilt = i == g && (flaw == 6 || (flaw == 17 && batch.groups[i].siblings.length != 0));
            if (isSpoilt) batch.groups[i].siblings = spoilt(batch.groups[i].siblings, flaw, seed);
            for (uint256 k = 0; k < batch.accepted[i].length; ++k) {
                batch.plainGroups[count_] = plainGroupOf(batch.sheets[i], batch.accepted[i][k]);
                IPlainVouchersTypes.Item memory item = batch.plainGroups[count_++].items[0];
                if (isSpoilt) item.proof = spoilt(item.proof, flaw, seed);
            }
        }
    }

    function spoil(Batch memory batch, uint256 g, uint256 i, uint8 flaw) internal pure {
        Accepted memory one = batch.accepted[g][i];
        if (flaw == 2) one.amountCents = 0;
        if (flaw == 3 && one.amountCents > 1) one.mostCents = one.amountCents - 1;
        if (flaw == 4) one.mostCents = one.capCents + 1;
        if (flaw == 5 && i + 1 == batch.accepted[g].length) one.place = 2 ** batch.sheets[g].cut.depth;
        if (flaw == 7) one.key = STRANGER_KEY;
        if (flaw == 8) one.posted = one.merchant + 1;
        if (flaw == 9) one.capCents += 1;
        if (flaw == 18) (batch.sheets[g].id, batch.sheets[g].plainId) = ("no sheet", "no sheet");
        if (flaw == 19) one.key = NO_KEY;
        if (flaw == 20) one.key = HIGH_KEY;
        if (flaw == 21) one.note += 1;
    }

    function spoilt(
        bytes32[] memory siblings,
        uint8 flaw,
        uint256 seed
    ) internal pure returns (bytes32[] memory others) {
        if (flaw == 17) {
            siblings[(seed >> 32) % siblings.length] ^= bytes32(1 << ((seed >> 40) % 256));
            return siblings;
        }
        others = new bytes32[](siblings.length + 1);
        for (uint256 i = 0; i < siblings.length; ++i) others[i] = siblings[i];
    }

    /* SIGNERS */

    function signBatch(
        uint256 key,
        IVouchersTypes.Group[] memory groups
    ) internal view returns (IVouchersTypes.Signature memory) {
        // What follows the signature in the call: where the groups begin, counted from the signature on, and they.
        bytes memory content = abi.encode(groups);
        assembly ("memory-safe") {
            mstore(add(content, 0x20), 0x60)
        }
        return sign(key, keccak256(abi.encode(BATCH, keccak256(content))));
    }

    function signerFor(uint8 flaw) internal pure returns (uint256) {
        return
            flaw == 1
                ? STRANGER_KEY
                : flaw >= 56
                    ? SECOND_KEY
                    : ACCEPTOR_KEY;
    }

    function isAcceptor() internal view returns (bool) {
        (bool isDone, bytes memory answer) = address(vouchers).staticcall(
            abi.encodeWithSignature("hasRole(bytes32,address)", vouchers.ACCEPTOR_ROLE(), acceptor)
        );
        return isDone && abi.decode(answer, (bool));
    }

    function requireSameBatch(Batch memory batch) internal view {
        for (uint256 g = 0; g < batch.sheets.length; ++g) {
            if (batch.sheets[g].id == "no sheet") continue;
            requireSameSheet(batch.sheets[g]);
            for (uint256 i = 0; i < batch.accepted[g].length; ++i) {
                Accepted memory one = batch.accepted[g][i];
                requireSameNote(batch.sheets[g], one.place, one.note);
            }
        }
    }
}
