import type { Hex } from 'viem'

/** `width` random bytes as hex. */
export function randomHex(width: number): Hex {
  const bytes = crypto.getRandomValues(new Uint8Array(width))
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
