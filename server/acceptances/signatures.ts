import { type Address, type Hex, hexToBigInt, recoverTypedDataAddress, slice } from 'viem'
import { chargeTypedData, type SignedCharge } from '../../protocol/charge.ts'
import { type SpendOffer, spendsOf, spendTypedData } from '../../protocol/spend.ts'
import type { ChainFacts } from '../deps.ts'
import { Refused } from '../http/refused.ts'

const halfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/**
 * Only what the contract takes too: 65 bytes, v of 27 or 28, s in the lower half. A library that is more generous would
 * let us accept a spend that can never be posted.
 */
export function isCanonical(signature: Hex): boolean {
  return /^0x[0-9a-f]{128}1[bc]$/.test(signature) && hexToBigInt(slice(signature, 32, 64)) <= halfOrder
}

async function recovered(signature: Hex, recover: () => Promise<Address>): Promise<Address> {
  if (!isCanonical(signature)) throw new Refused('signature_not_valid')
  try {
    return (await recover()).toLowerCase() as Address
  } catch {
    throw new Refused('signature_not_valid')
  }
}

/** Who signed each spend of an offer, in its order: an address, which is right only if it is the note's holder. */
export async function holdersOf(
  chain: Pick<ChainFacts, 'chainId' | 'vouchers'>,
  offer: SpendOffer,
): Promise<Address[]> {
  return await Promise.all(
    spendsOf(offer).map(async (spend, place) => {
      const signature = offer.notes[place]?.signature ?? '0x'
      const typedData = spendTypedData(chain.chainId, chain.vouchers, spend)
      return await recovered(signature, () => recoverTypedDataAddress({ ...typedData, signature }))
    }),
  )
}

/** Which device signed a charge. */
export async function tillKeyOf(
  chain: Pick<ChainFacts, 'chainId' | 'vouchers'>,
  charge: SignedCharge,
): Promise<Address> {
  const { signature } = charge
  const typedData = chargeTypedData(chain.chainId, chain.vouchers, charge)
  return await recovered(signature, () => recoverTypedDataAddress({ ...typedData, signature }))
}
