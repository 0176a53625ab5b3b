import { type Address, type Hex, keccak256, slice, stringToHex } from 'viem'
import { privateKeyToAddress, sign } from 'viem/accounts'
import { keyOf } from './evm.ts'

const addresses = new Map<string, Address>()

/** The address of a made-up key, computed once. */
export function addressOf(words: string): Address {
  const known = addresses.get(words) ?? privateKeyToAddress(keyOf(words))
  addresses.set(words, known)
  return known
}

/** Deterministic (RFC 6979): the same bytes in every run, or calldata would not cost the same. */
export async function signDigest(words: string, hash: Hex): Promise<Hex> {
  return await sign({ hash, privateKey: keyOf(words), to: 'hex' })
}

/** 16 bytes from words. */
export function shortIdOf(words: string): Hex {
  return slice(keccak256(stringToHex(words)), 0, 16)
}
