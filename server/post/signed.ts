import {
  type Address,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  getAbiItem,
  type Hex,
  hexToBigInt,
  keccak256,
  type LocalAccount,
  numberToHex,
  slice,
  zeroHash,
} from 'viem'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
import { kipinaDomain } from '../../protocol/spend.ts'
import type { CallArgs } from '../chain/abis.ts'

/** Acceptances on one sheet with one proof for all, as `Vouchers.redeem` takes them. */
export type Group = CallArgs<'vouchers', 'redeem'>[1][number]
export type Item = Group['items'][number]
/** A signature in 64 bytes (ERC-2098), as the contract takes it. */
export type Signature = CallArgs<'vouchers', 'redeem'>[0]
export type Cut = CallArgs<'vouchers', 'cutSheet'>[0]
export type ReceiptProof = CallArgs<'vouchers', 'payGuarantee'>[4]

interface Where {
  chainId: number
  vouchers: Address
}

/** Where the bytes of a call begin that the acceptor signs: behind selector and signature. */
const contentStart = 4 + 64
const noSignature: Signature = { r: zeroHash, vs: zeroHash }
const [cutParameter] = getAbiItem({ abi: vouchersAbi, name: 'cutSheet' }).inputs

const parityBit = 1n << 255n

/**
 * The 64 bytes of a signature of 65. Only of one with its s in the lower half, as `isCanonical` says: in another, the bit
 * that tells v is taken, and the contract refuses it anyway.
 */
export function compact(signature: Hex): Signature {
  const s = hexToBigInt(slice(signature, 32, 64))
  const parity = slice(signature, 64) === '0x1c' ? parityBit : 0n
  return { r: slice(signature, 0, 32), vs: numberToHex(s | parity, { size: 32 }) }
}

/** The 65 bytes again. */
export function whole({ r, vs }: Signature): Hex {
  const word = hexToBigInt(vs)
  return concatHex([r, numberToHex(word % parityBit, { size: 32 }), word < parityBit ? '0x1b' : '0x1c'])
}

/** What the acceptor signs to have acceptances posted: whoever carries them can change nothing. */
export function batchTypedData(where: Where, groups: readonly Group[]) {
  const call = encodeFunctionData({ abi: vouchersAbi, functionName: 'redeem', args: [noSignature, groups] })
  return contentTypedData(where, 'Batch', keccak256(slice(call, contentStart)))
}

/** What the acceptor signs to have a sheet cut: no issuer puts notes on chain alone. */
export function cutTypedData(where: Where, cut: Cut) {
  return contentTypedData(where, 'Cut', keccak256(encodeAbiParameters([cutParameter], [cut])))
}

function contentTypedData<Name extends 'Batch' | 'Cut'>(where: Where, primaryType: Name, content: Hex) {
  return {
    domain: kipinaDomain(where.chainId, where.vouchers),
    types: { [primaryType]: [{ name: 'content', type: 'bytes32' }] },
    primaryType,
    message: { content },
  }
}

export async function signBatch(where: Where, acceptor: LocalAccount, groups: readonly Group[]): Promise<Signature> {
  return compact(await acceptor.signTypedData(batchTypedData(where, groups) as never))
}

export async function signCut(where: Where, acceptor: LocalAccount, cut: Cut): Promise<Signature> {
  return compact(await acceptor.signTypedData(cutTypedData(where, cut) as never))
}
