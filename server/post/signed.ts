import { type Address, encodeAbiParameters, getAbiItem, type Hex, keccak256, type LocalAccount } from 'viem'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
import { kipinaDomain } from '../../protocol/spend.ts'
import type { CallArgs } from '../chain/abis.ts'

/** Acceptances of one merchant on one sheet, as `Vouchers.redeem` takes them. */
export type Group = CallArgs<'vouchers', 'redeem'>[0][number]
export type Item = Group['items'][number]
export type SheetTerms = CallArgs<'vouchers', 'cutSheet'>[2]

interface Where {
  chainId: number
  vouchers: Address
}

const groupParameters = getAbiItem({ abi: vouchersAbi, name: 'batchDigest' }).inputs
const sheetParameters = getAbiItem({ abi: vouchersAbi, name: 'sheetIdOf' }).inputs

/** What the acceptor signs to have acceptances posted: whoever carries them can change nothing. */
export function batchTypedData(where: Where, groups: readonly Group[]) {
  const content = keccak256(encodeAbiParameters(groupParameters, [groups]))
  return {
    domain: kipinaDomain(where.chainId, where.vouchers),
    types: { Batch: [{ name: 'content', type: 'bytes32' }] },
    primaryType: 'Batch' as const,
    message: { content },
  }
}

/** What the acceptor signs to have a sheet cut: no issuer puts notes on chain alone. */
export function cutTypedData(where: Where, sheet: Hex) {
  return {
    domain: kipinaDomain(where.chainId, where.vouchers),
    types: { Cut: [{ name: 'sheet', type: 'bytes32' }] },
    primaryType: 'Cut' as const,
    message: { sheet },
  }
}

export async function signBatch(where: Where, acceptor: LocalAccount, groups: readonly Group[]): Promise<Hex> {
  return await acceptor.signTypedData(batchTypedData(where, groups))
}

export async function signCut(where: Where, acceptor: LocalAccount, sheet: Hex): Promise<Hex> {
  return await acceptor.signTypedData(cutTypedData(where, sheet))
}

/** As `Vouchers.sheetIdOf`; a test holds the two together. */
export function sheetIdOf(programme: number, root: Hex, terms: SheetTerms, salt: Hex): Hex {
  return keccak256(encodeAbiParameters(sheetParameters, [programme, root, terms, salt]))
}
