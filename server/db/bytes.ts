import type { Hex } from 'viem'

/** What a `bytea` column gave, as lower-case hex. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`
}

/** Hex for a `bytea` column; a RangeError for text that is not whole bytes, which Buffer would cut off silently. */
export function fromHex(hex: Hex): Buffer {
  if (!/^0x(?:[0-9a-fA-F]{2})*$/.test(hex)) throw new RangeError(`${hex} is not whole bytes in hex`)
  return Buffer.from(hex.slice(2), 'hex')
}
