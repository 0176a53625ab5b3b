// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Book} from "./Book.sol";
import {Claims} from "./libraries/Claims.sol";
import {Items} from "./libraries/Items.sol";
import {Leaves} from "./libraries/Leaves.sol";
import {Sheets} from "./libraries/Sheets.sol";

/// @notice How acceptances are posted: the one path that runs for every payment, and is written to be cheap.
/// @dev A group is worked through in memory and written back once: each slot that it needs is read once and written
/// once, however many items it has.
abstract contract Posting is Book {
    using Claims for Claims.Ledger;
    using Items for bytes32;
    using Items for uint256;

    uint256 private constant MAX_ITEMS = 500;
    /// @dev Where the bytes begin that the acceptor signs: behind selector and signature.
    uint256 private constant CONTENT = 4 + 64;

    /// @dev What all items of a group share.
    /// @param earliest The least deadline that is not over, the pauses since the cut included.
    /// @param leftCents The lesser of what the sheet and its programme have left.
    struct Frame {
        bytes32 id;
        bytes32 domain;
        uint256 purposes;
        uint256 earliest;
        uint256 leftCents;
        uint256 sheetLeftCents;
        bool isOver;
        bool hasPaidGuarantee;
    }

    function redeem(Signature calldata acceptor, Group[] calldata groups) external whenNotPaused {
        requireAcceptor(batchDigest(keccak256(msg.data[CONTENT:])), acceptor);
        post(groups, false);
    }

    function redeemOne(
        bytes32 id,
        uint32 merchant,
        Item calldata item,
        bytes32[] calldata siblings
    ) external whenNotPaused {
        requireAcceptor(msg.sender);
        Sheet storage sheet = cutSheetAt(id);
        Frame memory frame = frameOf(id, sheet, false);
        uint256 terms = item.terms;
        uint256 index = terms.index();
        requireLeaf(id, sheet.depth, index, leafOfSpend(id, frame.domain, merchant, item), siblings);
        SkipReason reason =
            isUsed(id, index)
                ? SkipReason.AlreadyUsed
                : reasonFor(frame, item.note, terms, accountOf(frame, merchant), 0);
        if (reason != SkipReason.None) {
            emit Skipped(id, index, reason);
            return;
        }

        uint64 cents = terms.amountCents();
        uint256[] memory redemptions = new uint256[](1);
        redemptions[0] = Items.redemption(index, merchant, cents);
        use(id, index);
        book(sheet, cents);
        claims.owe(merchant, cents);
        emit Redeemed(id, redemptions);
    }

    function post(Group[] calldata groups, bool isEscape) internal {
        uint256 count = 0;
        for (uint256 g = 0; g < groups.length; ++g) {
            Group calldata group = groups[g];
            count += group.items.length;
            postGroup(group.sheet, group.merchants, group.items, group.siblings, isEscape);
        }
        require(count <= MAX_ITEMS, TooManyItems(count, MAX_ITEMS));
    }

    function postGroup(
        bytes32 id,
        uint32[] calldata merchants,
        Item[] calldata items,
        bytes32[] calldata siblings,
        bool isEscape
    ) private {
        require(items.length != 0, ItemsMissing(id));
        Sheet storage sheet = cutSheetAt(id);
        Frame memory frame = frameOf(id, sheet, isEscape);
        uint256[] memory accounts = accountsOf(frame, merchants);
        Sheets.requireLeaves(id, sheet.depth, leavesOf(frame, accounts, items), siblings);
        uint256 takenCents = take(frame, accounts, items);
        if (takenCents == 0) return;

        book(sheet, uint64(takenCents));
        for (uint256 m = 0; m < accounts.length; ++m) {
            uint64 cents = uint64(accounts[m] >> 32);
            if (cents != 0) claims.owe(uint32(accounts[m]), cents);
        }
    }

    function frameOf(bytes32 id, Sheet storage sheet, bool isEscape) private view returns (Frame memory frame) {
        Programme storage programme = programmes[sheet.programme];
        uint256 pauses = pausedSecondsBefore - sheet.pausedSecondsBefore;
        frame.id = id;
        frame.domain = _domainSeparatorV4();
        frame.purposes = sheet.purposes;
        // A receipt says that the spend was accepted in time; most deadlines are over when the escape opens.
        frame.earliest = isEscape ? 0 : block.timestamp - pauses;
        frame.sheetLeftCents = sheet.committedCents - sheet.spentCents;
        frame.leftCents = Math.min(frame.sheetLeftCents, programme.outstandingCents);
        frame.isOver = sheet.isClosed || block.timestamp > sheet.closesAt + pauses;
        frame.hasPaidGuarantee = programme.hasPaidGuarantee;
    }

    /// @dev What was locked for notes and outstanding is spent.
    function book(Sheet storage sheet, uint64 cents) private {
        Programme storage programme = programmes[sheet.programme];
        sheet.spentCents += uint40(cents);
        programme.outstandingCents -= cents;
        programme.lockedCents -= cents;
    }

    /// @dev For each merchant a word: the reason to pass its items over (from bit 96), its cents (from bit 32, none
    /// yet) and its number.
    function accountsOf(
        Frame memory frame,
        uint32[] calldata merchants
    ) private view returns (uint256[] memory accounts) {
        accounts = new uint256[](merchants.length);
        uint256 next = 0;
        for (uint256 m = 0; m < merchants.length; ++m) {
            uint32 merchant = merchants[m];
            require(merchant >= next, MerchantsNotAscending(frame.id, merchant));
            next = uint256(merchant) + 1;
            accounts[m] = accountOf(frame, merchant);
        }
    }

    /// @dev Place and leaf of each item, as `Leaves.rootOf` takes them.
    function leavesOf(
        Frame memory frame,
        uint256[] memory accounts,
        Item[] calldata items
    ) private view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](2 * items.length);
        uint256 next = 0;
        for (uint256 i = 0; i < items.length; ++i) {
            Item calldata item = items[i];
            uint256 terms = item.terms;
            uint256 index = terms.index();
            uint256 position = terms.merchantPosition();
            require(index >= next, IndexesNotAscending(frame.id, index));
            require(position < accounts.length, MerchantMissing(frame.id, index));
            unchecked {
                bytes32 leaf = leafOfSpend(frame.id, frame.domain, uint32(accounts[position]), item);
                Leaves.put(leaves, i, index, leaf);
                next = index + 1;
            }
        }
    }

    /// @dev Counts each item in, or tells why it is passed over.
    function take(
        Frame memory frame,
        uint256[] memory accounts,
        Item[] calldata items
    ) private returns (uint256 takenCents) {
        uint256[] memory redemptions = new uint256[](items.length);
        uint256 bucket = type(uint256).max;
        uint256 bits = 0;
        for (uint256 i = 0; i < items.length; ++i) {
            Item calldata item = items[i];
            uint256 terms = item.terms;
            uint256 index = terms.index();
            uint256 account = accounts[terms.merchantPosition()];
            if (index >> 8 != bucket) {
                if (bits != 0) used[frame.id][bucket] = bits;
                bucket = index >> 8;
                bits = used[frame.id][bucket];
            }
            unchecked {
                uint256 cents = terms.amountCents();
                bool isUsedUp = bits & bitOf(index) != 0;
                if (
                    isUsedUp ||
                    account >> 96 != 0 ||
                    frame.hasPaidGuarantee ||
                    takenCents + cents > frame.leftCents ||
                    terms.deadline() < frame.earliest
                ) {
                    SkipReason reason =
                        isUsedUp ? SkipReason.AlreadyUsed : reasonFor(frame, item.note, terms, account, takenCents);
                    if (reason != SkipReason.None) {
                        emit Skipped(frame.id, index, reason);
                        continue;
                    }
                }
                bits |= bitOf(index);
                takenCents += cents;
                accounts[terms.merchantPosition()] = account + (cents << 32);
                redemptions[i] = Items.redemption(index, uint32(account), cents);
            }
        }
        if (takenCents == 0) return 0;
        used[frame.id][bucket] = bits;
        emit Redeemed(frame.id, redemptions);
    }

    /// @dev What the call alone makes wrong. The holder is recovered: a wrong signer gives a leaf that is not there.
    function leafOfSpend(
        bytes32 id,
        bytes32 domain,
        uint32 merchant,
        Item calldata item
    ) internal view returns (bytes32) {
        uint256 terms = item.terms;
        uint256 amount = terms.amountCents();
        uint256 most = terms.mostCents();
        uint256 cap = terms.capCents();
        require(amount != 0, AmountMissing(id, terms.index()));
        require(amount <= most, AmountAboveSigned(id, terms.index(), most, amount));
        require(most <= cap, SignedAboveCap(id, terms.index(), cap, most));
        (address holder, bytes32 leaf) = Leaves.ofSpend(domain, merchant, item);
        require(holder != address(0), SignatureInvalid(id, terms.index()));
        return leaf;
    }

    /// @dev What depends on state or time: of a sheet and a merchant.
    function accountOf(Frame memory frame, uint32 merchant) private view returns (uint256) {
        Account storage account = claims.accounts[merchant];
        uint256 suspendedFrom = account.suspendedFrom;
        SkipReason reason = SkipReason.None;
        if (frame.isOver) reason = SkipReason.SheetClosed;
        else if (account.purposes == 0) reason = SkipReason.MerchantUnknown;
        else if (suspendedFrom != 0 && block.timestamp >= suspendedFrom) reason = SkipReason.MerchantSuspended;
        else if (account.purposes & frame.purposes == 0) reason = SkipReason.PurposeNotAllowed;
        return (uint256(reason) << 96) | merchant;
    }

    /// @dev What depends on state or time: of an item.
    function reasonFor(
        Frame memory frame,
        bytes32 note,
        uint256 terms,
        uint256 account,
        uint256 takenCents
    ) private view returns (SkipReason) {
        SkipReason reason = SkipReason(account >> 96);
        if (reason == SkipReason.SheetClosed) return reason;
        if (terms.deadline() < frame.earliest) return SkipReason.DeadlinePassed;
        if (reason != SkipReason.None) return reason;
        uint256 sum = takenCents + terms.amountCents();
        if (sum > frame.leftCents) {
            return sum > frame.sheetLeftCents ? SkipReason.SheetExhausted : SkipReason.ProgrammeExhausted;
        }
        // Costs a cold read for each item, so only where a guarantee was ever paid.
        if (frame.hasPaidGuarantee && isGuaranteed[note.noteId()]) return SkipReason.Guaranteed;
        return SkipReason.None;
    }

    /// @dev One place alone.
    function requireLeaf(
        bytes32 id,
        uint256 depth,
        uint256 index,
        bytes32 leaf,
        bytes32[] calldata siblings
    ) internal pure {
        bytes32[] memory leaves = new bytes32[](2);
        Leaves.put(leaves, 0, index, leaf);
        Sheets.requireLeaves(id, depth, leaves, siblings);
    }
}
