import { createHash } from 'node:crypto'

/** Chance that the same seed repeats: for choices of a story only, never for keys, ids or codes. */
export class Chance {
  readonly seed: number
  #drawn = 0

  constructor(seed: number) {
    this.seed = seed
  }

  /** From 0 up to, and without, 1. */
  next(): number {
    const digest = createHash('sha256')
      .update(`${this.seed}:${this.#drawn++}`)
      .digest()
    return digest.readUInt32BE(0) / 2 ** 32
  }

  /** A whole number from `least` to `most`, both possible. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  /** One of several; throws a RangeError when there is none. */
  oneOf<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new RangeError('Nothing to choose from')
    return choices[this.between(0, choices.length - 1)] as T
  }

  /** The same things in another order. */
  shuffled<T>(things: readonly T[]): T[] {
    const order = [...things]
    for (let last = order.length - 1; last > 0; last--) {
      const other = this.between(0, last)
      const kept = order[last] as T
      order[last] = order[other] as T
      order[other] = kept
    }
    return order
  }
}
