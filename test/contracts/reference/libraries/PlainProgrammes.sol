// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IPlainVouchersFacts} from "../interfaces/IPlainVouchersFacts.sol";
import {IPlainVouchersTypes} from "../interfaces/IPlainVouchersTypes.sol";

/// @notice The pots of a programme: what goes in, what comes out, and that the open sheets stay covered.
library PlainProgrammes {
    using SafeCast for uint256;

    function takeAvailable(IPlainVouchersTypes.Programme storage programme, uint32 id, uint256 cents) internal {
        uint256 held = programme.availableCents;
        require(cents <= held, IPlainVouchersFacts.AvailableTooLow(id, held, cents));
        programme.availableCents = held - cents;
    }

    function takeGuarantee(IPlainVouchersTypes.Programme storage programme, uint32 id, uint256 cents) internal {
        uint256 held = programme.guaranteeCents;
        require(cents <= held, IPlainVouchersFacts.GuaranteeTooLow(id, held, cents));
        programme.guaranteeCents = held - cents;
    }

    /// @dev Only what no open sheet needs.
    function takeOutstanding(IPlainVouchersTypes.Programme storage programme, uint32 id, uint256 cents) internal {
        uint256 held = programme.outstandingCents;
        require(cents <= held, IPlainVouchersFacts.OutstandingTooLow(id, held, cents));
        programme.outstandingCents = held - cents;
        requireCovered(programme, id);
    }

    /// @dev Only what no open sheet needs.
    function takeFloat(IPlainVouchersTypes.Programme storage programme, uint32 id, uint256 cents) internal {
        uint256 held = programme.floatCents;
        require(cents <= held, IPlainVouchersFacts.FloatTooLow(id, held, cents));
        programme.floatCents = held - cents;
        requireCovered(programme, id);
    }

    /// @dev PlainSheets of change grant nothing and are cut whatever the limit was lowered to.
    function grant(IPlainVouchersTypes.Programme storage programme, uint32 id, uint256 cents) internal {
        if (cents == 0) return;
        uint32 day = (block.timestamp / 1 days).toUint32();
        uint256 grantedCents = cents + (programme.grantedOnDay == day ? programme.grantedTodayCents : 0);
        uint256 limitCents = programme.dailyLimitCents;
        require(grantedCents <= limitCents, IPlainVouchersFacts.AboveDailyLimit(id, limitCents, grantedCents));

        takeAvailable(programme, id, cents);
        programme.outstandingCents += cents;
        programme.grantedOnDay = day;
        programme.grantedTodayCents = grantedCents;
    }

    function lock(IPlainVouchersTypes.Programme storage programme, uint32 id, uint256 cents) internal {
        programme.lockedCents += cents;
        requireCovered(programme, id);
    }

    function requireCovered(IPlainVouchersTypes.Programme storage programme, uint32 id) private view {
        uint256 locked = programme.lockedCents;
        uint256 covered = programme.outstandingCents + programme.floatCents;
        require(locked <= covered, IPlainVouchersFacts.LocksUncovered(id, locked, covered));
    }
}
