/** Money is whole cents, a `bigint` in TypeScript, `bigint` in SQL and a decimal string of cents in JSON. */
export type Cents = bigint

/** The steps a note's cap is rounded up to, so that the exact face of a note is nowhere on chain. */
export const capSteps: readonly Cents[] = [500n, 1000n, 2000n, 5000n]

/** The most a single note may be worth. */
export const mostNoteCents: Cents = 5000n

/** The smallest step that holds `faceCents`; throws a RangeError for anything that is not a note's face. */
export function capOf(faceCents: Cents): Cents {
  const cap = capSteps.find((step) => faceCents > 0n && faceCents <= step)
  if (cap === undefined) throw new RangeError(`No note is worth ${faceCents} cents`)
  return cap
}

/** Reads a price as a person types it: `8`, `8,9`, `8.90`, ` 8,90 € `. Null for anything else, and for zero. */
export function readPrice(typed: string): Cents | null {
  const match = /^(\d{1,5})(?:[.,](\d{1,2}))?$/.exec(typed.replace(/[\s€]/g, ''))
  if (!match) return null
  const cents = BigInt(match[1] ?? '0') * 100n + BigInt((match[2] ?? '').padEnd(2, '0'))
  return cents > 0n ? cents : null
}

/** `890n` → `8.90`, the decimal form of bank files. */
export function decimal(cents: Cents): string {
  const sign = cents < 0n ? '-' : ''
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0')
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** `890n` → `8,90 €` (fi, sv) or `€8.90` (en), as the language writes it. */
export function formatCents(cents: Cents, language: string): string {
  return new Intl.NumberFormat(language, { style: 'currency', currency: 'EUR' }).format(decimal(cents) as `${number}`)
}
