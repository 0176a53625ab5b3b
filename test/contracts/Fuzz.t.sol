// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IVouchers} from "../../contracts/interfaces/IVouchers.sol";
import {IVouchersTypes} from "../../contracts/interfaces/IVouchersTypes.sol";
import {Spender} from "./support/Spender.sol";
import {vm} from "./support/Vm.sol";

/// @notice One sheet of four notes, and spends of them with any values at all.
contract FuzzTest is Spender {
    function setUp() public {
        this.fund(1, 8_999, 0, 0);
        Drawn memory sheet;
        sheet.cut.programme = 1;
        sheet.cut.validUntil = uint40(block.timestamp + 30 days);
        sheet.cut.closesAt = sheet.cut.validUntil + GRACE;
        (sheet.cut.purposes, sheet.cut.depth) = (1, 2);
        (sheet.cut.committedCents, sheet.cut.grantedCents) = (3_000, 3_000);
        (sheet.tree, sheet.cut.root) = grow(2, 0);
        sheet.id = sheet.cut.root;
        vouchers.cutSheet(sheet.cut, signCut(ACCEPTOR_KEY, sheet.cut));
        drawn.push(sheet);
    }

    /// INVARIANT 4: posted exactly when 0 < amount <= signed <= cap, and then exactly that amount is owed.
    function testFuzz_PaysUpToSignedUpToCap(uint8 place, uint64 amount, uint64 most) public {
        Accepted memory one = acceptedAt(drawn[0], place % 4);
        (one.amountCents, one.mostCents) = (amount % 1_200, most % 1_200);
        bool isRight = one.amountCents != 0 && one.amountCents <= one.mostCents && one.mostCents <= one.capCents;
        require(isRedeemed(one) == isRight, "not as signed");
        require(vouchers.owedCents(7) == (isRight ? one.amountCents : 0), "not what was posted");
        require(vouchers.isUsed(drawn[0].id, one.place) == isRight, "not used as posted");
    }

    /// INVARIANT 5: no other key than the holder's spends a note.
    function testFuzz_RefusesEveryOtherKey(uint8 place, uint256 key) public {
        Accepted memory one = acceptedAt(drawn[0], place % 4);
        key = 1 + (key % type(uint128).max);
        if (key == one.key) return;
        one.key = key;
        require(!isRedeemed(one), "spent by a stranger");
    }

    /// A note proves only the place it was cut in, with the cap it was cut with.
    function testFuzz_RefusesEveryOtherPlaceAndCap(uint8 place, uint24 index, uint40 cap, bytes32 sibling) public {
        Accepted memory one = acceptedAt(drawn[0], place % 4);
        IVouchersTypes.Group memory group = groupOf(one);
        IVouchersTypes.Item memory item = group.items[0];
        uint256 terms = item.terms;
        item.terms = (terms & ~(uint256(type(uint24).max) << 160)) | (uint256(index) << 160);
        if (index != one.place) require(!isDone(group), "another place");
        item.terms = (terms & ~(uint256(type(uint40).max) << 80)) | (uint256(cap) << 80);
        if (cap != one.capCents) require(!isDone(group), "another cap");
        item.terms = terms;
        bool isAnother = group.siblings[place % 2] != sibling;
        group.siblings[place % 2] = sibling;
        if (isAnother) require(!isDone(group), "another proof");
    }

    /// The time to post ends with the deadline's second, whatever it is.
    function testFuzz_PassesOverAfterTheDeadline(uint32 deadlineIn, uint32 postedIn) public {
        Accepted memory one = acceptedAt(drawn[0], 0);
        one.deadline = uint64(block.timestamp + (deadlineIn % 90 days));
        vm.warp(block.timestamp + (postedIn % 90 days));
        bool isInTime = block.timestamp <= one.deadline && block.timestamp <= drawn[0].cut.closesAt;
        require(isRedeemed(one), "late is passed over, not refused");
        require(vouchers.owedCents(7) == (isInTime ? one.amountCents : 0), "not in time");
    }

    function groupOf(Accepted memory one) private view returns (IVouchersTypes.Group memory) {
        Accepted[] memory some = new Accepted[](1);
        some[0] = one;
        return groupOf(drawn[0], some);
    }

    function isRedeemed(Accepted memory one) private returns (bool) {
        return isDone(groupOf(one));
    }

    function isDone(IVouchersTypes.Group memory group) private returns (bool isDone_) {
        IVouchersTypes.Group[] memory groups = new IVouchersTypes.Group[](1);
        groups[0] = group;
        bytes memory call = abi.encodeCall(IVouchers.redeem, (signBatch(ACCEPTOR_KEY, groups), groups));
        (isDone_, ) = address(vouchers).call(call);
    }
}
