import { expect } from 'chai'
import fc from 'fast-check'
import { encodeFunctionData, type Hex, hashTypedData, keccak256, toHex } from 'viem'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
import { receiptTypedData } from '../../protocol/receipt.ts'
import { spendDigest } from '../../protocol/spend.ts'
import { batchTypedData, cutTypedData } from '../../server/post/signed.ts'
import { leafOf } from '../../server/post/tree.ts'
import { type ChainTown, chainTown } from '../support/chain.ts'

/** What is signed and hashed is written once in each language; here the two are held together on the real contract. */
describe('Digests', () => {
  let town: ChainTown
  before(async function () {
    this.timeout(30_000)
    town = await chainTown()
  })
  after(() => town.close())

  const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size }).map((array) => toHex(array))
  const uint = (bits: bigint) => fc.bigInt(0n, 2n ** bits - 1n)
  const merchant = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  const spend = fc.record({
    noteId: bytes(16),
    merchant,
    mostCents: uint(64n),
    deadline: uint(64n),
    commitment: bytes(16),
  })
  const receipt = fc.record({
    noteId: bytes(16),
    merchant,
    amountCents: uint(64n),
    commitment: bytes(16),
    details: bytes(32),
  })
  const signature = fc.record({ r: bytes(32), vs: bytes(32) })
  const item = fc.record({ holder: signature, note: bytes(32), terms: uint(192n) })
  const group = fc.record({
    sheet: bytes(32),
    merchants: fc.array(merchant, { maxLength: 3 }),
    items: fc.array(item, { maxLength: 3 }),
    siblings: fc.array(bytes(32), { maxLength: 20 }),
  })
  const groups = fc.array(group, { maxLength: 3 })
  const time = fc.integer({ min: 0, max: 2 ** 40 - 1 })
  const byte = fc.integer({ min: 0, max: 255 })
  const cut = fc.record({
    root: bytes(32),
    programme: merchant,
    validUntil: time,
    closesAt: time,
    purposes: byte,
    depth: byte,
    committedCents: uint(64n),
    grantedCents: uint(64n),
    dataHash: bytes(32),
  })

  const read = (functionName: string, args: readonly unknown[]) =>
    town.opened.client.readContract({
      address: town.opened.facts.vouchers,
      abi: vouchersAbi,
      functionName,
      args,
    } as never) as Promise<Hex>
  const alike = async <T>(values: fc.Arbitrary<T>, here: (value: T) => Hex, there: (value: T) => Promise<Hex>) => {
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        expect(here(value)).to.equal(await there(value))
      }),
      { numRuns: 40 },
    )
  }

  it('of a spend are the same in TypeScript and in Solidity', () =>
    alike(
      spend,
      (value) => spendDigest(town.link.chainId, town.opened.facts.vouchers, value),
      (value) => read('spendDigest', [value]),
    ))

  it('of a receipt are the same in TypeScript and in Solidity', () =>
    alike(
      receipt,
      (value) => hashTypedData(receiptTypedData(town.link.chainId, town.opened.facts.vouchers, value)),
      (value) => read('receiptDigest', [value]),
    ))

  it('of a batch are the same in TypeScript and in Solidity', () =>
    fc.assert(
      fc.asyncProperty(groups, signature, async (groups, acceptor) => {
        // Whatever stands in the place of the signature, what is signed begins behind it.
        const call = encodeFunctionData({ abi: vouchersAbi, functionName: 'redeem', args: [acceptor, groups] })
        const content = keccak256(`0x${call.slice(2 + 2 * 68)}`)
        const here = hashTypedData(batchTypedData(town.opened.facts, groups) as never)
        expect(here).to.equal(await read('batchDigest', [content]))
      }),
      { numRuns: 40 },
    ))

  it('of a cut are the same in TypeScript and in Solidity', () =>
    alike(
      cut,
      (value) => hashTypedData(cutTypedData(town.opened.facts, value) as never),
      (value) => read('cutDigest', [value]),
    ))

  it('of a leaf are the same in TypeScript and in Solidity', () =>
    alike(
      fc.record({ index: fc.nat(2 ** 20), holder: bytes(20), noteId: bytes(16), capCents: uint(64n) }),
      leafOf,
      ({ index, holder, noteId, capCents }) => read('leafOf', [BigInt(index), holder, noteId, capCents]),
    ))
})
