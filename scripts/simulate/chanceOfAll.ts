import crypto, { createHash } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

/**
 * Makes every draw of this process come from a seed: ids, keys, salts, shuffles, whoever draws them. There is no way in to
 * this from the product; it is done from outside, to Node's own functions, and a process that did it must hold no real keys.
 */
export class ChanceOfAll {
  #seed = ''
  #drawn = 0
  #pool = Buffer.alloc(0)

  seed(seed: string): void {
    this.#seed = seed
    this.#drawn = 0
    this.#pool = Buffer.alloc(0)
  }

  bytes(length: number): Buffer {
    while (this.#pool.length < length) {
      const more = createHash('sha512')
        .update(`${this.#seed}:${this.#drawn++}`)
        .digest()
      this.#pool = Buffer.concat([this.#pool, more])
    }
    const taken = Buffer.from(this.#pool.subarray(0, length))
    this.#pool = this.#pool.subarray(length)
    return taken
  }

  install(): void {
    const fill = <T extends NodeJS.ArrayBufferView | null>(array: T): T => {
      if (array === null) return array
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(this.bytes(array.byteLength))
      return array
    }
    Object.assign(crypto, {
      randomBytes: (length: number) => this.bytes(length),
      randomInt: (one: number, other?: number) => this.#whole(one, other),
      randomUUID: () => this.#uuid(),
      randomFillSync: fill,
    })
    Object.defineProperty(crypto.webcrypto, 'getRandomValues', { value: fill })
    Object.defineProperty(crypto.webcrypto, 'randomUUID', { value: () => this.#uuid() })
    // Never begun anew: viem draws names for its clients here, many at a time and for the whole process, and keeps what it
    // learnt under them. Of the product only the pause before a transaction is tried again is drawn from it.
    const names = new ChanceOfAll()
    Math.random = () => names.bytes(6).readUIntBE(0, 6) / 2 ** 48
    // So that `import { randomBytes } from 'node:crypto'` draws here too, also where it was imported before.
    syncBuiltinESMExports()
  }

  /** As `crypto.randomInt` without a callback; the bias of a 48-bit draw is of no matter to a simulation. */
  #whole(one: number, other?: number): number {
    const [least, end] = other === undefined ? [0, one] : [one, other]
    return least + (this.bytes(6).readUIntBE(0, 6) % (end - least))
  }

  #uuid(): string {
    const bytes = this.bytes(16)
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
    const hex = bytes.toString('hex')
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  }
}
