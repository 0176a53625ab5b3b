// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IVouchers} from "../../contracts/interfaces/IVouchers.sol";
import {IVouchersTypes} from "../../contracts/interfaces/IVouchersTypes.sol";
import {World} from "./support/World.sol";
import {vm} from "./support/Vm.sol";

/// @notice One sheet of four notes, and spends of them with any values at all.
contract FuzzTest is World {
    function setUp() public {
        token.mint("entry", 10_000);
        vouchers.fund(1, 10_000, 0, 0);
        Cut memory cut;
        cut.programme = 1;
        cut.firstKey = nextKey;
        uint40 validUntil = uint40(block.timestamp + 30 days);
        cut.terms = IVouchersTypes.SheetTerms(validUntil, validUntil + GRACE, 1, 2, 3_000);
        cut.root = rootOf(cut.firstKey);
        cut.id = vouchers.sheetIdOf(1, cut.root, cut.terms, 0);
        bytes memory signature = sign(ACCEPTOR_KEY, vouchers.cutDigest(cut.id));
        vouchers.cutSheet(1, cut.root, cut.terms, 3_000, 0, 0, signature);
        cuts.push(cut);
    }

    /// INVARIANT 4: posted exactly when 0 < amount <= signed <= cap, and then exactly that amount is owed.
    function testFuzz_PaysUpToSignedUpToCap(uint8 place, uint64 amount, uint64 most) public {
        uint32 index = place % 4;
        (amount, most) = (amount % 1_200, most % 1_200);
        IVouchersTypes.Item memory item = itemOf(cuts[0], index, amount, most, 7, FAR);
        bool isRight = amount != 0 && amount <= most && most <= item.capCents;
        require(redeem(item) == isRight, "not as signed");
        require(vouchers.owedCents(7) == (isRight ? amount : 0), "not what was posted");
        require(vouchers.isUsed(cuts[0].id, index) == isRight, "not used as posted");
    }

    /// INVARIANT 5: no other key than the holder's spends a note.
    function testFuzz_RefusesEveryOtherKey(uint8 place, uint256 key) public {
        uint32 index = place % 4;
        key = 1 + (key % type(uint128).max);
        if (key == cuts[0].firstKey + index) return;
        IVouchersTypes.Item memory item = itemOf(cuts[0], index, 100, 100, 7, FAR);
        item.signature = sign(key, vouchers.spendDigest(item.spend));
        require(!redeem(item), "spent by a stranger");
    }

    /// A note proves only the place it was cut in, with the cap it was cut with.
    function testFuzz_RefusesEveryOtherPlaceAndCap(uint8 place, uint32 index, uint64 cap, bytes32 sibling) public {
        uint32 cutAt = place % 4;
        IVouchersTypes.Item memory item = itemOf(cuts[0], cutAt, 100, 100, 7, FAR);
        if (index != cutAt) {
            item.index = index;
            require(!redeem(item), "another place");
            item.index = cutAt;
        }
        uint64 cutCap = item.capCents;
        if (cap != cutCap) {
            item.capCents = cap;
            require(!redeem(item), "another cap");
            item.capCents = cutCap;
        }
        item.proof[place % 2] = sibling;
        require(!redeem(item), "another proof");
    }

    /// The time to post ends with the deadline's second, whatever it is.
    function testFuzz_PassesOverAfterTheDeadline(uint32 deadlineIn, uint32 postedIn) public {
        uint64 deadline = uint64(block.timestamp + (deadlineIn % 90 days));
        IVouchersTypes.Item memory item = itemOf(cuts[0], 0, 100, 100, 7, deadline);
        vm.warp(block.timestamp + (postedIn % 90 days));
        bool isInTime = block.timestamp <= deadline && block.timestamp <= cuts[0].terms.closesAt;
        require(redeem(item), "late is passed over, not refused");
        require(vouchers.owedCents(7) == (isInTime ? 100 : 0), "not in time");
    }

    function redeem(IVouchersTypes.Item memory item) private returns (bool isDone) {
        IVouchersTypes.Group[] memory groups = groupsOf(cuts[0].id, 7, item, 1);
        bytes memory signature = sign(ACCEPTOR_KEY, vouchers.batchDigest(groups));
        (isDone, ) = address(vouchers).call(abi.encodeCall(IVouchers.redeem, (groups, signature)));
    }
}
