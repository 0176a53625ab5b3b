// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IVouchersFacts} from "../interfaces/IVouchersFacts.sol";
import {IVouchersTypes} from "../interfaces/IVouchersTypes.sol";

/// @notice What merchants are owed, what they owe back, and the payments under way.
library Claims {
    struct Ledger {
        mapping(uint32 merchant => uint256 cents) owed;
        mapping(uint32 merchant => uint256 cents) totalDebt;
        mapping(uint32 merchant => mapping(uint32 programme => uint256 cents)) debt;
        mapping(bytes32 ref => IVouchersTypes.Settlement) settlements;
    }

    /// @dev Lowers the claim as far as it goes. What is missing becomes debt to the programme.
    function takeBack(
        Ledger storage ledger,
        uint32 merchant,
        uint32 programme,
        uint256 cents
    ) internal returns (uint256 missingCents) {
        uint256 fromClaim = Math.min(ledger.owed[merchant], cents);
        missingCents = cents - fromClaim;
        ledger.owed[merchant] -= fromClaim;
        ledger.debt[merchant][programme] += missingCents;
        ledger.totalDebt[merchant] += missingCents;
    }

    /// @dev Repays debt from the claim as far as either goes.
    function net(Ledger storage ledger, uint32 merchant, uint32 programme) internal returns (uint256 cents) {
        cents = Math.min(ledger.owed[merchant], ledger.debt[merchant][programme]);
        ledger.owed[merchant] -= cents;
        ledger.debt[merchant][programme] -= cents;
        ledger.totalDebt[merchant] -= cents;
    }

    function start(Ledger storage ledger, IVouchersTypes.Payment calldata payment) internal {
        uint256 owed = ledger.owed[payment.merchant];
        uint256 debt = ledger.totalDebt[payment.merchant];
        require(
            ledger.settlements[payment.ref].state == IVouchersTypes.SettlementState.None,
            IVouchersFacts.PaymentExists(payment.ref)
        );
        require(payment.cents != 0, IVouchersFacts.CentsMissing());
        require(debt == 0, IVouchersFacts.DebtFirst(payment.merchant, debt));
        require(payment.cents <= owed, IVouchersFacts.OwedTooLow(payment.merchant, owed, payment.cents));

        ledger.owed[payment.merchant] = owed - payment.cents;
        ledger.settlements[payment.ref] = IVouchersTypes.Settlement({
            merchant: payment.merchant,
            state: IVouchersTypes.SettlementState.Started,
            cents: payment.cents
        });
    }

    function confirm(Ledger storage ledger, bytes32 ref) internal returns (uint256 cents) {
        IVouchersTypes.Settlement storage settlement = ledger.settlements[ref];
        require(
            settlement.state == IVouchersTypes.SettlementState.Started,
            IVouchersFacts.SettlementIs(ref, settlement.state)
        );

        settlement.state = IVouchersTypes.SettlementState.Confirmed;
        return settlement.cents;
    }

    /// @dev Owes a payment again. `burnedCents` is what `confirm` had burned for it: all or nothing.
    function giveBack(Ledger storage ledger, bytes32 ref) internal returns (uint256 burnedCents) {
        IVouchersTypes.Settlement storage settlement = ledger.settlements[ref];
        bool isStarted = settlement.state == IVouchersTypes.SettlementState.Started;
        bool isConfirmed = settlement.state == IVouchersTypes.SettlementState.Confirmed;
        require(isStarted || isConfirmed, IVouchersFacts.SettlementIs(ref, settlement.state));

        settlement.state = IVouchersTypes.SettlementState.Returned;
        ledger.owed[settlement.merchant] += settlement.cents;
        return isConfirmed ? settlement.cents : 0;
    }
}
