import type { Address, Hex } from 'viem'
import { receiptTypedData } from '../../protocol/receipt.ts'
import { spendTypedData } from '../../protocol/spend.ts'
import { signerOf } from '../signing/secp256k1.ts'
import { digestOf, type FlatTypedData } from '../signing/typedData.ts'

/** An acceptance as it is kept, with both signatures that stand for it. */
export interface SignedAcceptance {
  noteId: Hex
  holder: Hex | null
  programme: number
  spend: { merchant: number; mostCents: bigint; deadline: bigint; commitment: Hex }
  signature: Hex
  amountCents: bigint
  details: Hex
  receiptSignature: Hex
}

export interface Signing {
  chainId: number
  vouchers: Address
  acceptorAddress: Address
}

/** What the signatures do not say: the place of the acceptance in its list. */
export interface Unsigned {
  place: number
  by: 'holder' | 'acceptor'
}

/** Which of them their holder, or the acceptor, did not sign so: about a tenth of a millisecond of computing each. */
export async function unsignedAmong(signing: Signing, signed: readonly SignedAcceptance[]): Promise<Unsigned[]> {
  const { chainId, vouchers, acceptorAddress } = signing
  const unsigned: Unsigned[] = []
  for (const [place, acceptance] of signed.entries()) {
    const { noteId, spend, amountCents, holder, details } = acceptance
    const bySpend = await signer(() => spendTypedData(chainId, vouchers, { noteId, ...spend }), acceptance.signature)
    if (bySpend === null || bySpend !== holder) unsigned.push({ place, by: 'holder' })
    const { merchant, commitment } = spend
    const receipt = { noteId, merchant, amountCents, commitment, details }
    const byReceipt = await signer(() => receiptTypedData(chainId, vouchers, receipt), acceptance.receiptSignature)
    if (byReceipt !== acceptorAddress) unsigned.push({ place, by: 'acceptor' })
  }
  return unsigned
}

/** Null too for values that could not have been signed. */
async function signer(typedData: () => FlatTypedData, signature: Hex): Promise<Address | null> {
  try {
    return await signerOf(digestOf(typedData()), signature)
  } catch {
    return null
  }
}
