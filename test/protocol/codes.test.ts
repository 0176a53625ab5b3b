import { expect } from 'chai'
import fc from 'fast-check'
import { type Hex, toHex } from 'viem'
import { decodeCharge, encodeCharge, type SignedCharge } from '../../protocol/charge.ts'
import { decodeReceipt, encodeReceipt, type SignedPaymentReceipt } from '../../protocol/receipt.ts'
import { decodeSpend, encodeSpend, type SpendOffer } from '../../protocol/spend.ts'

const origin = 'https://kipina.example'
const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size }).map((array) => toHex(array))
const repeat = (byte: string, size: number): Hex => `0x${byte.repeat(size)}`
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const seconds = fc.integer({ min: 0, max: 2 ** 40 - 1 })

const charge: SignedCharge = {
  merchant: 101,
  till: 7,
  priceCents: 890n,
  nonce: repeat('0c', 8),
  askedAt: 1_763_805_600,
  signature: repeat('5a', 65),
}
const spend: SpendOffer = {
  merchant: 101,
  deadline: 1_769_903_999n,
  opening: { nonce: repeat('0c', 8), signedAt: 1_763_805_600_123, salt: repeat('0d', 8), agreedCents: 1000n },
  notes: [{ noteId: repeat('0e', 16), mostCents: 1000n, signature: repeat('5b', 65) }],
}
const receipt: SignedPaymentReceipt = {
  payment: repeat('0f', 16),
  merchant: 101,
  till: 7,
  priceCents: 890n,
  nonce: repeat('0c', 8),
  receiptNumber: 42,
  acceptedAt: 1_763_805_601,
  signature: repeat('5c', 65),
}

const anyCharge: fc.Arbitrary<SignedCharge> = fc.record({
  merchant: uint32,
  till: uint32,
  priceCents: fc.bigInt(1n, 2n ** 32n - 1n),
  nonce: bytes(8),
  askedAt: seconds,
  signature: bytes(65),
})
const anySpend: fc.Arbitrary<SpendOffer> = fc.record({
  merchant: uint32,
  deadline: fc.bigInt(0n, 2n ** 40n - 1n),
  opening: fc.record({
    nonce: bytes(8),
    signedAt: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
    salt: bytes(8),
    agreedCents: fc.bigInt(0n, 2n ** 24n - 1n),
  }),
  notes: fc.array(fc.record({ noteId: bytes(16), mostCents: fc.bigInt(0n, 2n ** 24n - 1n), signature: bytes(65) }), {
    minLength: 1,
    maxLength: 3,
  }),
})
const anyReceipt: fc.Arbitrary<SignedPaymentReceipt> = fc.record({
  payment: bytes(16),
  merchant: uint32,
  till: uint32,
  priceCents: fc.bigInt(0n, 2n ** 32n - 1n),
  nonce: bytes(8),
  receiptNumber: uint32,
  acceptedAt: seconds,
  signature: bytes(65),
})

interface Code<T> {
  name: string
  letter: string
  value: T
  any: fc.Arbitrary<T>
  encode(origin: string, value: T): string
  decode(text: string): T | null
  /** Values that have no code, because a field would be cut off. */
  tooLarge: T[]
}

