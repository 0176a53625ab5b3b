// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {PlainBook} from "./PlainBook.sol";
import {IBudgetToken} from "../../../contracts/interfaces/IBudgetToken.sol";
import {IMerchantRegistry} from "../../../contracts/interfaces/IMerchantRegistry.sol";
import {PlainClaims} from "./libraries/PlainClaims.sol";
import {PlainProgrammes} from "./libraries/PlainProgrammes.sol";
import {PlainSheets} from "./libraries/PlainSheets.sol";

/// @notice Described in IPlainVouchers. Each act: refusals, change, event, and only then a call outside.
contract PlainVouchers is PlainBook {
    using BitMaps for BitMaps.BitMap;
    using PlainClaims for PlainClaims.Ledger;
    using PlainProgrammes for Programme;
    using SafeERC20 for IBudgetToken;
    using PlainSheets for Sheet;

    uint256 private constant MAX_ITEMS = 200;

    constructor(
        IBudgetToken token_,
        IMerchantRegistry registry_,
        address admin,
        uint40 escapeAfterSeconds_,
        uint40 graceSeconds_
    ) PlainBook(token_, registry_, admin, escapeAfterSeconds_, graceSeconds_) {}

    /* PROGRAMMES */

    function openProgramme(uint32 id, address issuer, uint256 dailyLimitCents) external onlyRole(DEFAULT_ADMIN_ROLE) {
        require(!programmes[id].isOpen, ProgrammeExists(id));

        programmes[id].isOpen = true;
        programmes[id].dailyLimitCents = dailyLimitCents;
        issuerOf[id] = issuer;

        emit ProgrammeOpened(id, issuer, dailyLimitCents);
    }

    function setIssuer(uint32 id, address issuer) external onlyRole(DEFAULT_ADMIN_ROLE) {
        openProgrammeAt(id);

        issuerOf[id] = issuer;

        emit IssuerSet(id, issuer);
    }

    function setDailyLimit(uint32 id, uint256 dailyLimitCents) external onlyRole(DEFAULT_ADMIN_ROLE) {
        openProgrammeAt(id).dailyLimitCents = dailyLimitCents;

        emit DailyLimitSet(id, dailyLimitCents);
    }

    function fund(
        uint32 id,
        uint256 budgetCents,
        uint256 floatCents,
        uint256 guaranteeCents
    ) external onlyRole(TREASURY_ROLE) {
        Programme storage programme = openProgrammeAt(id);
        uint256 cents = budgetCents + floatCents + guaranteeCents;
        require(cents != 0, CentsMissing());

        programme.availableCents += budgetCents;
        programme.floatCents += floatCents;
        programme.guaranteeCents += guaranteeCents;

        emit Funded(id, budgetCents, floatCents, guaranteeCents);
        token.safeTransferFrom(msg.sender, address(this), cents);
    }

    function defund(
        uint32 id,
        uint256 availableCents,
        uint256 floatCents,
        uint256 guaranteeCents
    ) external onlyRole(TREASURY_ROLE) {
        Programme storage programme = openProgrammeAt(id);
        uint256 cents = availableCents + floatCents + guaranteeCents;
        require(cents != 0, CentsMissing());

        programme.takeAvailable(id, availableCents);
        programme.takeFloat(id, floatCents);
        programme.takeGuarantee(id, guaranteeCents);

        emit Defunded(id, availableCents, floatCents, guaranteeCents);
        token.safeTransfer(msg.sender, cents);
    }

    function reclaim(uint32 id, uint256 cents) external onlyRole(ACCEPTOR_ROLE) {
        Programme storage programme = openProgrammeAt(id);
        require(cents != 0, CentsMissing());

        programme.takeOutstanding(id, cents);
        programme.availableCents += cents;

        emit Reclaimed(id, cents);
    }

    function restoreGuarantee(uint32 id, uint256 cents) external onlyRole(ACCEPTOR_ROLE) {
        Programme storage programme = openProgrammeAt(id);
        uint256 paidCents = programme.guaranteePaidCents;
        require(cents != 0, CentsMissing());
        require(cents <= paidCents, RestoredAbovePaid(id, paidCents, cents));

        programme.takeOutstanding(id, cents);
        programme.guaranteeCents += cents;
        programme.guaranteePaidCents = paidCents - cents;

        emit GuaranteeRestored(id, cents);
    }

    /* SHEETS */

    function cutSheet(
        uint32 programmeId,
        bytes32 root,
        SheetTerms calldata terms,
        uint256 grantedCents,
        bytes32 salt,
        bytes32 dataHash,
        bytes calldata acceptorSignature
    ) external whenNotPaused returns (bytes32 id) {
        require(msg.sender == issuerOf[programmeId], NotTheIssuer(programmeId, msg.sender));
        requireGoodTerms(terms);
        require(grantedCents <= terms.committedCents, GrantedAboveCommitted(grantedCents, terms.committedCents));
        id = PlainSheets.idOf(programmeId, root, terms, salt);
        require(!sheets[id].isCut(), SheetExists(id));
        requireAcceptor(cutDigest(id), acceptorSignature);

        programmes[programmeId].grant(programmeId, grantedCents);
        programmes[programmeId].lock(programmeId, terms.committedCents);
        sheets[id] = Sheet({
            root: root,
            terms: terms,
            programme: programmeId,
            spentCents: 0,
            pausedSecondsBefore: pausedSecondsBefore,
            isClosed: false
        });

        emit SheetCut(id, programmeId, root, terms, grantedCents, dataHash);
    }

    function release(bytes32 id, uint256 cents) external onlyRole(ACCEPTOR_ROLE) {
        Sheet storage sheet = cutSheetAt(id);
        require(cents != 0, CentsMissing());
        require(cents <= sheet.leftCents(), ReleasedAboveLeft(id, sheet.leftCents(), cents));

        sheet.spend(cents);
        programmes[sheet.programme].lockedCents -= cents;

        emit Released(id, cents);
    }

    function closeSheet(bytes32 id) external {
        Sheet storage sheet = cutSheetAt(id);
        require(!sheet.isClosed, SheetAlreadyClosed(id));
        if (!hasRole(ACCEPTOR_ROLE, msg.sender)) {
            require(block.timestamp > closesAt(id), SheetStillOpen(id, closesAt(id)));
        }

        uint256 cents = sheet.leftCents();
        programmes[sheet.programme].lockedCents -= cents;
        sheet.isClosed = true;

        emit SheetClosed(id, cents);
    }

    function revoke(bytes32 id, uint256[] calldata indexes) external onlyRole(ACCEPTOR_ROLE) {
        Sheet storage sheet = cutSheetAt(id);
        for (uint256 i = 0; i < indexes.length; ++i) {
            uint256 index = indexes[i];
            require(index < 2 ** sheet.terms.depth, IndexOutOfRange(id, index));
            require(!used[id].get(index), AlreadyUsed(id, index));

            used[id].set(index);
            revoked[id].set(index);

            emit Revoked(id, index);
        }
    }

    /* REDEMPTIONS */

    function redeem(Group[] calldata groups, bytes calldata acceptorSignature) external whenNotPaused {
        requireAcceptor(batchDigest(groups), acceptorSignature);
        post(groups, false);
    }

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
                requireReceipt(group.items[i], receipts[g][i].details, receipts[g][i].signature);
            }
        }
        post(groups, true);
    }

    function payGuarantee(
        bytes32 id,
        uint32 merchant,
        Item calldata item,
        bytes32 details,
        bytes calldata receiptSignature
    ) external onlyRole(FINANCE_ROLE) whenNotPaused {
        Sheet storage sheet = cutSheetAt(id);
        bytes16 noteId = item.spend.noteId;
        requireSpend(sheet, id, merchant, item);
        requireReceipt(item, details, receiptSignature);
        (uint8 purposes, ) = registry.acceptanceOf(merchant);
        require(purposes != 0, MerchantUnknown(merchant));
        require(!used[id].get(item.index), AlreadyUsed(id, item.index));
        require(!isGuaranteed[noteId], AlreadyGuaranteed(noteId));

        Programme storage programme = programmes[sheet.programme];
        programme.takeGuarantee(sheet.programme, item.amountCents);
        programme.guaranteePaidCents += item.amountCents;
        programme.hasPaidGuarantee = true;
        used[id].set(item.index);
        isGuaranteed[noteId] = true;
        claims.owed[merchant] += item.amountCents;

        emit GuaranteePaid(id, merchant, item.index, item.amountCents);
    }

    function refund(
        bytes16 refundId,
        Place calldata place,
        Receipt calldata receipt,
        bytes calldata receiptSignature,
        uint256 cents,
        uint256 refundedBeforeCents
    ) external onlyRole(FINANCE_ROLE) {
        Sheet storage sheet = cutSheetAt(place.sheet);
        bytes16 noteId = receipt.noteId;
        uint256 before = refundedCents[noteId];
        uint256 refunded = before + cents;
        require(before == refundedBeforeCents, RefundedBefore(noteId, before, refundedBeforeCents));
        require(cents != 0, CentsMissing());
        require(
            used[place.sheet].get(place.index) && !revoked[place.sheet].get(place.index),
            NotPaid(place.sheet, place.index)
        );
        sheet.requireLeaf(place.sheet, place.index, place.holder, noteId, place.capCents, place.proof);
        requireAcceptor(receiptDigest(receipt), receiptSignature);
        require(receipt.amountCents <= place.capCents, ReceiptAboveCap(noteId, place.capCents, receipt.amountCents));
        require(refunded <= receipt.amountCents, RefundAboveReceipt(noteId, receipt.amountCents, refunded));

        refundedCents[noteId] = refunded;
        uint256 missingCents = claims.takeBack(receipt.merchant, sheet.programme, cents);
        programmes[sheet.programme].takeGuarantee(sheet.programme, missingCents);
        programmes[sheet.programme].outstandingCents += cents;

        emit Refunded(refundId, receipt.merchant, cents, missingCents);
    }

    /* PAYMENTS */

    function netDebt(uint32 merchant, uint32 programme) external {
        uint256 cents = claims.net(merchant, programme);
        if (cents == 0) return;

        programmes[programme].guaranteeCents += cents;

        emit DebtNetted(merchant, programme, cents);
    }

    function settle(Payment[] calldata payments) external onlyRole(FINANCE_ROLE) whenNotPaused {
        for (uint256 i = 0; i < payments.length; ++i) {
            claims.start(payments[i]);

            emit SettlementStarted(payments[i].ref, payments[i].merchant, payments[i].cents);
        }
    }

    function confirm(bytes32[] calldata refs) external onlyRole(FINANCE_ROLE) {
        for (uint256 i = 0; i < refs.length; ++i) {
            uint256 cents = claims.confirm(refs[i]);

            emit SettlementConfirmed(refs[i]);
            token.burn(refs[i], cents);
        }
    }

    function returned(bytes32 ref, bytes32 statementEntry) external onlyRole(FINANCE_ROLE) {
        uint256 burnedCents = claims.giveBack(ref);

        emit SettlementReturned(ref, statementEntry);
        if (burnedCents != 0) token.mintReturned(ref, statementEntry, burnedCents);
    }

    /* HOW ITEMS ARE POSTED */

    function post(Group[] calldata groups, bool hasReceipts) private {
        uint256 items = 0;
        for (uint256 g = 0; g < groups.length; ++g) items += groups[g].items.length;
        require(items <= MAX_ITEMS, TooManyItems(items, MAX_ITEMS));
        for (uint256 g = 0; g < groups.length; ++g) postGroup(groups[g], hasReceipts);
    }

    function postGroup(Group calldata group, bool hasReceipts) private {
        Sheet storage sheet = cutSheetAt(group.sheet);
        (uint8 purposes, uint40 suspendedFrom) = registry.acceptanceOf(group.merchant);
        for (uint256 i = 0; i < group.items.length; ++i) {
            Item calldata item = group.items[i];
            requireSpend(sheet, group.sheet, group.merchant, item);
            (bool isSkipped, SkipReason reason) = skipOf(
                sheet,
                group.sheet,
                item,
                purposes,
                suspendedFrom,
                hasReceipts
            );
            if (isSkipped) {
                emit Skipped(group.sheet, item.index, reason);
                continue;
            }

            used[group.sheet].set(item.index);
            sheet.spend(item.amountCents);
            programmes[sheet.programme].lockedCents -= item.amountCents;
            programmes[sheet.programme].outstandingCents -= item.amountCents;
            claims.owed[group.merchant] += item.amountCents;

            emit Redeemed(group.sheet, group.merchant, item.index, item.amountCents);
        }
    }

    /// @dev What the call alone makes wrong. The holder is recovered: a wrong signer gives a leaf that is not there.
    function requireSpend(Sheet storage sheet, bytes32 id, uint32 merchant, Item calldata item) private view {
        Spend calldata spend = item.spend;
        require(spend.merchant == merchant, MerchantMismatch(spend.merchant, merchant));
        require(item.amountCents != 0, AmountMissing(id, item.index));
        require(
            item.amountCents <= spend.mostCents,
            AmountAboveSigned(id, item.index, spend.mostCents, item.amountCents)
        );
        require(spend.mostCents <= item.capCents, SignedAboveCap(id, item.index, item.capCents, spend.mostCents));
        address holder = ECDSA.recoverCalldata(spendDigest(spend), item.signature);
        sheet.requireLeaf(id, item.index, holder, spend.noteId, item.capCents, item.proof);
    }

    /// @dev What depends on state or time.
    function skipOf(
        Sheet storage sheet,
        bytes32 id,
        Item calldata item,
        uint8 purposes,
        uint40 suspendedFrom,
        bool hasReceipt
    ) private view returns (bool isSkipped, SkipReason reason) {
        Programme storage programme = programmes[sheet.programme];
        uint256 pauses = pausedSecondsSince(sheet);
        if (used[id].get(item.index)) return (true, SkipReason.AlreadyUsed);
        if (sheet.isClosed) return (true, SkipReason.SheetClosed);
        if (block.timestamp > sheet.terms.closesAt + pauses) return (true, SkipReason.SheetClosed);
        // A receipt says that the spend was accepted in time; most deadlines are over when the escape opens.
        if (!hasReceipt && block.timestamp > item.spend.deadline + pauses) return (true, SkipReason.DeadlinePassed);
        if (purposes == 0) return (true, SkipReason.MerchantUnknown);
        if (suspendedFrom != 0 && block.timestamp >= suspendedFrom) return (true, SkipReason.MerchantSuspended);
        if (purposes & sheet.terms.purposes == 0) return (true, SkipReason.PurposeNotAllowed);
        if (item.amountCents > sheet.leftCents()) return (true, SkipReason.SheetExhausted);
        if (item.amountCents > programme.outstandingCents) return (true, SkipReason.ProgrammeExhausted);
        // Costs a cold read for each item, so only where a guarantee was ever paid.
        if (programme.hasPaidGuarantee && isGuaranteed[item.spend.noteId]) return (true, SkipReason.Guaranteed);
    }

    function requireReceipt(Item calldata item, bytes32 details, bytes calldata signature) private view {
        Receipt memory receipt = Receipt({
            noteId: item.spend.noteId,
            merchant: item.spend.merchant,
            amountCents: item.amountCents,
            commitment: item.spend.commitment,
            details: details
        });
        requireAcceptor(receiptDigest(receipt), signature);
    }

    function requireGoodTerms(SheetTerms calldata terms) private view {
        uint256 earliest = uint256(terms.validUntil) + graceSeconds;
        require(terms.validUntil > block.timestamp, SheetOutOfDate(terms.validUntil, block.timestamp));
        require(terms.closesAt >= earliest, ClosesTooEarly(terms.closesAt, earliest));
        require(terms.purposes != 0, PurposesMissing());
        require(terms.depth <= PlainSheets.MAX_DEPTH, TooDeep(terms.depth, PlainSheets.MAX_DEPTH));
    }
}
