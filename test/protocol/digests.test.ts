import { expect } from 'chai'
import fc from 'fast-check'
import { type Hex, hashTypedData, toHex } from 'viem'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
import { receiptTypedData } from '../../protocol/receipt.ts'
import { spendDigest } from '../../protocol/spend.ts'
import { batchTypedData, cutTypedData, sheetIdOf } from '../../server/post/signed.ts'
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
  const item = fc.record({
    index: fc.integer({ min: 0, max: 2 ** 20 - 1 }),
    capCents: uint(64n),
    amountCents: uint(64n),
    spend,
    signature: bytes(65),
    proof: fc.array(bytes(32), { maxLength: 20 }),
  })
  const groups = fc.array(fc.record({ sheet: bytes(32), merchant, items: fc.array(item, { maxLength: 3 }) }), {
    maxLength: 3,
  })
  const terms = fc.record({
    validUntil: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
    closesAt: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
    purposes: fc.integer({ min: 0, max: 255 }),
    depth: fc.integer({ min: 0, max: 255 }),
    committedCents: uint(64n),
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
    alike(
      groups,
      (value) => hashTypedData(batchTypedData(town.opened.facts, value)),
      (value) => read('batchDigest', [value]),
    ))

  it('of a cut are the same in TypeScript and in Solidity', () =>
    alike(
      bytes(32),
      (value) => hashTypedData(cutTypedData(town.opened.facts, value)),
      (value) => read('cutDigest', [value]),
    ))

  it('of a leaf are the same in TypeScript and in Solidity', () =>
    alike(
      fc.record({ index: fc.nat(2 ** 20), holder: bytes(20), noteId: bytes(16), capCents: uint(64n) }),
      leafOf,
      ({ index, holder, noteId, capCents }) => read('leafOf', [BigInt(index), holder, noteId, capCents]),
    ))

  it('of a sheet’s id are the same in TypeScript and in Solidity', () =>
    alike(
      fc.record({ programme: merchant, root: bytes(32), terms, salt: bytes(32) }),
      ({ programme, root, terms, salt }) => sheetIdOf(programme, root, terms, salt),
      ({ programme, root, terms, salt }) => read('sheetIdOf', [programme, root, terms, salt]),
    ))
})