function describeCode<T>({ name, letter, value, any, encode, decode, tooLarge }: Code<T>): void {
  describe(`${name} code`, () => {
    const text = encode(origin, value)

    const refused: Record<string, string> = {
      nothing: '',
      'another site': 'https://example.org',
      'no scheme': text.replace('https://', ''),
      'a script': text.replace('https://', 'javascript://'),
      'another letter': text.replace(`#${letter}.`, '#x.'),
      'something after it': `${text}/x`,
      'a space after it': `${text} `,
      'a line after it': `${text}\nhttps://example.org`,
      'padding after it': `${text}=`,
      'one character less': text.slice(0, -1),
      'one byte more': `${text}AA`,
      'another version': text.replace(`#${letter}.AQ`, `#${letter}.Ag`),
      'a path before it': text.replace('/p#', '/q/p#'),
      'a query in it': text.replace('/p#', '/p?a=b#'),
      'letters of another alphabet': text.replace(/.$/, '+'),
    }
    for (const [what, wrong] of Object.entries(refused)) {
      it(`is not read from ${what}`, () => expect(decode(wrong)).to.equal(null))
    }

    it('comes back as it went in', () => expect(decode(text)).to.deep.equal(value))

    it('comes back as it went in, whatever it was', () => {
      fc.assert(
        fc.property(any, (one) => {
          expect(decode(encode(origin, one))).to.deep.equal(one)
        }),
      )
    })

    it('has one text for one value', () => {
      fc.assert(
        fc.property(any, fc.nat(), fc.constantFrom(...'AQgwBCxyz019-_'), (one, at, letter) => {
          const whole = encode(origin, one)
          const start = whole.indexOf('#') + 3
          const place = start + (at % (whole.length - start))
          const other = whole.slice(0, place) + letter + whole.slice(place + 1)
          const read = decode(other)
          expect(read === null || encode(origin, read) === other).to.equal(true)
        }),
        { numRuns: 500 },
      )
    })

    it('is read from nothing that a camera may see, and never throws', () => {
      const noise = fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.base64String().map((body) => `${origin}/p#${letter}.${body}`),
      )
      fc.assert(
        fc.property(noise, (seen) => {
          const read = decode(seen)
          expect(read === null || encode(new URL(seen).origin, read) === seen).to.equal(true)
        }),
        { numRuns: 1000 },
      )
    })

    it('keeps everything behind the #, which no browser sends to a server', () => {
      expect(new URL(text).pathname + new URL(text).search).to.equal('/p')
    })

    it('is not written where a field does not fit', () => {
      for (const one of tooLarge) expect(() => encode(origin, one)).to.throw(RangeError)
    })
  })
}

describeCode({
  name: 'A charge’s',
  letter: 'c',
  value: charge,
  any: anyCharge,
  encode: encodeCharge,
  decode: decodeCharge,
  tooLarge: [
    { ...charge, priceCents: 2n ** 32n },
    { ...charge, priceCents: -1n },
    { ...charge, nonce: '0x00' },
    { ...charge, signature: '0x' },
  ],
})
describeCode({
  name: 'A spend’s',
  letter: 's',
  value: spend,
  any: anySpend,
  encode: encodeSpend,
  decode: decodeSpend,
  tooLarge: [
    { ...spend, merchant: 2 ** 32 },
    { ...spend, deadline: 2n ** 40n },
    { ...spend, opening: { ...spend.opening, salt: '0x01' } },
  ],
})
describeCode({
  name: 'A receipt’s',
  letter: 'r',
  value: receipt,
  any: anyReceipt,
  encode: encodeReceipt,
  decode: decodeReceipt,
  tooLarge: [
    { ...receipt, payment: '0x01' },
    { ...receipt, acceptedAt: 2 ** 40 },
  ],
})

describe('Codes of another kind', () => {
  it('are not read as each other', () => {
    const [c, s, r] = [encodeCharge(origin, charge), encodeSpend(origin, spend), encodeReceipt(origin, receipt)]
    expect([
      decodeCharge(s),
      decodeCharge(r),
      decodeSpend(c),
      decodeSpend(r),
      decodeReceipt(c),
      decodeReceipt(s),
    ]).to.deep.equal([null, null, null, null, null, null])
  })

  it('are not read with no note, or with four', () => {
    const four = Array.from({ length: 4 }, () => spend.notes[0]).filter((note) => note !== undefined)
    expect(decodeSpend(encodeSpend(origin, { ...spend, notes: [] }))).to.equal(null)
    expect(decodeSpend(encodeSpend(origin, { ...spend, notes: four }))).to.equal(null)
  })

  it('are not read with nothing to pay', () => {
    expect(decodeCharge(encodeCharge(origin, { ...charge, priceCents: 0n }))).to.equal(null)
  })
})
