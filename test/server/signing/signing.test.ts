import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { type Hex, hashTypedData, hexToBytes, keccak256, recoverAddress } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { toHex } from '../../../server/db/bytes.ts'
import { keccak } from '../../../server/signing/keccak.ts'
import { isCanonical, isNative, signDigest, signerOf } from '../../../server/signing/secp256k1.ts'
import { digestOf, type FlatTypedData } from '../../../server/signing/typedData.ts'

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => toHex(Buffer.from(array)))
const valuesOf: Record<string, fc.Arbitrary<number | bigint | Hex>> = {
  uint8: fc.integer({ min: 0, max: 255 }),
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  uint256: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
  bytes8: bytes(8),
  bytes16: bytes(16),
  bytes32: bytes(32),
  address: bytes(20),
}
const domains = fc.record({
  name: fc.string({ unit: 'grapheme' }),
  version: fc.string(),
  chainId: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  verifyingContract: bytes(20),
})
/** Any flat struct with a value for each of its fields. */
const structs: fc.Arbitrary<FlatTypedData> = fc
  .array(fc.constantFrom(...Object.keys(valuesOf)), { minLength: 1, maxLength: 8 })
  .chain((types) =>
    fc.record({
      domain: domains,
      types: fc.constant({ Thing: types.map((type, place) => ({ name: `field${place}`, type })) }),
      primaryType: fc.constant('Thing'),
      message: fc
        .tuple(...types.map((type) => valuesOf[type] as fc.Arbitrary<number | bigint | Hex>))
        .map((values) => Object.fromEntries(values.map((value, place) => [`field${place}`, value]))),
    }),
  )
const with32 = (message: FlatTypedData['message']): FlatTypedData => ({
  domain: { name: 'Kipina', version: '1', chainId: 1, verifyingContract: `0x${'11'.repeat(20)}` },
  types: {
    Thing: [
      { name: 'sum', type: 'uint32' },
      { name: 'id', type: 'bytes16' },
    ],
  },
  primaryType: 'Thing',
  message,
})

describe('What is signed', () => {
  const id: Hex = `0x${'ab'.repeat(16)}`

  it('is refused where a field does not hold its value', () => {
    for (const message of [
      { sum: 2 ** 32, id },
      { sum: -1, id },
      { sum: 1, id: `${id}00` as Hex },
      { sum: 1, id: id.slice(0, -2) as Hex },
      { sum: 1, id: `0x${'zz'.repeat(16)}` as Hex },
      { sum: 1, id: 5 },
    ]) {
      expect(() => digestOf(with32(message))).to.throw(RangeError)
    }
    expect(() => digestOf(with32({ sum: 1 }))).to.throw(TypeError)
    const text = { ...with32({ sum: 'x' as Hex }), types: { Thing: [{ name: 'sum', type: 'string' }] } }
    expect(() => digestOf(text)).to.throw(TypeError)
  })

  it('hashes as viem does, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (array) => {
        expect(toHex(keccak(array))).to.equal(keccak256(array))
      }),
    )
  })

  it('is the digest that viem makes, for any flat struct and any domain', () => {
    fc.assert(
      fc.property(structs, (typedData) => {
        expect(toHex(digestOf(typedData))).to.equal(hashTypedData(typedData as never))
      }),
      { numRuns: 500 },
    )
  })
})

describe('Who signed', () => {
  it('is told by libsecp256k1 on the platforms that it is built for', function () {
    const built = ['linux-x64', 'darwin-arm64', 'win32-x64']
    if (!built.includes(`${process.platform}-${process.arch}`)) this.skip()
    expect(isNative).to.equal(true)
  })

  it('is nobody for a signature that is not canonical, or that nobody can have made', async () => {
    const digest = randomBytes(32)
    const good = await privateKeyToAccount(generatePrivateKey()).sign({ hash: toHex(digest) })
    const [r, s, v] = [good.slice(2, 66), good.slice(66, 130), good.slice(130)]
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const highS = (order - BigInt(`0x${s}`)).toString(16).padStart(64, '0')
    for (const bad of [
      '0x',
      `0x${r}${s}`,
      `0x${r}${s}00`,
      `0x${r}${s}1d`,
      `0x${r}${highS}${v}`,
      `0x${'0'.repeat(64)}${s}${v}`,
      `0x${r}${'0'.repeat(64)}${v}`,
      `0x${'f'.repeat(64)}${s}${v}`,
      `0x${r.toUpperCase()}${s}${v}G`,
    ]) {
      expect(await signerOf(digest, bad as Hex), bad).to.equal(null)
    }
  })

  it('is who viem says, also for signatures with a bit turned', async () => {
    const signer = privateKeyToAccount(generatePrivateKey())
    await fc.assert(
      fc.asyncProperty(bytes(32), fc.option(fc.integer({ min: 0, max: 511 }), { freq: 2 }), async (hash, bit) => {
        const whole = hexToBytes(await signer.sign({ hash }))
        if (bit !== null) whole[bit >> 3] = (whole[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const signature = toHex(whole)
        const viems = isCanonical(signature) ? await recoverAddress({ hash, signature }).catch(() => null) : null
        const ours = await signerOf(hexToBytes(hash), signature)
        expect(ours).to.equal(viems?.toLowerCase() ?? null)
        if (bit === null) expect(ours).to.equal(signer.address.toLowerCase())
      }),
      { numRuns: 150 },
    )
  })
})

describe('Our own signature', () => {
  it('is the very one that viem makes, and has its signer', async () => {
    await fc.assert(
      fc.asyncProperty(bytes(32), async (digest) => {
        const key = generatePrivateKey()
        const account = privateKeyToAccount(key)
        const { r, s, yParity } = await signDigest(digest, key)
        const whole = `${r}${s.slice(2)}${(27 + yParity).toString(16)}` as Hex
        expect(whole).to.equal(await account.sign({ hash: digest }))
        expect(await signerOf(hexToBytes(digest), whole)).to.equal(account.address.toLowerCase())
      }),
      { numRuns: 100 },
    )
  })
})
