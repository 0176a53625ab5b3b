import { Buffer } from 'node:buffer'
import { createRequire } from 'node:module'
import { type Address, type Hex, recoverAddress } from 'viem'
import { sign } from 'viem/accounts'
import { keccak } from './keccak.ts'

interface Native {
  ecdsaSign(digest: Uint8Array, privateKey: Uint8Array): { signature: Uint8Array; recid: number }
  ecdsaRecover(signature: Uint8Array, recovery: number, digest: Uint8Array, isCompressed: boolean): Uint8Array
}

/** libsecp256k1 where the package has it built for this platform; never its fallback, which is JavaScript of its own. */
function loadNative(): Native | null {
  try {
    return createRequire(import.meta.url)('secp256k1/bindings.js') as Native
  } catch {
    return null
  }
}

const native = loadNative()

/** Whether recovering takes microseconds here, or a millisecond. */
export const isNative = native !== null

const halfOrder = Buffer.from('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0', 'hex')

/**
 * Only what the contract takes too: 65 bytes, v of 27 or 28, s in the lower half. A library that is more generous would
 * let us accept a spend that can never be posted.
 */
export function isCanonical(signature: Hex): boolean {
  if (!/^0x[0-9a-f]{128}1[bc]$/.test(signature)) return false
  return Buffer.compare(Buffer.from(signature.slice(66, 130), 'hex'), halfOrder) <= 0
}

/** Who signed the digest, in lower case; null for a signature that is not canonical or that nobody can have made. */
export async function signerOf(digest: Uint8Array, signature: Hex): Promise<Address | null> {
  if (!isCanonical(signature)) return null
  try {
    return native === null ? await recovered(digest, signature) : recoveredNatively(native, digest, signature)
  } catch {
    return null
  }
}

function recoveredNatively(library: Native, digest: Uint8Array, signature: Hex): Address {
  const bytes = Buffer.from(signature.slice(2), 'hex')
  const publicKey = library.ecdsaRecover(bytes.subarray(0, 64), (bytes[64] ?? 0) - 27, digest, false)
  return `0x${Buffer.from(keccak(publicKey.subarray(1)).subarray(12)).toString('hex')}`
}

async function recovered(digest: Uint8Array, signature: Hex): Promise<Address> {
  const hash: Hex = `0x${Buffer.from(digest).toString('hex')}`
  return (await recoverAddress({ hash, signature })).toLowerCase() as Address
}

/**
 * Signs 32 bytes: s in the lower half, and without chance (RFC 6979), so that the same digest has the same signature from
 * either library.
 */
export async function signDigest(digest: Hex, privateKey: Hex): Promise<{ r: Hex; s: Hex; yParity: number }> {
  if (native === null) {
    const { r, s, yParity } = await sign({ hash: digest, privateKey })
    return { r, s, yParity: yParity ?? 0 }
  }
  const bytes = (hex: Hex) => Buffer.from(hex.slice(2), 'hex')
  const { signature, recid } = native.ecdsaSign(bytes(digest), bytes(privateKey))
  const half = (start: number): Hex => `0x${Buffer.from(signature.subarray(start, start + 32)).toString('hex')}`
  return { r: half(0), s: half(32), yParity: recid }
}
