// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

/// @title What PlainVouchers keeps and what it is handed.
/// @notice All amounts are whole cents, all times are seconds since 1970.
interface IPlainVouchersTypes {
    /* KEPT */

    /// @notice The pots of one programme. `lockedCents` is no pot: it says how much of outstanding and float the open
    /// sheets may still take.
    /// @param isOpen True for every programme that exists.
    /// @param hasPaidGuarantee True for ever after the first guarantee paid.
    /// @param grantedOnDay The day (since 1970) that `grantedTodayCents` counts.
    /// @param availableCents Budget that may be granted.
    /// @param outstandingCents Granted and neither spent nor taken back.
    /// @param floatCents Covers the padding of sheets; never granted, never spent.
    /// @param guaranteeCents Pays acceptances that the chain would not take.
    /// @param guaranteePaidCents Paid from the guarantee and not yet restored from outstanding.
    /// @param lockedCents What the open sheets have left, all together.
    /// @param dailyLimitCents The most that may be granted in one day.
    /// @param grantedTodayCents What was granted on `grantedOnDay`.
    struct Programme {
        bool isOpen;
        bool hasPaidGuarantee;
        uint32 grantedOnDay;
        uint256 availableCents;
        uint256 outstandingCents;
        uint256 floatCents;
        uint256 guaranteeCents;
        uint256 guaranteePaidCents;
        uint256 lockedCents;
        uint256 dailyLimitCents;
        uint256 grantedTodayCents;
    }

    /// @notice What is fixed about a sheet for good.
    /// @param validUntil The last valid second of its notes; keeping it to the day is the acceptor's duty, not the
    /// chain's.
    /// @param closesAt The last second in which it takes redemptions (pauses come on top).
    /// @param purposes Bit mask of what its notes may buy.
    /// @param depth Its tree has 2**depth places.
    /// @param committedCents The most that all its notes together may take.
    struct SheetTerms {
        uint40 validUntil;
        uint40 closesAt;
        uint8 purposes;
        uint8 depth;
        uint64 committedCents;
    }

    /// @param spentCents Redeemed and released; what the sheet has left is committed - spent, or nothing once it is
    /// closed.
    /// @param pausedSecondsBefore All pauses until the sheet was cut; later ones extend its times.
    struct Sheet {
        bytes32 root;
        SheetTerms terms;
        uint32 programme;
        uint64 spentCents;
        uint40 pausedSecondsBefore;
        bool isClosed;
    }

    /* HANDED IN */

    /// @notice What a holder signs: at most so much of this note, at this merchant, until then.
    /// @param commitment Binds the charge's nonce and the exact time without telling them.
    struct Spend {
        bytes16 noteId;
        uint32 merchant;
        uint64 mostCents;
        uint64 deadline;
        bytes16 commitment;
    }

    /// @notice One acceptance to post, with the proof of its note's place on the sheet.
    /// @param signature The holder's, on `spend`: 65 bytes r, s, v.
    /// @param proof The siblings from the leaf up; bit i of `index` says on which side the i-th stands.
    struct Item {
        uint32 index;
        uint64 capCents;
        uint64 amountCents;
        Spend spend;
        bytes signature;
        bytes32[] proof;
    }

    /// @notice Acceptances of one merchant's on one sheet.
    struct Group {
        bytes32 sheet;
        uint32 merchant;
        Item[] items;
    }

    /// @notice What the acceptor signs when it accepts a spend.
    /// @param details Binds what the receipt says besides (change, time, device) without telling it.
    struct Receipt {
        bytes16 noteId;
        uint32 merchant;
        uint64 amountCents;
        bytes16 commitment;
        bytes32 details;
    }

    /// @notice The part of a receipt that its item does not already say, and the acceptor's signature.
    struct ReceiptProof {
        bytes32 details;
        bytes signature;
    }

    /// @notice The place of a note on a sheet, provable without the spend.
    struct Place {
        bytes32 sheet;
        uint32 index;
        address holder;
        uint64 capCents;
        bytes32[] proof;
    }

    /// @notice An order to pay a merchant; `ref` names it for ever.
    struct Payment {
        bytes32 ref;
        uint32 merchant;
        uint256 cents;
    }

    /// @notice Where a payment stands.
    enum SettlementState {
        None,
        Started,
        Confirmed,
        Returned
    }

    struct Settlement {
        uint32 merchant;
        SettlementState state;
        uint256 cents;
    }

    /// @notice Why an item was passed over. A hint: the state at the final block is the truth.
    enum SkipReason {
        AlreadyUsed,
        SheetClosed,
        DeadlinePassed,
        SheetExhausted,
        ProgrammeExhausted,
        MerchantUnknown,
        MerchantSuspended,
        PurposeNotAllowed,
        Guaranteed
    }
}
