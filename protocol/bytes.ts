import { bytesToHex, type Hex, hexToBytes } from 'viem'

/** Base64url without padding, for links and QR codes. Runs in a browser and in Node. */
export function toBase64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

/** Null for any text that is not canonical base64url: one value has one text. */
export function fromBase64url(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
    return toBase64url(bytes) === text ? bytes : null
  } catch {
    return null
  }
}

/** Writes fixed-width fields one after the other; throws a RangeError for a value that does not fit. */
export class ByteWriter {
  readonly #bytes: number[] = []

  uint(value: number | bigint, width: number): this {
    let rest = BigInt(value)
    if (rest < 0n || rest >= 1n << BigInt(8 * width)) throw new RangeError(`${value} does not fit ${width} bytes`)
    const field: number[] = []
    for (let place = 0; place < width; place++) {
      field.unshift(Number(rest & 0xffn))
      rest >>= 8n
    }
    this.#bytes.push(...field)
    return this
  }

  hex(value: Hex, width: number): this {
    const field = hexToBytes(value)
    if (field.length !== width) throw new RangeError(`${value} is not ${width} bytes`)
    this.#bytes.push(...field)
    return this
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }
}

/** Reads what ByteWriter wrote; throws a RangeError past the end, and at `end` when something is left over. */
export class ByteReader {
  #at = 0
  readonly #source: Uint8Array

  constructor(source: Uint8Array) {
    this.#source = source
  }

  #take(width: number): Uint8Array {
    if (this.#at + width > this.#source.length) throw new RangeError('Too short')
    this.#at += width
    return this.#source.subarray(this.#at - width, this.#at)
  }

  bigint(width: number): bigint {
    return this.#take(width).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
  }

  /** For fields of at most six bytes. */
  number(width: number): number {
    return Number(this.bigint(width))
  }

  hex(width: number): Hex {
    return bytesToHex(this.#take(width))
  }

  end(): void {
    if (this.#at !== this.#source.length) throw new RangeError('Too long')
  }
}

/** Runs a reading; null when the bytes are not exactly one value. */
export function parsed<T>(text: string, read: (from: ByteReader) => T): T | null {
  const bytes = fromBase64url(text)
  if (bytes === null) return null
  try {
    const from = new ByteReader(bytes)
    const value = read(from)
    from.end()
    return value
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
