// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

/// @title What Vouchers keeps and what it is handed.
/// @notice All amounts are whole cents, all times are seconds since 1970.
interface IVouchersTypes {
    /* KEPT: EACH STRUCT LIES IN AS FEW SLOTS AS IT CAN, WHAT CHANGES TOGETHER IN ONE */

    /// @notice The pots of one programme. `lockedCents` is no pot: it says how much of outstanding and float the open
    /// sheets may still take.
    /// @param outstandingCents Granted and neither spent nor taken back.
    /// @param lockedCents What the open sheets have left, all together.
    /// @param floatCents Covers the padding of sheets; never granted, never spent.
    /// @param isOpen True for every programme that exists.
    /// @param hasPaidGuarantee True for ever after the first guarantee paid.
    /// @param availableCents Budget that may be granted.
    /// @param dailyLimitCents The most that may be granted in one day.
    /// @param grantedTodayCents What was granted on `grantedOnDay`.
    /// @param grantedOnDay The day (since 1970) that `grantedTodayCents` counts.
    /// @param guaranteeCents Pays acceptances that the chain would not take.
    /// @param guaranteePaidCents Paid from the guarantee and not yet restored from outstanding.
    struct Programme {
        uint64 outstandingCents;
        uint64 lockedCents;
        uint64 floatCents;
        bool isOpen;
        bool hasPaidGuarantee;
        // Second slot.
        uint64 availableCents;
        uint64 dailyLimitCents;
        uint64 grantedTodayCents;
        uint32 grantedOnDay;
        // Third slot.
        uint64 guaranteeCents;
        uint64 guaranteePaidCents;
    }

    /// @notice What is kept of a sheet, in one slot. Its name is its tree's root.
    /// @param validUntil The last valid second of its notes; keeping it to the day is the acceptor's duty, not the
    /// chain's.
    /// @param closesAt The last second in which it takes redemptions (pauses come on top).
    /// @param pausedSecondsBefore All pauses until the sheet was cut; later ones extend its times.
    /// @param committedCents The most that all its notes together may take.
    /// @param spentCents Redeemed and released; what the sheet has left is committed - spent, or nothing once it is
    /// closed.
    /// @param purposes Bit mask of what its notes may buy.
    /// @param depth Its tree has 2**depth places.
    struct Sheet {
        uint40 validUntil;
        uint40 closesAt;
        uint40 pausedSecondsBefore;
        uint40 committedCents;
        uint40 spentCents;
        uint32 programme;
        uint8 purposes;
        uint8 depth;
        bool isClosed;
    }

    /// @notice One merchant, in one slot.
    /// @param owedCents What it is owed and no payment has taken up.
    /// @param debtCents What it owes the guarantees of all programmes.
    /// @param purposes What it may sell, and from when it is suspended (zero: not): a copy of what the registry says.
    struct Account {
        uint64 owedCents;
        uint64 debtCents;
        uint40 suspendedFrom;
        uint8 purposes;
    }

    /// @notice Where a payment stands.
    enum SettlementState {
        None,
        Started,
        Confirmed,
        Returned
    }

    struct Settlement {
        uint64 cents;
        uint32 merchant;
        SettlementState state;
    }

    /* HANDED IN */

    /// @notice A signature in 64 bytes (ERC-2098): s in the lower half only, y's parity in the highest bit of `vs`.
    struct Signature {
        bytes32 r;
        bytes32 vs;
    }

    /// @notice A sheet to put on chain: what is fixed about it for good, and what it grants anew.
    /// @param root The root of its tree, which is its name from now on. Leaves hold random note ids, so it tells
    /// nothing and never comes twice.
    /// @param dataHash Commits the encrypted file of its leaves.
    struct Cut {
        bytes32 root;
        uint32 programme;
        uint40 validUntil;
        uint40 closesAt;
        uint8 purposes;
        uint8 depth;
        uint64 committedCents;
        uint64 grantedCents;
        bytes32 dataHash;
    }

    /// @notice What a holder signs: at most so much of this note, at this merchant, until then.
    /// @param commitment Binds the charge's nonce and the exact time without telling them.
    struct Spend {
        bytes16 noteId;
        uint32 merchant;
        uint64 mostCents;
        uint64 deadline;
        bytes16 commitment;
    }

    /// @notice One acceptance to post, packed: four words. `Items` reads it.
    /// @param holder The holder's signature on the Spend that `note`, `terms` and the merchant make up.
    /// @param note The note's id (16 bytes) and the spend's commitment (16 bytes).
    /// @param terms From the lowest bit: amountCents, mostCents, capCents, deadline (40 bits each), the place on the
    /// sheet (24 bits), the merchant's position in its group (8 bits). The rest is zero.
    struct Item {
        Signature holder;
        bytes32 note;
        uint256 terms;
    }

    /// @notice Acceptances on one sheet, with one proof for all.
    /// @param merchants Those of the items, strictly ascending.
    /// @param items Strictly ascending by place.
    /// @param siblings The nodes of the tree that do not follow from the items: level by level from the leaves up,
    /// in each from left to right.
    struct Group {
        bytes32 sheet;
        uint32[] merchants;
        Item[] items;
        bytes32[] siblings;
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
        Signature acceptor;
    }

    /// @notice The place of a note on a sheet, provable without the spend.
    struct Place {
        bytes32 sheet;
        uint24 index;
        address holder;
        uint64 capCents;
        bytes32[] siblings;
    }

    /// @notice Cents of a paid place that become granted value again.
    /// @param refundId Its name in the books; the chain only repeats it.
    /// @param receipt What was paid, signed by the acceptor.
    /// @param refundedBeforeCents What was refunded of the note before.
    struct Refund {
        bytes16 refundId;
        Place place;
        Receipt receipt;
        Signature acceptor;
        uint64 cents;
        uint64 refundedBeforeCents;
    }

    /// @notice Places of a sheet that are never to be posted.
    struct Revocation {
        bytes32 sheet;
        uint256[] indexes;
    }

    /// @notice Cents to unlock of a sheet.
    struct Release {
        bytes32 sheet;
        uint64 cents;
    }

    /// @notice Cents to take back of a programme.
    struct Reclaim {
        uint32 programme;
        uint64 cents;
    }

    /// @notice An order to pay a merchant; `ref` names it for ever.
    struct Payment {
        bytes32 ref;
        uint32 merchant;
        uint64 cents;
    }

    /// @notice Why an item was passed over. A hint: the state at the final block is the truth.
    enum SkipReason {
        None,
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
