import { expect } from 'chai'
import { AbiCoder, keccak256, TypedDataEncoder } from 'ethers'
import { hashTypedData } from 'viem'
import { receiptTypedData } from '../../protocol/receipt.ts'
import { spendDigest } from '../../protocol/spend.ts'
import { townWithSheet } from './support/fixtures.ts'
import { domainOf } from './support/sheets.ts'
import { groupsOf, receiptOf, receiptTypes, spendOf, spendTypes } from './support/spends.ts'
import { loadFixture } from './support/town.ts'
import { leafHash } from './support/tree.ts'

/** The tuple that `redeem` takes, written out by hand: it must not drift from the contract's. */
const groupsType =
  'tuple(bytes32 sheet, uint32 merchant, tuple(uint32 index, uint64 capCents, uint64 amountCents, ' +
  'tuple(bytes16 noteId, uint32 merchant, uint64 mostCents, uint64 deadline, bytes16 commitment) spend, ' +
  'bytes signature, bytes32[] proof)[] items)[]'

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

  it('is the batch as its plain ABI encoding', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
    const groups = groupsOf(sheet, [await spendOf(town, sheet, first)])
    const content = keccak256(AbiCoder.defaultAbiCoder().encode([groupsType], [groups]))
    const types = { Batch: [{ name: 'content', type: 'bytes32' }] }
    expect(TypedDataEncoder.hash(await domainOf(town), types, { content })).to.equal(await vouchers.batchDigest(groups))
  })

  it('is the sheet’s id for a cut', async () => {
    const { town, vouchers, sheet } = await loadFixture(townWithSheet)
    const types = { Cut: [{ name: 'sheet', type: 'bytes32' }] }
    const digest = TypedDataEncoder.hash(await domainOf(town), types, { sheet: sheet.id })
    expect(digest).to.equal(await vouchers.cutDigest(sheet.id))
  })

  it('is a leaf of five words, tagged', async () => {
    const { vouchers, second } = await loadFixture(townWithSheet)
    const { index, holder, noteId, capCents } = second
    expect(leafHash(second)).to.equal(await vouchers.leafOf(index, holder, noteId, capCents))
  })

  it('is a sheet id of programme, root, terms and salt', async () => {
    const { vouchers, sheet } = await loadFixture(townWithSheet)
    const terms = 'tuple(uint40 validUntil, uint40 closesAt, uint8 purposes, uint8 depth, uint64 committedCents)'
    const { programme, tree, salt } = sheet
    const encoded = AbiCoder.defaultAbiCoder().encode(
      ['uint32', 'bytes32', terms, 'bytes32'],
      [programme, tree.root, sheet.terms, salt],
    )
    expect(keccak256(encoded)).to.equal(sheet.id)
    expect(await vouchers.sheetIdOf(programme, tree.root, sheet.terms, salt)).to.equal(sheet.id)
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
