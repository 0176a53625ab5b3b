// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IVouchers} from "../../../contracts/interfaces/IVouchers.sol";
import {IVouchersFacts} from "../../../contracts/interfaces/IVouchersFacts.sol";
import {IVouchersTypes} from "../../../contracts/interfaces/IVouchersTypes.sol";
import {IPlainVouchers} from "../reference/interfaces/IPlainVouchers.sol";
import {IPlainVouchersTypes} from "../reference/interfaces/IPlainVouchersTypes.sol";
import {Handler} from "./Handler.sol";
import {vm} from "./Vm.sol";

/// @notice Calls about whole sheets, right and wrong.
abstract contract Cutter is Handler {
    bytes32 private constant CUT = keccak256("Cut(bytes32 content)");
    bytes32 private constant PLAIN_CUT = keccak256("Cut(bytes32 sheet)");

    function cutSheet(uint256 seed, uint256 granted, uint256 padding, uint8 flaw) external {
        flaw = flaw % 24;
        Drawn memory sheet;
        IVouchersTypes.Cut memory cut = sheet.cut;
        cut.programme = uint32(1 + (seed % 2));
        IVouchersTypes.Programme memory held = vouchers.programmeOf(cut.programme);
        granted = flaw == 8 ? held.availableCents + 1 : granted % (held.availableCents / 4 + 1);
        cut.grantedCents = uint64(granted);
        cut.validUntil = uint40(block.timestamp + (flaw == 2 ? 0 : 1 + (seed % 20 days)));
        cut.closesAt = cut.validUntil + GRACE - (flaw == 3 ? 1 : 0);
        cut.purposes = flaw == 4 ? 0 : uint8(1 + ((seed >> 8) % 3));
        cut.depth = depthFor(seed >> 16);
        uint256 margin =
            flaw == 9
                ? held.outstandingCents + held.floatCents + 1
                : padding % (held.floatCents / ((seed >> 88) % 4 == 0 ? 1 : 2) + 1);
        cut.committedCents = uint64(flaw == 6 ? granted / 2 : granted + margin);
        cut.dataHash = "data";
        // Now and then, notes of earlier sheets again, in other places: the chain must hold even then.
        bool isAgain = drawn.length != 0 && (seed >> 32) % 4 == 0;
        sheet.firstNote = isAgain ? drawn[(seed >> 40) % drawn.length].firstNote + ((seed >> 72) % 3) : notesMade;
        (sheet.tree, cut.root) = grow(cut.depth, sheet.firstNote);
        if (vouchers.sheetOf(cut.root).validUntil != 0) {
            sheet.firstNote = notesMade;
            (sheet.tree, cut.root) = grow(cut.depth, sheet.firstNote);
        }
        if (sheet.firstNote == notesMade) notesMade += 5;
        if (flaw == 5) cut.depth = 21;
        if (flaw == 7 && drawn.length != 0) {
            Drawn memory before = drawn[(seed >> 40) % drawn.length];
            if (seed % 3 != 0) return cutAgain(before.cut, cut);
            (sheet, cut) = (before, before.cut);
            // Of another time, as it may be out of date by now.
        }
        sendCut(sheet, flaw);
    }

    function sendCut(Drawn memory sheet, uint8 flaw) private {
        IVouchersTypes.Cut memory cut = sheet.cut;
        IPlainVouchersTypes.SheetTerms memory terms = IPlainVouchersTypes.SheetTerms(
            cut.validUntil,
            cut.closesAt,
            cut.purposes,
            cut.depth,
            cut.committedCents
        );
        sheet.id = cut.root;
        sheet.plainId = keccak256(abi.encode(cut.programme, cut.root, terms, bytes32(0)));
        means(sheet.plainId, sheet.id);
        uint256 key =
            flaw == 1
                ? STRANGER_KEY
                : flaw == 10
                    ? SECOND_KEY
                    : ACCEPTOR_KEY;
        bool isDone = attempt(
            flaw == 0 ? stranger : address(this),
            abi.encodeCall(IVouchers.cutSheet, (cut, signCut(key, cut))),
            abi.encodeCall(
                IPlainVouchers.cutSheet,
                (
                    cut.programme,
                    cut.root,
                    terms,
                    cut.grantedCents,
                    bytes32(0),
                    cut.dataHash,
                    signPlainly(key, keccak256(abi.encode(PLAIN_CUT, sheet.plainId)))
                )
            )
        );
        if (isDone) drawn.push(sheet);
        if (isDone) requireSameSheet(sheet);
    }

    /// @dev The plain version would take the same root on other terms; to the shipped one it is the same sheet.
    function cutAgain(IVouchersTypes.Cut memory before, IVouchersTypes.Cut memory cut) private {
        cut.root = before.root;
        if (isPaused() || vouchers.issuerOf(cut.programme) != address(this)) return;
        attemptAlone(
            address(this),
            abi.encodeCall(IVouchers.cutSheet, (cut, signCut(ACCEPTOR_KEY, cut))),
            IVouchersFacts.SheetExists.selector
        );
    }

    function depthFor(uint256 seed) private pure returns (uint8) {
        uint8[16] memory depths = [2, 2, 2, 2, 2, 2, 2, 0, 1, 3, 9, 9, 9, 9, 20, 20];
        return depths[seed % 16];
    }

    function release(uint256 seed) external {
        Drawn[] memory some = sheetsAt(seed);
        IVouchersTypes.Release[] memory releases = new IVouchersTypes.Release[](some.length);
        bytes[] memory plainCalls = new bytes[](some.length);
        for (uint256 i = 0; i < some.length; ++i) {
            uint256 lot = lotOf(seed, i) >> 128;
            uint256 left = vouchers.leftCents(some[i].id);
            for (uint256 k = 0; k < i; ++k) if (some[k].id == some[i].id) left = minus(left, releases[k].cents);
            uint64 cents = upTo(lot % 4 == 0 ? left : left / 4, lot >> 8);
            releases[i] = IVouchersTypes.Release(some[i].id, cents);
            plainCalls[i] = abi.encodeCall(IPlainVouchers.release, (some[i].plainId, cents));
        }
        address caller = (seed >> 8) % 16 == 0 ? stranger : address(this);
        bool isDone = attemptList(caller, abi.encodeCall(IVouchers.release, (releases)), plainCalls);
        for (uint256 i = 0; isDone && i < some.length; ++i) releasedOf[some[i].id] += releases[i].cents;
        requireSameSheets(some);
    }

    function closeSheet(uint256 seed, bool byStranger) external {
        if (!byStranger && seed % 8 != 0) return;
        Drawn memory sheet = sheetAt(seed >> 8);
        bool isDone = attempt(
            byStranger ? stranger : address(this),
            abi.encodeCall(IVouchers.closeSheet, (sheet.id)),
            abi.encodeCall(IPlainVouchers.closeSheet, (sheet.plainId))
        );
        if (isDone) requireSameSheet(sheet);
    }

    function revoke(uint256 seed, bool byStranger) external {
        Drawn[] memory some = sheetsAt(seed);
        IVouchersTypes.Revocation[] memory revocations = new IVouchersTypes.Revocation[](some.length);
        bytes[] memory plainCalls = new bytes[](some.length);
        for (uint256 i = 0; i < some.length; ++i) {
            uint256[] memory indexes = indexesOn(some[i], lotOf(seed, i) >> 128);
            revocations[i] = IVouchersTypes.Revocation(some[i].id, indexes);
            plainCalls[i] = abi.encodeCall(IPlainVouchers.revoke, (some[i].plainId, indexes));
        }
        address caller = byStranger ? stranger : address(this);
        bool isDone = attemptList(caller, abi.encodeCall(IVouchers.revoke, (revocations)), plainCalls);
        for (uint256 i = 0; isDone && i < some.length; ++i) {
            uint256[] memory indexes = revocations[i].indexes;
            for (uint256 k = 0; k < indexes.length; ++k) usesOf[some[i].id][indexes[k]] += 1;
        }
        requireSameSheets(some);
    }

    /// @dev None, one or two places, now and then the last one of the tree or the one past it.
    function indexesOn(Drawn memory sheet, uint256 lot) private pure returns (uint256[] memory indexes) {
        uint24[] memory places = placesOf(sheet.cut.depth);
        indexes = new uint256[](lot % 8 == 0 ? 0 : 1 + ((lot >> 8) % 2));
        for (uint256 i = 0; i < indexes.length; ++i) {
            uint256 place = (lot >> (16 + 8 * i)) % (places.length + 1);
            indexes[i] = place == places.length ? 2 ** sheet.cut.depth - ((lot >> 32) % 2) : places[place];
        }
    }

    /// @dev For a list, in which a sheet may come again.
    function sheetsAt(uint256 seed) private view returns (Drawn[] memory some) {
        some = new Drawn[](lengthFor(seed >> 16));
        for (uint256 i = 0; i < some.length; ++i) {
            uint256 lot = lotOf(seed, i);
            some[i] = i != 0 && lot % 3 == 0 ? some[i - 1] : sheetAt(lot >> 8);
        }
    }

    function requireSameSheets(Drawn[] memory some) private view {
        for (uint256 i = 0; i < some.length; ++i) {
            if (some[i].id == "no sheet") continue;
            requireSameSheet(some[i]);
            requireSameNotes(some[i]);
        }
    }

    /// @dev Now and then one that was never cut.
    function sheetAt(uint256 seed) internal view returns (Drawn memory sheet) {
        if (drawn.length != 0 && seed % 16 != 0) return drawn[(seed >> 4) % drawn.length];
        (sheet.id, sheet.plainId) = ("no sheet", "no sheet");
    }

    /* SIGNATURES */

    function signCut(
        uint256 key,
        IVouchersTypes.Cut memory cut
    ) internal view returns (IVouchersTypes.Signature memory) {
        return sign(key, keccak256(abi.encode(CUT, keccak256(abi.encode(cut)))));
    }

    function sign(uint256 key, bytes32 structHash) internal view returns (IVouchersTypes.Signature memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digestOf(domain, structHash));
        return IVouchersTypes.Signature(r, s | bytes32(uint256(v - 27) << 255));
    }

    /// @dev As the plain version takes it.
    function signPlainly(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digestOf(plainDomain, structHash));
        return abi.encodePacked(r, s, v);
    }
}
