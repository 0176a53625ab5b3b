// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {IBudgetToken} from "../../../contracts/interfaces/IBudgetToken.sol";
import {IMerchantRegistry} from "../../../contracts/interfaces/IMerchantRegistry.sol";
import {IPlainVouchers} from "./interfaces/IPlainVouchers.sol";
import {PlainClaims} from "./libraries/PlainClaims.sol";
import {PlainSheets} from "./libraries/PlainSheets.sol";
import {PlainSigned} from "./libraries/PlainSigned.sol";

/// @notice What PlainVouchers remembers, how it is read, and what is signed. Nothing here moves a cent.
abstract contract PlainBook is IPlainVouchers, AccessControl, Pausable, EIP712 {
    using BitMaps for BitMaps.BitMap;
    using SafeCast for uint256;
    using PlainSheets for Sheet;

    bytes32 public constant TREASURY_ROLE = keccak256("TREASURY_ROLE");
    bytes32 public constant ACCEPTOR_ROLE = keccak256("ACCEPTOR_ROLE");
    bytes32 public constant FINANCE_ROLE = keccak256("FINANCE_ROLE");
    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");

    // Named as the functions of the manual that they are.
    // solhint-disable immutable-vars-naming
    IBudgetToken public immutable token;
    IMerchantRegistry public immutable registry;
    uint40 public immutable escapeAfterSeconds;
    uint40 public immutable graceSeconds;
    // solhint-enable immutable-vars-naming

    mapping(uint32 programme => address) public issuerOf;
    mapping(bytes16 noteId => bool) public isGuaranteed;
    mapping(bytes16 noteId => uint256 cents) public refundedCents;

    mapping(uint32 programme => Programme) internal programmes;
    mapping(bytes32 sheet => Sheet) internal sheets;
    mapping(bytes32 sheet => BitMaps.BitMap) internal used;
    mapping(bytes32 sheet => BitMaps.BitMap) internal revoked;
    PlainClaims.Ledger internal claims;

    uint40 internal pausedSecondsBefore;
    uint40 private pausedSince;

    constructor(
        IBudgetToken token_,
        IMerchantRegistry registry_,
        address admin,
        uint40 escapeAfterSeconds_,
        uint40 graceSeconds_
    ) EIP712("Kipina", "1") {
        require(escapeAfterSeconds_ < graceSeconds_, EscapeOutsideGrace(escapeAfterSeconds_, graceSeconds_));
        token = token_;
        registry = registry_;
        escapeAfterSeconds = escapeAfterSeconds_;
        graceSeconds = graceSeconds_;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /* PAUSE */

    function pause() external onlyRole(GUARDIAN_ROLE) {
        _pause();
        pausedSince = block.timestamp.toUint40();
    }

    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        pausedSecondsBefore = pausedSeconds().toUint40();
        _unpause();
    }

    /* READING */

    function pausedSeconds() public view returns (uint256) {
        return paused() ? pausedSecondsBefore + block.timestamp - pausedSince : pausedSecondsBefore;
    }

    function closesAt(bytes32 id) public view returns (uint256) {
        Sheet storage sheet = cutSheetAt(id);
        return sheet.terms.closesAt + pausedSecondsSince(sheet);
    }

    function escapeOpensAt(bytes32 id) public view returns (uint256) {
        return uint256(cutSheetAt(id).terms.validUntil) + escapeAfterSeconds;
    }

    function programmeOf(uint32 id) external view returns (Programme memory) {
        return programmes[id];
    }

    function sheetOf(bytes32 id) external view returns (Sheet memory) {
        return sheets[id];
    }

    function leftCents(bytes32 id) external view returns (uint256) {
        return sheets[id].leftCents();
    }

    function isUsed(bytes32 id, uint256 index) external view returns (bool) {
        return used[id].get(index);
    }

    function isRevoked(bytes32 id, uint256 index) external view returns (bool) {
        return revoked[id].get(index);
    }

    function owedCents(uint32 merchant) external view returns (uint256) {
        return claims.owed[merchant];
    }

    function debtCents(uint32 merchant, uint32 programme) external view returns (uint256) {
        return claims.debt[merchant][programme];
    }

    function totalDebtCents(uint32 merchant) external view returns (uint256) {
        return claims.totalDebt[merchant];
    }

    function settlingOf(bytes32 ref) external view returns (Settlement memory) {
        return claims.settlements[ref];
    }

    /* WHAT IS SIGNED AND HASHED */

    function spendDigest(Spend calldata spend) public view returns (bytes32) {
        return _hashTypedDataV4(PlainSigned.hash(spend));
    }

    function receiptDigest(Receipt memory receipt) public view returns (bytes32) {
        return _hashTypedDataV4(PlainSigned.hash(receipt));
    }

    function batchDigest(Group[] calldata groups) public view returns (bytes32) {
        return _hashTypedDataV4(PlainSigned.hash(groups));
    }

    function cutDigest(bytes32 sheet) public view returns (bytes32) {
        return _hashTypedDataV4(PlainSigned.hashCut(sheet));
    }

    function leafOf(uint256 index, address holder, bytes16 noteId, uint256 capCents) external pure returns (bytes32) {
        return PlainSheets.leafOf(index, holder, noteId, capCents);
    }

    function sheetIdOf(
        uint32 programme,
        bytes32 root,
        SheetTerms calldata terms,
        bytes32 salt
    ) external pure returns (bytes32) {
        return PlainSheets.idOf(programme, root, terms, salt);
    }

    /* LOOKED UP */

    function openProgrammeAt(uint32 id) internal view returns (Programme storage programme) {
        programme = programmes[id];
        require(programme.isOpen, UnknownProgramme(id));
    }

    function cutSheetAt(bytes32 id) internal view returns (Sheet storage sheet) {
        sheet = sheets[id];
        require(sheet.isCut(), UnknownSheet(id));
    }

    function pausedSecondsSince(Sheet storage sheet) internal view returns (uint256) {
        return pausedSeconds() - sheet.pausedSecondsBefore;
    }

    function requireAcceptor(bytes32 digest, bytes calldata signature) internal view {
        address signer = ECDSA.recoverCalldata(digest, signature);
        require(hasRole(ACCEPTOR_ROLE, signer), NotTheAcceptor(signer));
    }
}
