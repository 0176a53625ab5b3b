// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {IBudgetToken} from "./interfaces/IBudgetToken.sol";
import {IMerchantRegistry} from "./interfaces/IMerchantRegistry.sol";
import {IVouchers} from "./interfaces/IVouchers.sol";
import {Claims} from "./libraries/Claims.sol";
import {Sheets} from "./libraries/Sheets.sol";
import {Signed} from "./libraries/Signed.sol";

/// @notice What Vouchers remembers, how it is read, and what is signed. Nothing here moves a cent.
abstract contract Book is IVouchers, AccessControl, EIP712, Pausable {
    using BitMaps for BitMaps.BitMap;
    using SafeCast for uint256;
    using Sheets for Sheet;
    using Signed for bytes32;
    using Signed for Cut;
    using Signed for Receipt;
    using Signed for Spend;

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

    // These share the slot of Pausable's flag, the last state before ours: one read tells all that a batch must know.
    uint40 internal pausedSecondsBefore;
    uint40 private pausedSince;
    /// @dev Who got the acceptor's role last and still has it: known without a look at the roles.
    address private latestAcceptor;

    mapping(uint32 programme => address) public issuerOf;
    mapping(bytes16 noteId => bool) public isGuaranteed;
    mapping(bytes16 noteId => uint256 cents) public refundedCents;

    mapping(uint32 programme => Programme) internal programmes;
    mapping(bytes32 sheet => Sheet) internal sheets;
    mapping(bytes32 sheet => mapping(uint256 bucket => uint256 bits)) internal used;
    mapping(bytes32 sheet => BitMaps.BitMap) internal revoked;
    Claims.Ledger internal claims;

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
        return sheet.closesAt + pausedSeconds() - sheet.pausedSecondsBefore;
    }

    function escapeOpensAt(bytes32 id) public view returns (uint256) {
        return uint256(cutSheetAt(id).validUntil) + escapeAfterSeconds;
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

    function isUsed(bytes32 id, uint256 index) public view returns (bool) {
        return used[id][index >> 8] & bitOf(index) != 0;
    }

    function isRevoked(bytes32 id, uint256 index) public view returns (bool) {
        return revoked[id].get(index);
    }

    function owedCents(uint32 merchant) external view returns (uint256) {
        return claims.accounts[merchant].owedCents;
    }

    function debtCents(uint32 merchant, uint32 programme) external view returns (uint256) {
        return claims.debt[merchant][programme];
    }

    function totalDebtCents(uint32 merchant) external view returns (uint256) {
        return claims.accounts[merchant].debtCents;
    }

    function settlingOf(bytes32 ref) external view returns (Settlement memory) {
        return claims.settlements[ref];
    }

    /* WHAT IS SIGNED AND HASHED */

    function spendDigest(Spend calldata spend) external view returns (bytes32) {
        return _hashTypedDataV4(spend.hash());
    }

    function receiptDigest(Receipt memory receipt) public view returns (bytes32) {
        return _hashTypedDataV4(receipt.hash());
    }

    function batchDigest(bytes32 content) public view returns (bytes32) {
        return _hashTypedDataV4(content.hashBatch());
    }

    function cutDigest(Cut calldata cut) public view returns (bytes32) {
        return _hashTypedDataV4(cut.hash());
    }

    function leafOf(uint256 index, address holder, bytes16 noteId, uint256 capCents) external pure returns (bytes32) {
        return Sheets.leafOf(index, holder, noteId, capCents);
    }

    /* LOOKED UP */

    /// @dev Of the word at `index >> 8`.
    function bitOf(uint256 index) internal pure returns (uint256) {
        return 1 << (index & 0xff);
    }

    function requireUnused(bytes32 sheet, uint256 index) internal view {
        require(!isUsed(sheet, index), AlreadyUsed(sheet, index));
    }

    function use(bytes32 sheet, uint256 index) internal {
        used[sheet][index >> 8] |= bitOf(index);
    }

    function openProgrammeAt(uint32 id) internal view returns (Programme storage programme) {
        programme = programmes[id];
        require(programme.isOpen, UnknownProgramme(id));
    }

    function cutSheetAt(bytes32 id) internal view returns (Sheet storage sheet) {
        sheet = sheets[id];
        require(sheet.isCut(), UnknownSheet(id));
    }

    function requireAcceptor(bytes32 digest, Signature calldata signature) internal view {
        requireAcceptor(ECDSA.recover(digest, signature.r, signature.vs));
    }

    function requireAcceptor(address account) internal view {
        require(account == latestAcceptor || hasRole(ACCEPTOR_ROLE, account), NotTheAcceptor(account));
    }

    function _grantRole(bytes32 role, address account) internal override returns (bool) {
        if (role == ACCEPTOR_ROLE) latestAcceptor = account;
        return super._grantRole(role, account);
    }

    function _revokeRole(bytes32 role, address account) internal override returns (bool) {
        if (role == ACCEPTOR_ROLE && account == latestAcceptor) latestAcceptor = address(0);
        return super._revokeRole(role, account);
    }
}
