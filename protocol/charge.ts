import type { Address, Hex } from 'viem'
import { ByteWriter, parsed, toBase64url } from './bytes.ts'
import { kipinaDomain } from './spend.ts'

/** What a till asks. Signed by the till's device key, so that a pasted-over code asks for nobody. */
export interface Charge {
  merchant: number
  till: number
  priceCents: bigint
  nonce: Hex
  /** The till's clock, in seconds. */
  askedAt: number
}

export const chargeTypes = {
  Charge: [
    { name: 'merchant', type: 'uint32' },
    { name: 'till', type: 'uint32' },
    { name: 'priceCents', type: 'uint64' },
    { name: 'nonce', type: 'bytes8' },
    { name: 'askedAt', type: 'uint64' },
  ],
} as const

export interface SignedCharge extends Charge {
  signature: Hex
}

/** A charge is open for five minutes on the server's clock. */
export const chargeSeconds = 300

export function chargeTypedData(chainId: number, vouchers: Address, charge: Charge) {
  const { merchant, till, priceCents, nonce, askedAt } = charge
  return {
    domain: kipinaDomain(chainId, vouchers),
    types: chargeTypes,
    primaryType: 'Charge' as const,
    message: { merchant, till, priceCents, nonce, askedAt: BigInt(askedAt) },
  }
}

const CHARGE_VERSION = 1

export function encodeCharge(origin: string, charge: SignedCharge): string {
  const bytes = new ByteWriter()
    .uint(CHARGE_VERSION, 1)
    .uint(charge.merchant, 4)
    .uint(charge.till, 4)
    .uint(charge.priceCents, 4)
    .hex(charge.nonce, 8)
    .uint(charge.askedAt, 5)
    .hex(charge.signature, 65)
    .bytes()
  return `${origin}/p#c.${toBase64url(bytes)}`
}

/** Null for any text that is not exactly one charge: a camera reads everything. */
export function decodeCharge(text: string): SignedCharge | null {
  const match = /^https?:\/\/[^/#\s]+\/p#c\.([\w-]+)$/.exec(text)
  return parsed(match?.[1] ?? '!', (from) => {
    if (from.number(1) !== CHARGE_VERSION) throw new RangeError('Another version')
    const charge = {
      merchant: from.number(4),
      till: from.number(4),
      priceCents: from.bigint(4),
      nonce: from.hex(8),
      askedAt: from.number(5),
      signature: from.hex(65),
    }
    if (charge.priceCents === 0n) throw new RangeError('Nothing to pay')
    return charge
  })
}
