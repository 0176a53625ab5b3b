import type { Address, Hex } from 'viem'
import { chargeTypedData, type SignedCharge } from '../../protocol/charge.ts'
import { type SpendOffer, spendsOf, spendTypedData } from '../../protocol/spend.ts'
import type { ChainFacts } from '../deps.ts'
import { Refused } from '../http/refused.ts'
import { signerOf } from '../signing/secp256k1.ts'
import { digestOf, type FlatTypedData } from '../signing/typedData.ts'

async function whoSigned(typedData: FlatTypedData, signature: Hex): Promise<Address> {
  const signer = await signerOf(digestOf(typedData), signature)
  if (signer === null) throw new Refused('signature_not_valid')
  return signer
}

/** Who signed each spend of an offer, in its order: an address, which is right only if it is the note's holder. */
export async function holdersOf(
  chain: Pick<ChainFacts, 'chainId' | 'vouchers'>,
  offer: SpendOffer,
): Promise<Address[]> {
  return await Promise.all(
    spendsOf(offer).map((spend, place) =>
      whoSigned(spendTypedData(chain.chainId, chain.vouchers, spend), offer.notes[place]?.signature ?? '0x'),
    ),
  )
}

/** Which device signed a charge. */
export async function tillKeyOf(
  chain: Pick<ChainFacts, 'chainId' | 'vouchers'>,
  charge: SignedCharge,
): Promise<Address> {
  return await whoSigned(chargeTypedData(chain.chainId, chain.vouchers, charge), charge.signature)
}
