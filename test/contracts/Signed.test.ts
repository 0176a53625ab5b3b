import { expect } from 'chai'
import { AbiCoder, concat, dataSlice, keccak256, TypedDataEncoder, ZeroHash } from 'ethers'
import { hashTypedData } from 'viem'
import { receiptTypedData } from '../../protocol/receipt.ts'
import { spendDigest } from '../../protocol/spend.ts'
import { townWithSheet } from './support/fixtures.ts'
import { domainOf } from './support/sheets.ts'
import { groupOf, receiptOf, receiptTypes, spendOf, spendTypes } from './support/spends.ts'
import { loadFixture } from './support/town.ts'
import { leafHash } from './support/tree.ts'

/** The tuples that `redeem` and `cutSheet` take, written out by hand: they must not drift from the contract's. */
const groupsType =
  'tuple(bytes32 sheet, uint32[] merchants, tuple(tuple(bytes32 r, bytes32 vs) holder, bytes32 note, uint256 terms)[] ' +
  'items, bytes32[] siblings)[]'
const cutType =
  'tuple(bytes32 root, uint32 programme, uint40 validUntil, uint40 closesAt, uint8 purposes, uint8 depth, ' +
  'uint64 committedCents, uint64 grantedCents, bytes32 dataHash)'

describe('What is signed and hashed', () => {
  it('is the same spend digest in ethers, in the protocol and in Solidity', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
    const { spend } = await spendOf(town, sheet, first)
    const domain = await domainOf(town)
    const digest = await vouchers.spendDigest(spend)
    expect(TypedDataEncoder.hash(domain, spendTypes, spend)).to.equal(digest)
    const address = (await vouchers.getAddress()) as `0x${string}`
    expect(spendDigest(Number(domain.chainId), address, spend as never)).to.equal(digest)
  })

  it('is the same receipt digest in ethers, in the protocol and in Solidity', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
    const receipt = receiptOf(await spendOf(town, sheet, first))
    const domain = await domainOf(town)
    const digest = await vouchers.receiptDigest(receipt)
    expect(TypedDataEncoder.hash(domain, receiptTypes, receipt)).to.equal(digest)
    const address = (await vouchers.getAddress()) as `0x${string}`
    expect(hashTypedData(receiptTypedData(Number(domain.chainId), address, receipt as never))).to.equal(digest)
  })

  it('is a batch as the bytes of its call behind the signature', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
    const groups = [groupOf(sheet, [await spendOf(town, sheet, first)])]
    const signatureAndGroups = ['bytes32', 'bytes32', groupsType]
    const encoded = AbiCoder.defaultAbiCoder().encode(signatureAndGroups, [ZeroHash, ZeroHash, groups])
    const content = keccak256(dataSlice(encoded, 64))
    const types = { Batch: [{ name: 'content', type: 'bytes32' }] }
    const digest = TypedDataEncoder.hash(await domainOf(town), types, { content })
    expect(digest).to.equal(await vouchers.batchDigest(content))
  })

  it('is a cut as its plain ABI encoding', async () => {
    const { town, vouchers, sheet } = await loadFixture(townWithSheet)
    const content = keccak256(AbiCoder.defaultAbiCoder().encode([cutType], [sheet.cut]))
    const types = { Cut: [{ name: 'content', type: 'bytes32' }] }
    const digest = TypedDataEncoder.hash(await domainOf(town), types, { content })
    expect(digest).to.equal(await vouchers.cutDigest(sheet.cut))
  })

  it('is a leaf of five words, tagged', async () => {
    const { vouchers, second } = await loadFixture(townWithSheet)
    const { index, holder, noteId, capCents } = second
    expect(leafHash(second)).to.equal(await vouchers.leafOf(index, holder, noteId, capCents))
  })

  it('is a node of two words, and a sheet by its root alone', async () => {
    const { vouchers, sheet } = await loadFixture(townWithSheet)
    const [leaves, beside, other] = [sheet.notes.map(leafHash), sheet.tree.siblingsOf([0]), sheet.tree.siblingsOf([2])]
    const join = (left: string, right: string) => keccak256(concat([left, right]))
    expect(beside[0]).to.equal(leaves[1])
    expect(beside[1]).to.equal(join(leaves[2], leaves[3]))
    expect(other[1]).to.equal(join(leaves[0], leaves[1]))
    expect(sheet.id).to.equal(join(join(other[1], beside[1]), beside[2]))
    expect(await vouchers.leftCents(sheet.id)).to.equal(4_000n)
  })

  it('knows its domain by name, version, chain and contract', async () => {
    const { town, vouchers } = await loadFixture(townWithSheet)
    const { name, version, chainId, verifyingContract } = await domainOf(town)
    const said = await vouchers.eip712Domain()
    expect([said.name, said.version, said.chainId, said.verifyingContract]).to.deep.equal([
      name,
      version,
      chainId,
      verifyingContract,
    ])
  })
})
