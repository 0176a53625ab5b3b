// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IVouchersFacts} from "../interfaces/IVouchersFacts.sol";
import {IVouchersTypes} from "../interfaces/IVouchersTypes.sol";

/// @notice What merchants are owed, what they owe back, and the payments under way.
library Claims {
    using SafeCast for uint256;

    struct Ledger {
        mapping(uint32 merchant => IVouchersTypes.Account) accounts;
        mapping(uint32 merchant => mapping(uint32 programme => uint64 cents)) debt;
        mapping(bytes32 ref => IVouchersTypes.Settlement) settlements;
    }

    function owe(Ledger storage ledger, uint32 merchant, uint64 cents) internal {
        ledger.accounts[merchant].owedCents += cents;
    }

    /// @dev Lowers the claim as far as it goes. What is missing becomes debt to the programme.
    function takeBack(
        Ledger storage ledger,
        uint32 merchant,
        uint32 programme,
        uint64 cents
    ) internal returns (uint64 missingCents) {
        IVouchersTypes.Account storage account = ledger.accounts[merchant];
        uint64 fromClaim = Math.min(account.owedCents, cents).toUint64();
        missingCents = cents - fromClaim;
        account.owedCents -= fromClaim;
        if (missingCents == 0) return 0;
        account.debtCents += missingCents;
        ledger.debt[merchant][programme] += missingCents;
    }

    /// @dev Repays debt from the claim as far as either goes.
    function net(Ledger storage ledger, uint32 merchant, uint32 programme) internal returns (uint64 cents) {
        IVouchersTypes.Account storage account = ledger.accounts[merchant];
        cents = Math.min(account.owedCents, ledger.debt[merchant][programme]).toUint64();
        account.owedCents -= cents;
        account.debtCents -= cents;
        ledger.debt[merchant][programme] -= cents;
    }

    function start(Ledger storage ledger, IVouchersTypes.Payment calldata payment) internal {
        IVouchersTypes.Account storage account = ledger.accounts[payment.merchant];
        uint64 owed = account.owedCents;
        uint64 debt = account.debtCents;
        require(
            ledger.settlements[payment.ref].state == IVouchersTypes.SettlementState.None,
            IVouchersFacts.PaymentExists(payment.ref)
        );
        require(payment.cents != 0, IVouchersFacts.CentsMissing());
        require(debt == 0, IVouchersFacts.DebtFirst(payment.merchant, debt));
        require(payment.cents <= owed, IVouchersFacts.OwedTooLow(payment.merchant, owed, payment.cents));

        account.owedCents = owed - payment.cents;
        ledger.settlements[payment.ref] = IVouchersTypes.Settlement({
            merchant: payment.merchant,
            state: IVouchersTypes.SettlementState.Started,
            cents: payment.cents
        });
    }

    function confirm(Ledger storage ledger, bytes32 ref) internal returns (uint64 cents) {
        IVouchersTypes.Settlement storage settlement = ledger.settlements[ref];
        require(
            settlement.state == IVouchersTypes.SettlementState.Started,
            IVouchersFacts.SettlementIs(ref, settlement.state)
        );

        settlement.state = IVouchersTypes.SettlementState.Confirmed;
        return settlement.cents;
    }

    /// @dev Owes a payment again. `burnedCents` is what `confirm` had burned for it: all or nothing.
    function giveBack(Ledger storage ledger, bytes32 ref) internal returns (uint64 burnedCents) {
        IVouchersTypes.Settlement storage settlement = ledger.settlements[ref];
        bool isStarted = settlement.state == IVouchersTypes.SettlementState.Started;
        bool isConfirmed = settlement.state == IVouchersTypes.SettlementState.Confirmed;
        require(isStarted || isConfirmed, IVouchersFacts.SettlementIs(ref, settlement.state));

        settlement.state = IVouchersTypes.SettlementState.Returned;
        owe(ledger, settlement.merchant, settlement.cents);
        return isConfirmed ? settlement.cents : 0;
    }
}
