// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IVouchersFacts} from "../../../contracts/interfaces/IVouchersFacts.sol";
import {IVouchersTypes} from "../../../contracts/interfaces/IVouchersTypes.sol";
import {IPlainVouchersFacts} from "../reference/interfaces/IPlainVouchersFacts.sol";
import {Ledger} from "./Ledger.sol";
import {Vm, vm} from "./Vm.sol";

/// @notice Calls both versions with the same meaning, and reverts unless both did the same and told the same of it.
///
/// The same refusal has the same selector and values, with these exceptions:
///
/// | shipped | plain | because |
/// |---|---|---|
/// | LeavesNotOnSheet | LeafNotOnSheet, MerchantMismatch | one proof for a group; the merchant is not sent twice |
/// | SignatureInvalid | ECDSAInvalidSignature, -S | names place and sheet |
/// | NotTheAcceptor | MerchantMismatch | a receipt is read for the posted merchant, so it has another signer |
///
/// ItemsMissing, IndexesNotAscending, MerchantsNotAscending, MerchantMissing and a root cut twice on other terms exist
/// in the shipped one only (`attemptAlone`).
///
/// Refunds, revocations, releases and reclaims are lists in the shipped one. The plain one takes a call for each element,
/// all in one that is undone with the first refusal (`attemptList`).
abstract contract Twin is Ledger {
    /// @dev What a version told: redemptions and passed-over items in their order, and everything else.
    struct Told {
        bytes32 redeemed;
        bytes32 skipped;
        bytes32 others;
    }

    /// @dev What the plain version said to one of its calls that stand for a list, after which the others are undone.
    error ElementRefused(uint256 position, bytes answer);

    uint256 public calls;
    uint256 public accepted;
    bytes4[] internal refusals;
    mapping(bytes4 refusal => uint256 times) public timesRefused;
    mapping(IVouchersTypes.SkipReason => uint256 times) public timesSkipped;
    mapping(bytes4 call => mapping(uint256 length => uint256 times)) public listsTaken;
    /// @dev Elements that were right, and of which nothing is left because a later one of their list was refused.
    mapping(bytes4 call => uint256 elements) public undone;
    /// @dev A plain sheet or address by the shipped one that it stands for.
    mapping(bytes32 word => bytes32) private meanings;

    constructor() {
        means(bytes32(uint256(uint160(address(plain)))), bytes32(uint256(uint160(address(vouchers)))));
        means(bytes32(uint256(uint160(address(plainToken)))), bytes32(uint256(uint160(address(token)))));
        means(bytes32(uint256(uint160(address(plainRegistry)))), bytes32(uint256(uint160(address(registry)))));
    }

    function means(bytes32 plainWord, bytes32 word) internal {
        meanings[plainWord] = word;
    }

    function attempt(bytes memory call, bytes memory plainCall) internal returns (bool) {
        return attempt(address(this), call, plainCall);
    }

    function attempt(address caller, bytes memory call, bytes memory plainCall) internal returns (bool) {
        return attempt(caller, address(vouchers), call, address(plain), plainCall);
    }

    function attempt(
        address caller,
        address target,
        bytes memory call,
        address plainTarget,
        bytes memory plainCall
    ) internal returns (bool isDone) {
        vm.recordLogs();
        bytes memory answer;
        (isDone, answer) = callAs(caller, target, call);
        (bool isPlainDone, bytes memory plainAnswer) = callAs(caller, plainTarget, plainCall);
        requireSameOutcome(isDone, answer, isPlainDone, plainAnswer);
    }

    /// @dev One call of the shipped version with a list; to the plain one a call for each element, all of them or none.
    function attemptList(address caller, bytes memory call, bytes[] memory plainCalls) internal returns (bool isDone) {
        if (plainCalls.length == 0 && caller != address(this)) {
            // Without an element the plain version has nothing to refuse.
            attemptAlone(caller, call, IAccessControl.AccessControlUnauthorizedAccount.selector);
            return false;
        }
        vm.recordLogs();
        bytes memory answer;
        (isDone, answer) = callAs(caller, address(vouchers), call);
        (bool isPlainDone, bytes memory plainAnswer, uint256 position) = callPlainly(caller, plainCalls);
        requireSameOutcome(isDone, answer, isPlainDone, plainAnswer);
        if (isDone) ++listsTaken[bytes4(call)][plainCalls.length];
        else undone[bytes4(call)] += position;
    }

    function callPlainly(
        address caller,
        bytes[] memory plainCalls
    ) private returns (bool isDone, bytes memory answer, uint256 position) {
        try this.callEach(caller, plainCalls) {
            isDone = true;
        } catch (bytes memory refusal) {
            assembly ("memory-safe") {
                let length := sub(mload(refusal), 4)
                refusal := add(refusal, 4)
                mstore(refusal, length)
            }
            (position, answer) = abi.decode(refusal, (uint256, bytes));
        }
    }

    /// @notice The plain version's calls for one list. Only this contract, which undoes them all with the first refused.
    function callEach(address caller, bytes[] calldata plainCalls) external {
        // Who looks for broken invariants calls whatever is external, and counts a revert as one.
        if (msg.sender != address(this)) return;
        for (uint256 i = 0; i < plainCalls.length; ++i) {
            (bool isDone, bytes memory answer) = callAs(caller, address(plain), plainCalls[i]);
            require(isDone, ElementRefused(i, answer));
        }
    }

    function requireSameOutcome(bool isDone, bytes memory answer, bool isPlainDone, bytes memory plainAnswer) private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        count(isDone, answer);
        if (isDone != isPlainDone) {
            string memory who = isDone ? "only the plain version refuses " : "only the shipped version refuses ";
            revert(string.concat(who, Strings.toHexString(uint32(bytes4(isDone ? plainAnswer : answer)), 4)));
        }
        if (!isDone) return requireSameRefusal(answer, plainAnswer);
        Told memory one = read(logs, false);
        Told memory other = read(logs, true);
        require(one.redeemed == other.redeemed, "other redemptions are told");
        require(one.skipped == other.skipped, "other items are passed over");
        require(one.others == other.others, "another event");
    }

    /// @dev For what has no counterpart: the shipped version must refuse it with this word.
    function attemptAlone(address caller, bytes memory call, bytes4 refusal) internal {
        (bool isDone, bytes memory answer) = callAs(caller, address(vouchers), call);
        count(isDone, answer);
        require(!isDone, "malformed, and not refused");
        require(refusal == 0 || bytes4(answer) == refusal, "malformed, and refused for another reason");
    }

    function callAs(address caller, address target, bytes memory call) private returns (bool, bytes memory) {
        if (caller != address(this)) vm.prank(caller);
        return target.call(call);
    }

    function count(bool isDone, bytes memory answer) private {
        ++calls;
        if (isDone) {
            ++accepted;
            return;
        }
        bytes4 refusal = bytes4(answer);
        if (timesRefused[refusal]++ == 0) refusals.push(refusal);
    }

    /* REFUSALS */

    function requireSameRefusal(bytes memory one, bytes memory other) private view {
        (bytes4 word, bytes4 plainWord) = (bytes4(one), bytes4(other));
        if (word != plainWord) {
            require(isSameWord(word, plainWord), string.concat("other refusals ", words(word, plainWord)));
        } else if (!hasOtherValues(word)) {
            require(meaningOf(one, 4) == meaningOf(other, 4), string.concat("other values ", words(word, plainWord)));
        }
    }

    function isSameWord(bytes4 word, bytes4 plainWord) private pure returns (bool) {
        bool isMismatch = plainWord == IPlainVouchersFacts.MerchantMismatch.selector;
        if (word == IVouchersFacts.LeavesNotOnSheet.selector) {
            return isMismatch || plainWord == IPlainVouchersFacts.LeafNotOnSheet.selector;
        }
        if (word == IVouchersFacts.SignatureInvalid.selector) {
            return
                plainWord == ECDSA.ECDSAInvalidSignature.selector || plainWord == ECDSA.ECDSAInvalidSignatureS.selector;
        }
        return isMismatch && word == IVouchersFacts.NotTheAcceptor.selector;
    }

    /// @dev A group has other counts than its items; a signature by nobody recovers to two addresses.
    function hasOtherValues(bytes4 word) private pure returns (bool) {
        return
            word == IVouchersFacts.NotTheAcceptor.selector ||
            word == IVouchersFacts.ReceiptCountWrong.selector ||
            word == IVouchersFacts.ProofLengthWrong.selector ||
            word == IVouchersFacts.TooManyItems.selector;
    }

    function words(bytes4 one, bytes4 other) private pure returns (string memory) {
        return string.concat(Strings.toHexString(uint32(one), 4), " ", Strings.toHexString(uint32(other), 4));
    }

    /* EVENTS */

    function read(Vm.Log[] memory logs, bool isPlain) private returns (Told memory told) {
        for (uint256 i = 0; i < logs.length; ++i) {
            Vm.Log memory log = logs[i];
            if (isPlain != isOfPlain(log.emitter)) continue;
            bytes32 kind = log.topics[0];
            if (kind == IVouchersFacts.Redeemed.selector) {
                told.redeemed = readRedeemed(told.redeemed, log);
            } else if (kind == IPlainVouchersFacts.Redeemed.selector) {
                bytes32 sheet = meaningOf(log.topics[1]);
                (uint256 index, uint256 cents) = abi.decode(log.data, (uint256, uint256));
                told.redeemed = keccak256(abi.encode(told.redeemed, sheet, log.topics[2], index, cents));
            } else if (kind == IVouchersFacts.Skipped.selector) {
                (uint256 index, uint256 reason) = abi.decode(log.data, (uint256, uint256));
                // The shipped version counts from one: zero is no reason.
                if (isPlain) ++reason;
                else ++timesSkipped[IVouchersTypes.SkipReason(reason)];
                told.skipped = keccak256(abi.encode(told.skipped, meaningOf(log.topics[1]), index, reason));
            } else if (kind == IVouchersFacts.SheetCut.selector || kind == IPlainVouchersFacts.SheetCut.selector) {
                told.others = keccak256(abi.encode(told.others, meaningOf(log.topics[1]), log.topics[2]));
            } else {
                for (uint256 t = 1; t < log.topics.length; ++t) {
                    kind = keccak256(abi.encode(kind, meaningOf(log.topics[t])));
                }
                told.others = keccak256(abi.encode(told.others, kind, meaningOf(log.data, 0)));
            }
        }
    }

    function readRedeemed(bytes32 redeemed, Vm.Log memory log) private returns (bytes32) {
        uint256[] memory redemptions = abi.decode(log.data, (uint256[]));
        bytes32 sheet = log.topics[1];
        for (uint256 i = 0; i < redemptions.length; ++i) {
            uint256 word = redemptions[i];
            if (word == 0) continue;
            (uint256 index, uint32 merchant, uint64 cents) = (word >> 96, uint32(word >> 64), uint64(word));
            booked(sheet, index, merchant, cents);
            redeemed = keccak256(abi.encode(redeemed, sheet, uint256(merchant), index, uint256(cents)));
        }
        return redeemed;
    }

    function isOfPlain(address emitter) private view returns (bool) {
        return emitter == address(plain) || emitter == address(plainToken) || emitter == address(plainRegistry);
    }

    function meaningOf(bytes32 word) internal view returns (bytes32) {
        bytes32 meaning = meanings[word];
        return meaning == 0 ? word : meaning;
    }

    /// @dev Of the words behind `start` bytes.
    function meaningOf(bytes memory text, uint256 start) private view returns (bytes32 hash) {
        for (uint256 offset = start; offset + 32 <= text.length; offset += 32) {
            bytes32 word;
            assembly ("memory-safe") {
                word := mload(add(add(text, 0x20), offset))
            }
            hash = keccak256(abi.encode(hash, meaningOf(word)));
        }
    }
}
