// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IVouchersFacts} from "../interfaces/IVouchersFacts.sol";
import {IVouchersTypes} from "../interfaces/IVouchersTypes.sol";

/// @notice The pots of a programme: what goes in, what comes out, and that the open sheets stay covered.
library Programmes {
    using SafeCast for uint256;

    function takeAvailable(IVouchersTypes.Programme storage programme, uint32 id, uint64 cents) internal {
        uint64 held = programme.availableCents;
        require(cents <= held, IVouchersFacts.AvailableTooLow(id, held, cents));
        programme.availableCents = held - cents;
    }

    function takeGuarantee(IVouchersTypes.Programme storage programme, uint32 id, uint64 cents) internal {
        uint64 held = programme.guaranteeCents;
        require(cents <= held, IVouchersFacts.GuaranteeTooLow(id, held, cents));
        programme.guaranteeCents = held - cents;
    }

    /// @dev Only what no open sheet needs.
    function takeOutstanding(IVouchersTypes.Programme storage programme, uint32 id, uint64 cents) internal {
        uint64 held = programme.outstandingCents;
        require(cents <= held, IVouchersFacts.OutstandingTooLow(id, held, cents));
        programme.outstandingCents = held - cents;
        requireCovered(programme, id);
    }

    /// @dev Only what no open sheet needs.
    function takeFloat(IVouchersTypes.Programme storage programme, uint32 id, uint64 cents) internal {
        uint64 held = programme.floatCents;
        require(cents <= held, IVouchersFacts.FloatTooLow(id, held, cents));
        programme.floatCents = held - cents;
        requireCovered(programme, id);
    }

    /// @dev Sheets of change grant nothing and are cut whatever the limit was lowered to.
    function grant(IVouchersTypes.Programme storage programme, uint32 id, uint64 cents) internal {
        if (cents == 0) return;
        uint32 day = (block.timestamp / 1 days).toUint32();
        uint64 grantedCents = cents + (programme.grantedOnDay == day ? programme.grantedTodayCents : 0);
        uint64 limitCents = programme.dailyLimitCents;
        require(grantedCents <= limitCents, IVouchersFacts.AboveDailyLimit(id, limitCents, grantedCents));

        takeAvailable(programme, id, cents);
        programme.outstandingCents += cents;
        programme.grantedOnDay = day;
        programme.grantedTodayCents = grantedCents;
    }

    function lock(IVouchersTypes.Programme storage programme, uint32 id, uint64 cents) internal {
        programme.lockedCents += cents;
        requireCovered(programme, id);
    }

    function requireCovered(IVouchersTypes.Programme storage programme, uint32 id) private view {
        uint256 locked = programme.lockedCents;
        uint256 covered = uint256(programme.outstandingCents) + programme.floatCents;
        require(locked <= covered, IVouchersFacts.LocksUncovered(id, locked, covered));
    }
}
