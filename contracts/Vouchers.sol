// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {IBudgetToken} from "./interfaces/IBudgetToken.sol";
import {IMerchantRegistry} from "./interfaces/IMerchantRegistry.sol";
import {Book} from "./Book.sol";
import {Receipts} from "./Receipts.sol";
import {Claims} from "./libraries/Claims.sol";
import {Programmes} from "./libraries/Programmes.sol";
import {Sheets} from "./libraries/Sheets.sol";

/// @notice Described in IVouchers. Each act: refusals, change, event, and only then a call outside.
contract Vouchers is Receipts {
    using BitMaps for BitMaps.BitMap;
    using Claims for Claims.Ledger;
    using Programmes for Programme;
    using SafeCast for uint256;
    using SafeERC20 for IBudgetToken;
    using Sheets for Sheet;

    constructor(
        IBudgetToken token_,
        IMerchantRegistry registry_,
        address admin,
        uint40 escapeAfterSeconds_,
        uint40 graceSeconds_
    ) Book(token_, registry_, admin, escapeAfterSeconds_, graceSeconds_) {}

    /* PROGRAMMES */

    function openProgramme(uint32 id, address issuer, uint64 dailyLimitCents) external onlyRole(DEFAULT_ADMIN_ROLE) {
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

    function setDailyLimit(uint32 id, uint64 dailyLimitCents) external onlyRole(DEFAULT_ADMIN_ROLE) {
        openProgrammeAt(id).dailyLimitCents = dailyLimitCents;

        emit DailyLimitSet(id, dailyLimitCents);
    }

    function fund(
        uint32 id,
        uint64 budgetCents,
        uint64 floatCents,
        uint64 guaranteeCents
    ) external onlyRole(TREASURY_ROLE) {
        Programme storage programme = openProgrammeAt(id);
        uint64 cents = budgetCents + floatCents + guaranteeCents;
        require(cents != 0, CentsMissing());

        programme.availableCents += budgetCents;
        programme.floatCents += floatCents;
        programme.guaranteeCents += guaranteeCents;

        emit Funded(id, budgetCents, floatCents, guaranteeCents);
        token.safeTransferFrom(msg.sender, address(this), cents);
    }

    function defund(
        uint32 id,
        uint64 availableCents,
        uint64 floatCents,
        uint64 guaranteeCents
    ) external onlyRole(TREASURY_ROLE) {
        Programme storage programme = openProgrammeAt(id);
        uint64 cents = availableCents + floatCents + guaranteeCents;
        require(cents != 0, CentsMissing());

        programme.takeAvailable(id, availableCents);
        programme.takeFloat(id, floatCents);
        programme.takeGuarantee(id, guaranteeCents);

        emit Defunded(id, availableCents, floatCents, guaranteeCents);
        token.safeTransfer(msg.sender, cents);
    }

    function reclaim(Reclaim[] calldata reclaims) external onlyRole(ACCEPTOR_ROLE) {
        for (uint256 i = 0; i < reclaims.length; ++i) {
            (uint32 id, uint64 cents) = (reclaims[i].programme, reclaims[i].cents);
            Programme storage programme = openProgrammeAt(id);
            require(cents != 0, CentsMissing());

            programme.takeOutstanding(id, cents);
            programme.availableCents += cents;

            emit Reclaimed(id, cents);
        }
    }

    function restoreGuarantee(uint32 id, uint64 cents) external onlyRole(ACCEPTOR_ROLE) {
        Programme storage programme = openProgrammeAt(id);
        uint64 paidCents = programme.guaranteePaidCents;
        require(cents != 0, CentsMissing());
        require(cents <= paidCents, RestoredAbovePaid(id, paidCents, cents));

        programme.takeOutstanding(id, cents);
        programme.guaranteeCents += cents;
        programme.guaranteePaidCents = paidCents - cents;

        emit GuaranteeRestored(id, cents);
    }

    /* MERCHANTS */

    function syncMerchant(uint32 merchant) external {
        (uint8 purposes, uint40 suspendedFrom) = registry.acceptanceOf(merchant);
        claims.accounts[merchant].purposes = purposes;
        claims.accounts[merchant].suspendedFrom = suspendedFrom;
    }

    /* SHEETS */

    function cutSheet(Cut calldata cut, Signature calldata acceptor) external whenNotPaused {
        require(msg.sender == issuerOf[cut.programme], NotTheIssuer(cut.programme, msg.sender));
        requireGoodTerms(cut);
        require(!sheets[cut.root].isCut(), SheetExists(cut.root));
        requireAcceptor(cutDigest(cut), acceptor);

        programmes[cut.programme].grant(cut.programme, cut.grantedCents);
        programmes[cut.programme].lock(cut.programme, cut.committedCents);
        sheets[cut.root] = Sheet({
            validUntil: cut.validUntil,
            closesAt: cut.closesAt,
            pausedSecondsBefore: pausedSecondsBefore,
            committedCents: uint256(cut.committedCents).toUint40(),
            spentCents: 0,
            programme: cut.programme,
            purposes: cut.purposes,
            depth: cut.depth,
            isClosed: false
        });

        emit SheetCut(cut.root, cut.programme, cut);
    }

    function release(Release[] calldata releases) external onlyRole(ACCEPTOR_ROLE) {
        for (uint256 i = 0; i < releases.length; ++i) {
            (bytes32 id, uint64 cents) = (releases[i].sheet, releases[i].cents);
            Sheet storage sheet = cutSheetAt(id);
            require(cents != 0, CentsMissing());
            require(cents <= sheet.leftCents(), ReleasedAboveLeft(id, sheet.leftCents(), cents));

            sheet.spend(cents);
            programmes[sheet.programme].lockedCents -= cents;

            emit Released(id, cents);
        }
    }

    function closeSheet(bytes32 id) external {
        Sheet storage sheet = cutSheetAt(id);
        require(!sheet.isClosed, SheetAlreadyClosed(id));
        if (!hasRole(ACCEPTOR_ROLE, msg.sender)) {
            require(block.timestamp > closesAt(id), SheetStillOpen(id, closesAt(id)));
        }

        uint64 cents = uint64(sheet.leftCents());
        programmes[sheet.programme].lockedCents -= cents;
        sheet.isClosed = true;

        emit SheetClosed(id, cents);
    }

    function revoke(Revocation[] calldata revocations) external onlyRole(ACCEPTOR_ROLE) {
        for (uint256 r = 0; r < revocations.length; ++r) {
            bytes32 id = revocations[r].sheet;
            uint256[] calldata indexes = revocations[r].indexes;
            uint256 places = 2 ** cutSheetAt(id).depth;
            for (uint256 i = 0; i < indexes.length; ++i) {
                uint256 index = indexes[i];
                require(index < places, IndexOutOfRange(id, index));
                requireUnused(id, index);

                use(id, index);
                revoked[id].set(index);

                emit Revoked(id, index);
            }
        }
    }

    /* PAYMENTS */

    function netDebt(uint32 merchant, uint32 programme) external {
        uint64 cents = claims.net(merchant, programme);
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

    /* CHECKED */

    function requireGoodTerms(Cut calldata cut) private view {
        uint256 earliest = uint256(cut.validUntil) + graceSeconds;
        require(cut.validUntil > block.timestamp, SheetOutOfDate(cut.validUntil, block.timestamp));
        require(cut.closesAt >= earliest, ClosesTooEarly(cut.closesAt, earliest));
        require(cut.purposes != 0, PurposesMissing());
        require(cut.depth <= Sheets.MAX_DEPTH, TooDeep(cut.depth, Sheets.MAX_DEPTH));
        require(cut.grantedCents <= cut.committedCents, GrantedAboveCommitted(cut.grantedCents, cut.committedCents));
    }
}
