import { randomInt } from 'node:crypto'
import { type Cents, mostNoteCents } from '../../protocol/money.ts'

const denominations: readonly Cents[] = [4000n, 2000n, 1000n, 500n]
const smallest: Cents = 500n
/** How far a face may lie from its denomination, in thousandths of it. */
const spread = 200

/**
 * Splits value into the faces of its notes, largest first: 50 € → about 20 + 10 + 10 + 5 + 5.
 *
 * Each note is near the largest denomination within half of what is left: large enough that three notes pay most of it at
 * once, small enough that a phone which stays offline, and hears of no change, can pay several times. A service voucher
 * is one note.
 *
 * Near, not at: a face nobody can guess is what keeps change apart from its parent. Were it 20.00, whoever reads the chain
 * would see 8.90 taken of it and know that an amount of 11.10, later, is the same child's.
 *
 * @param share a random whole number from 1000 − `spread` to 1000 + `spread`; tests bring their own.
 * @throws a RangeError for nothing, and for a service worth more than a note may be.
 */
export function splitIntoNotes(cents: Cents, kind: 'value' | 'service', share = randomShare): Cents[] {
  if (cents <= 0n) throw new RangeError(`${cents} cents are no value`)
  if (kind === 'service') {
    if (cents > mostNoteCents) throw new RangeError(`A service of ${cents} cents does not fit one note`)
    return [cents]
  }
  return scatter(planOf(cents), cents, share)
}

/** As `splitIntoNotes`, but a small grant is two notes: the face of a lone one would be the sum that everybody is granted. */
export function splitGrant(cents: Cents, kind: 'value' | 'service', share = randomShare): Cents[] {
  const isLone = kind === 'value' && cents > 1n && cents <= smallest
  return isLone ? scatter([cents / 2n, cents - cents / 2n], cents, share) : splitIntoNotes(cents, kind, share)
}

function planOf(cents: Cents): Cents[] {
  const faces: Cents[] = []
  let left = cents
  while (left > smallest) {
    const face = denominations.find((step) => step * 2n <= left) ?? smallest
    faces.push(face)
    left -= face
  }
  return [...faces, left]
}

/** The same number of notes and the same sum, at faces that only chance knows. */
function scatter(plan: readonly Cents[], cents: Cents, share: () => number): Cents[] {
  const weights = plan.map((face) => face * BigInt(share()))
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  const faces: Cents[] = []
  let left = cents
  for (const [place, weight] of weights.entries()) {
    const after = BigInt(weights.length - place - 1)
    const wanted = after === 0n ? left : (cents * weight) / total
    // At least a cent in each note, at most what a note may be, and at least a cent for each that follows.
    const face = least(wanted < 1n ? 1n : wanted, mostNoteCents, left - after)
    faces.push(face)
    left -= face
  }
  if (left > 0n) faces.push(...scatter(planOf(left), left, share))
  return faces.sort((a, b) => Number(b - a))
}

function least(...values: [Cents, ...Cents[]]): Cents {
  return values.reduce((low, value) => (value < low ? value : low))
}

function randomShare(): number {
  return randomInt(1000 - spread, 1000 + spread + 1)
}
