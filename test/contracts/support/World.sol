// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IBudgetToken} from "../../../contracts/interfaces/IBudgetToken.sol";
import {IMerchantFollower, IMerchantRegistry} from "../../../contracts/interfaces/IMerchantRegistry.sol";
import {IVouchers} from "../../../contracts/interfaces/IVouchers.sol";
import {IPlainVouchers} from "../reference/interfaces/IPlainVouchers.sol";
import {deploy, vm} from "./Vm.sol";

/// @notice The shipped contracts and, deployed alike, the plain ones that they are held to. This contract has every role
/// of both.
abstract contract World {
    uint40 public constant ESCAPE_AFTER = 7 days;
    uint40 public constant GRACE = 35 days;
    uint64 public constant DAILY_LIMIT = 30_000;
    uint256 internal constant ACCEPTOR_KEY = 0xACCE;
    uint256 internal constant SECOND_KEY = 0xACCE2;
    uint256 internal constant STRANGER_KEY = 0x57A;
    uint40 internal constant FAR = type(uint40).max;

    IBudgetToken public immutable token;
    IMerchantRegistry public immutable registry;
    IVouchers public immutable vouchers;
    bytes32 internal immutable domain;

    IBudgetToken public immutable plainToken;
    IMerchantRegistry public immutable plainRegistry;
    IPlainVouchers public immutable plain;
    bytes32 internal immutable plainDomain;

    address internal immutable acceptor = vm.addr(ACCEPTOR_KEY);
    address internal immutable second = vm.addr(SECOND_KEY);
    address internal immutable stranger = vm.addr(STRANGER_KEY);

    uint256 private counter;

    constructor() {
        vm.warp(1_780_000_000);
        (token, registry, vouchers) = found("contracts/Vouchers.sol:Vouchers", false);
        registry.follow(IMerchantFollower(address(vouchers)));
        (IBudgetToken token_, IMerchantRegistry registry_, IVouchers vouchers_) = found(
            "test/contracts/reference/PlainVouchers.sol:PlainVouchers",
            true
        );
        (plainToken, plainRegistry, plain) = (token_, registry_, IPlainVouchers(address(vouchers_)));
        (domain, plainDomain) = (domainOf(address(vouchers)), domainOf(address(plain)));
        registry.register(7, 1);
        registry.register(8, 3);
        plainRegistry.register(7, 1);
        plainRegistry.register(8, 3);
    }

    /// @dev What is called here has the same selectors in both versions, all but `openProgramme`.
    function found(
        string memory name,
        bool isPlain
    ) private returns (IBudgetToken token_, IMerchantRegistry registry_, IVouchers vouchers_) {
        token_ = IBudgetToken(deploy("contracts/BudgetToken.sol:BudgetToken", abi.encode(this)));
        registry_ = IMerchantRegistry(deploy("contracts/MerchantRegistry.sol:MerchantRegistry", abi.encode(this)));
        vouchers_ = IVouchers(deploy(name, abi.encode(token_, registry_, this, ESCAPE_AFTER, GRACE)));
        token_.setVouchers(address(vouchers_));
        IAccessControl roles = IAccessControl(address(vouchers_));
        IAccessControl(address(token_)).grantRole(token_.TREASURY_ROLE(), address(this));
        IAccessControl(address(registry_)).grantRole(registry_.REGISTRAR_ROLE(), address(this));
        roles.grantRole(vouchers_.TREASURY_ROLE(), address(this));
        roles.grantRole(vouchers_.ACCEPTOR_ROLE(), address(this));
        roles.grantRole(vouchers_.ACCEPTOR_ROLE(), acceptor);
        roles.grantRole(vouchers_.FINANCE_ROLE(), address(this));
        roles.grantRole(vouchers_.GUARDIAN_ROLE(), address(this));
        for (uint32 programme = 1; programme <= 2; ++programme) {
            if (isPlain) IPlainVouchers(address(vouchers_)).openProgramme(programme, address(this), DAILY_LIMIT);
            else vouchers_.openProgramme(programme, address(this), DAILY_LIMIT);
        }
        token_.approve(address(vouchers_), type(uint256).max);
    }

    function domainOf(address verifier) private view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
        );
        return keccak256(abi.encode(typeHash, keccak256("Kipina"), keccak256("1"), block.chainid, verifier));
    }

    function digestOf(bytes32 domain_, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain_, structHash));
    }

    function fresh() internal returns (bytes32) {
        return keccak256(abi.encode("fresh", ++counter));
    }

    /// @dev Lists of none, one and several.
    function lengthFor(uint256 seed) internal pure returns (uint256) {
        uint8[8] memory lengths = [1, 1, 1, 1, 2, 2, 3, 0];
        return lengths[seed % 8];
    }

    /// @dev What is decided of one element of a list.
    function lotOf(uint256 seed, uint256 position) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, position)));
    }

    function minus(uint256 held, uint256 taken) internal pure returns (uint256) {
        return held > taken ? held - taken : 0;
    }

    /// @dev Up to `most`; often exactly that, and often one too many.
    function upTo(uint256 most, uint256 seed) internal pure returns (uint64) {
        if (seed % 4 == 0) return uint64(most + 1);
        if (seed % 4 == 1) return uint64(most);
        return uint64((seed >> 2) % (most + 1));
    }
}
