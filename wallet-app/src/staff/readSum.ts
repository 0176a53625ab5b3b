/** The most that the API takes: fourteen digits of cents. */
const mostDigits = 12

/**
 * Reads a sum as a person types it, in cents: `50`, `8,9`, `12.50 €`, `1 500 000,00`. Null for anything else; zero is a sum.
 * A comma and a dot both part the cents, so that `1,500` is no sum rather than a wrong one.
 */
export function readSum(typed: string): bigint | null {
  const match = /^(\d+)(?:[.,](\d{1,2}))?$/.exec(typed.replace(/[\s€]/g, ''))
  const [, euros = '', part = ''] = match ?? []
  if (match === null || euros.length > mostDigits) return null
  return BigInt(euros) * 100n + BigInt(part.padEnd(2, '0'))
}

/** Cents as they stand in a field: `5000n` → `50,00`. */
export function typedSum(cents: bigint): string {
  return `${cents / 100n},${String(cents % 100n).padStart(2, '0')}`
}
