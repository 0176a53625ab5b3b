import { type Cents, mostNoteCents } from '../../protocol/money.ts'

const denominations: readonly Cents[] = [5000n, 2000n, 1000n, 500n]
const smallest: Cents = 500n

/**
 * Splits value into the faces of its notes, largest first: 50 € → 20 + 10 + 10 + 5 + 5.
 *
 * Each note is the largest denomination within half of what is left: large enough that three notes pay most of it at
 * once, small enough that a phone which stays offline, and hears of no change, can pay several times. A service voucher
 * is one note.
 *
 * @throws a RangeError for nothing, and for a service worth more than a note may be.
 */
export function splitIntoNotes(cents: Cents, kind: 'value' | 'service'): Cents[] {
  if (cents <= 0n) throw new RangeError(`${cents} cents are no value`)
  if (kind === 'service') {
    if (cents > mostNoteCents) throw new RangeError(`A service of ${cents} cents does not fit one note`)
    return [cents]
  }
  const faces: Cents[] = []
  let left = cents
  while (left > smallest) {
    const face = denominations.find((step) => step * 2n <= left) ?? smallest
    faces.push(face)
    left -= face
  }
  faces.push(left)
  return faces.sort((a, b) => Number(b - a))
}
