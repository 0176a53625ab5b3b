// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IPlainVouchersFacts} from "../interfaces/IPlainVouchersFacts.sol";
import {IPlainVouchersTypes} from "../interfaces/IPlainVouchersTypes.sol";

/// @notice What merchants are owed, what they owe back, and the payments under way.
library PlainClaims {
    struct Ledger {
        mapping(uint32 merchant => uint256 cents) owed;
        mapping(uint32 merchant => uint256 cents) totalDebt;
        mapping(uint32 merchant => mapping(uint32 programme => uint256 cents)) debt;
        mapping(bytes32 ref => IPlainVouchersTypes.Settlement) settlements;
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

    function start(Ledger storage ledger, IPlainVouchersTypes.Payment calldata payment) internal {
        uint256 owed = ledger.owed[payment.merchant];
        uint256 debt = ledger.totalDebt[payment.merchant];
        require(
            ledger.settlements[payment.ref].state == IPlainVouchersTypes.SettlementState.None,
            IPlainVouchersFacts.PaymentExists(payment.ref)
        );
        require(payment.cents != 0, IPlainVouchersFacts.CentsMissing());
        require(debt == 0, IPlainVouchersFacts.DebtFirst(payment.merchant, debt));
        require(payment.cents <= owed, IPlainVouchersFacts.OwedTooLow(payment.merchant, owed, payment.cents));

        ledger.owed[payment.merchant] = owed - payment.cents;
        ledger.settlements[payment.ref] = IPlainVouchersTypes.Settlement({
            merchant: payment.merchant,
            state: IPlainVouchersTypes.SettlementState.Started,
            cents: payment.cents
        });
    }

    function confirm(Ledger storage ledger, bytes32 ref) internal returns (uint256 cents) {
        IPlainVouchersTypes.Settlement storage settlement = ledger.settlements[ref];
        require(
            settlement.state == IPlainVouchersTypes.SettlementState.Started,
            IPlainVouchersFacts.SettlementIs(ref, settlement.state)
        );

        settlement.state = IPlainVouchersTypes.SettlementState.Confirmed;
        return settlement.cents;
    }

    /// @dev Owes a payment again. `burnedCents` is what `confirm` had burned for it: all or nothing.
    function giveBack(Ledger storage ledger, bytes32 ref) internal returns (uint256 burnedCents) {
        IPlainVouchersTypes.Settlement storage settlement = ledger.settlements[ref];
        bool isStarted = settlement.state == IPlainVouchersTypes.SettlementState.Started;
        bool isConfirmed = settlement.state == IPlainVouchersTypes.SettlementState.Confirmed;
        require(isStarted || isConfirmed, IPlainVouchersFacts.SettlementIs(ref, settlement.state));

        settlement.state = IPlainVouchersTypes.SettlementState.Returned;
        ledger.owed[settlement.merchant] += settlement.cents;
        return isConfirmed ? settlement.cents : 0;
    }
}
