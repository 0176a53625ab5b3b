// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {BudgetToken} from "../../../contracts/BudgetToken.sol";
import {MerchantRegistry} from "../../../contracts/MerchantRegistry.sol";
import {Vouchers} from "../../../contracts/Vouchers.sol";
import {IVouchers} from "../../../contracts/interfaces/IVouchers.sol";
import {IVouchersTypes} from "../../../contracts/interfaces/IVouchersTypes.sol";
import {vm} from "./Vm.sol";

/// @notice The three contracts with every role in one hand, and whatever is needed to sign and to prove.
abstract contract World {
    /// @notice A sheet that was cut: four notes whose keys follow each other, in a tree of depth two.
    struct Cut {
        bytes32 id;
        uint32 programme;
        uint256 firstKey;
        IVouchersTypes.SheetTerms terms;
        bytes32 root;
        bytes32 salt;
    }

    uint40 public constant ESCAPE_AFTER = 7 days;
    uint40 public constant GRACE = 35 days;
    uint256 public constant DAILY_LIMIT = 30_000;
    uint256 internal constant ACCEPTOR_KEY = 0xACCE;
    uint256 internal constant STRANGER_KEY = 0x57A;
    uint64 internal constant FAR = type(uint64).max;

    BudgetToken public immutable token;
    MerchantRegistry public immutable registry;
    Vouchers public immutable vouchers;

    Cut[] internal cuts;
    uint256 internal nextKey = 1_000_000;
    uint256 internal counter;

    constructor() {
        vm.warp(1_780_000_000);
        token = new BudgetToken(address(this));
        registry = new MerchantRegistry(address(this));
        vouchers = new Vouchers(token, registry, address(this), ESCAPE_AFTER, GRACE);
        token.setVouchers(address(vouchers));
        token.grantRole(token.TREASURY_ROLE(), address(this));
        registry.grantRole(registry.REGISTRAR_ROLE(), address(this));
        vouchers.grantRole(vouchers.TREASURY_ROLE(), address(this));
        vouchers.grantRole(vouchers.ACCEPTOR_ROLE(), address(this));
        vouchers.grantRole(vouchers.ACCEPTOR_ROLE(), vm.addr(ACCEPTOR_KEY));
        vouchers.grantRole(vouchers.FINANCE_ROLE(), address(this));
        vouchers.grantRole(vouchers.GUARDIAN_ROLE(), address(this));
        vouchers.openProgramme(1, address(this), DAILY_LIMIT);
        vouchers.openProgramme(2, address(this), DAILY_LIMIT);
        registry.register(7, 1);
        registry.register(8, 3);
        token.approve(address(vouchers), type(uint256).max);
    }

    function sheets() external view returns (Cut[] memory) {
        return cuts;
    }

    function fresh() internal returns (bytes32) {
        return keccak256(abi.encode("fresh", ++counter));
    }

    /// @dev Up to `most`; often exactly that, and often one too many.
    function upTo(uint256 most, uint256 seed) internal pure returns (uint256) {
        if (seed % 4 == 0) return most + 1;
        if (seed % 4 == 1) return most;
        return (seed >> 2) % (most + 1);
    }

    function sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /* NOTES */

    function noteIdOf(uint256 key) public pure returns (bytes16) {
        return bytes16(keccak256(abi.encode("note", key)));
    }

    function capOf(uint256 key) public pure returns (uint64) {
        return key % 2 == 0 ? 500 : 1_000;
    }

    function leafAt(uint256 firstKey, uint256 index) internal view returns (bytes32) {
        uint256 key = firstKey + index;
        return vouchers.leafOf(index, vm.addr(key), noteIdOf(key), capOf(key));
    }

    function pair(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(left, right));
    }

    function rootOf(uint256 firstKey) internal view returns (bytes32) {
        return pair(pair(leafAt(firstKey, 0), leafAt(firstKey, 1)), pair(leafAt(firstKey, 2), leafAt(firstKey, 3)));
    }

    function proofOf(uint256 firstKey, uint256 index) internal view returns (bytes32[] memory proof) {
        uint256 far = index < 2 ? 2 : 0;
        proof = new bytes32[](2);
        proof[0] = leafAt(firstKey, index ^ 1);
        proof[1] = pair(leafAt(firstKey, far), leafAt(firstKey, far + 1));
    }

    /* SPENDS */

    function itemOf(
        Cut memory cut,
        uint32 index,
        uint64 amountCents,
        uint64 mostCents,
        uint32 merchant,
        uint64 deadline
    ) internal view returns (IVouchersTypes.Item memory item) {
        uint256 key = cut.firstKey + index;
        item.index = index;
        item.capCents = capOf(key);
        item.amountCents = amountCents;
        item.spend = IVouchersTypes.Spend(noteIdOf(key), merchant, mostCents, deadline, bytes16("commitment"));
        item.signature = sign(key, vouchers.spendDigest(item.spend));
        item.proof = proofOf(cut.firstKey, index);
    }

    function receiptOf(IVouchersTypes.Item memory item) internal pure returns (IVouchersTypes.Receipt memory) {
        return
            IVouchersTypes.Receipt({
                noteId: item.spend.noteId,
                merchant: item.spend.merchant,
                amountCents: item.amountCents,
                commitment: item.spend.commitment,
                details: "details"
            });
    }

    function groupsOf(
        bytes32 sheet,
        uint32 merchant,
        IVouchersTypes.Item memory item,
        uint256 times
    ) internal pure returns (IVouchersTypes.Group[] memory groups) {
        groups = new IVouchersTypes.Group[](1);
        groups[0] = IVouchersTypes.Group(sheet, merchant, new IVouchersTypes.Item[](times));
        for (uint256 i = 0; i < times; ++i) groups[0].items[i] = item;
    }

    function pots(uint32 programme) internal view returns (IVouchersTypes.Programme memory) {
        return IVouchers(address(vouchers)).programmeOf(programme);
    }
}
