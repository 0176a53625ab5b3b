import { expect } from 'chai'
import { toBeHex } from 'ethers'
import { townWithSheet } from './support/fixtures.ts'
import {
  cut,
  domainOf,
  drawUp,
  type Note,
  newNote,
  newNoteId,
  newSheet,
  newWallet,
  type Sheet,
} from './support/sheets.ts'
import { groupsOf, redeem, redeemNote, signBatch, spendOf, spendTypes } from './support/spends.ts'
import { as, CAFE, ethers, GROCER, loadFixture, POOR_PROGRAMME, PROGRAMME, potsOf } from './support/town.ts'

describe('Redemption', () => {
  describe('refuses the whole call', () => {
    it('when the sheet was never cut', async () => {
      const { town, vouchers, first } = await loadFixture(townWithSheet)
      const drawnUp = await drawUp(town, { notes: [first] })
      await expect(redeemNote(town, drawnUp, first))
        .to.be.revertedWithCustomError(vouchers, 'UnknownSheet')
        .withArgs(drawnUp.id)
    })

    it('when the holder signed for another merchant', async () => {
      const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
      const item = await spendOf(town, sheet, first, { merchant: CAFE })
      await expect(redeem(town, [{ sheet: sheet.id, merchant: GROCER, items: [item] }]))
        .to.be.revertedWithCustomError(vouchers, 'MerchantMismatch')
        .withArgs(CAFE, GROCER)
    })

    it('when the amount is zero', async () => {
      const { town, vouchers, sheet, second } = await loadFixture(townWithSheet)
      await expect(redeemNote(town, sheet, second, { amountCents: 0n, mostCents: 500n }))
        .to.be.revertedWithCustomError(vouchers, 'AmountMissing')
        .withArgs(sheet.id, second.index)
    })

    it('when it takes a cent more than was signed (INVARIANT 4)', async () => {
      const { town, vouchers, sheet, second } = await loadFixture(townWithSheet)
      await expect(redeemNote(town, sheet, second, { amountCents: 501n, mostCents: 500n }))
        .to.be.revertedWithCustomError(vouchers, 'AmountAboveSigned')
        .withArgs(sheet.id, second.index, 500n, 501n)
    })

    it('when a cent more was signed than the cap (INVARIANT 4)', async () => {
      const { town, vouchers, sheet, second } = await loadFixture(townWithSheet)
      await expect(redeemNote(town, sheet, second, { amountCents: 500n, mostCents: 1_001n }))
        .to.be.revertedWithCustomError(vouchers, 'SignedAboveCap')
        .withArgs(sheet.id, second.index, 1_000n, 1_001n)
    })

    it('when the place is past the end of the tree', async () => {
      const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
      const item = { ...(await spendOf(town, sheet, first)), index: 8 }
      await expect(redeem(town, groupsOf(sheet, [item])))
        .to.be.revertedWithCustomError(vouchers, 'IndexOutOfRange')
        .withArgs(sheet.id, 8)
    })

    it('when the proof is shorter or longer than the tree is deep', async () => {
      const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
      const item = await spendOf(town, sheet, first)
      for (const proof of [item.proof.slice(1), [...item.proof, ethers.ZeroHash]]) {
        await expect(redeem(town, groupsOf(sheet, [{ ...item, proof }])))
          .to.be.revertedWithCustomError(vouchers, 'ProofLengthWrong')
          .withArgs(sheet.id, 3, proof.length)
      }
    })

    it('when anything of leaf or proof is not as it was cut', async () => {
      const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
      const item = await spendOf(town, sheet, first)
      const flipped = [ethers.id('another sibling'), ...item.proof.slice(1)]
      for (const forged of [
        { ...item, index: 1 },
        { ...item, capCents: 2_000n },
        { ...item, proof: flipped },
        { ...item, proof: item.proof.toReversed() },
      ]) {
        await expect(redeem(town, groupsOf(sheet, [forged])))
          .to.be.revertedWithCustomError(vouchers, 'LeafNotOnSheet')
          .withArgs(sheet.id, forged.index, first.holder)
      }
    })

    it('when somebody else signed', async () => {
      const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
      const stranger = newWallet()
      await expect(redeemNote(town, sheet, first, { signer: stranger }))
        .to.be.revertedWithCustomError(vouchers, 'LeafNotOnSheet')
        .withArgs(sheet.id, first.index, stranger.address)
    })

    it('when the holder signed for another note', async () => {
      const { town, vouchers, sheet, first, second } = await loadFixture(townWithSheet)
      await expect(redeemNote(town, sheet, first, { noteId: second.noteId }))
        .to.be.revertedWithCustomError(vouchers, 'LeafNotOnSheet')
        .withArgs(sheet.id, first.index, first.holder)
    })

    it('when the signature is its mirror image (high s)', async () => {
      const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
      const item = await spendOf(town, sheet, first)
      const { r, s, v } = ethers.Signature.from(item.signature)
      const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
      const mirrored = ethers.concat([r, toBeHex(order - BigInt(s), 32), toBeHex(v === 27 ? 28 : 27)])
      await expect(redeem(town, groupsOf(sheet, [{ ...item, signature: mirrored }]))).to.be.revertedWithCustomError(
        vouchers,
        'ECDSAInvalidSignatureS',
      )
    })

    it('when the signature is short, as EIP-2098 would have it', async () => {
      const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
      const item = await spendOf(town, sheet, first)
      const { compactSerialized } = ethers.Signature.from(item.signature)
      await expect(redeem(town, groupsOf(sheet, [{ ...item, signature: compactSerialized }])))
        .to.be.revertedWithCustomError(vouchers, 'ECDSAInvalidSignatureLength')
        .withArgs(64)
    })

    it('when the signature is for another chain or another contract', async () => {
      const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
      const item = await spendOf(town, sheet, first)
      const { chainId, ...domain } = await domainOf(town)
      for (const other of [
        { ...domain, chainId: chainId + 1n },
        { ...domain, chainId, verifyingContract: await town.token.getAddress() },
        { ...domain, chainId, version: '2' },
      ]) {
        const signature = await first.wallet.signTypedData(other, spendTypes, item.spend)
        await expect(redeem(town, groupsOf(sheet, [{ ...item, signature }]))).to.be.revertedWithCustomError(
          vouchers,
          'LeafNotOnSheet',
        )
      }
    })

    it('when the batch is not signed by an acceptor', async () => {
      const { town, vouchers, sheet, first, relayer } = await loadFixture(townWithSheet)
      const groups = groupsOf(sheet, [await spendOf(town, sheet, first)])
      await expect(vouchers.redeem(groups, await signBatch(town, groups, relayer)))
        .to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
        .withArgs(relayer)
    })

    it('when the carrier changed anything in the batch', async () => {
      const { town, vouchers, sheet, first, acceptor } = await loadFixture(townWithSheet)
      const item = await spendOf(town, sheet, first, { amountCents: 400n, mostCents: 1_000n })
      const signature = await signBatch(town, groupsOf(sheet, [item]), acceptor)
      await expect(
        vouchers.redeem(groupsOf(sheet, [{ ...item, amountCents: 1_000n }]), signature),
      ).to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
    })

    it('when it has more than two hundred items, over all groups', async () => {
      const { town, vouchers, sheet, first, second } = await loadFixture(townWithSheet)
      const grocer = await spendOf(town, sheet, first)
      const cafe = await spendOf(town, sheet, second, { merchant: CAFE })
      const groups = [
        { sheet: sheet.id, merchant: GROCER, items: Array.from({ length: 100 }, () => grocer) },
        { sheet: sheet.id, merchant: CAFE, items: Array.from({ length: 101 }, () => cafe) },
      ]
      await expect(redeem(town, groups)).to.be.revertedWithCustomError(vouchers, 'TooManyItems').withArgs(201, 200)
    })
  })

  it('moves the amount from outstanding to the merchant, unlocks it and uses the place', async () => {
    const { town, vouchers, sheet, third } = await loadFixture(townWithSheet)
    const before = await potsOf(town)
    await expect(redeemNote(town, sheet, third, { amountCents: 890n, mostCents: 1_000n }))
      .to.emit(vouchers, 'Redeemed')
      .withArgs(sheet.id, GROCER, third.index, 890n)
    const after = await potsOf(town)
    expect(after).to.deep.equal({ ...before, outstanding: before.outstanding - 890n, locked: before.locked - 890n })
    expect(await vouchers.owedCents(GROCER)).to.equal(890n)
    expect((await vouchers.sheetOf(sheet.id)).spentCents).to.equal(890n)
    expect(await vouchers.leftCents(sheet.id)).to.equal(3_110n)
    expect(await vouchers.isUsed(sheet.id, third.index)).to.equal(true)
    expect(await vouchers.isRevoked(sheet.id, third.index)).to.equal(false)
    expect(await vouchers.isUsed(sheet.id, 0)).to.equal(false)
  })

  it('takes one cent', async () => {
    const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
    await redeemNote(town, sheet, first, { amountCents: 1n })
    expect(await vouchers.owedCents(GROCER)).to.equal(1n)
  })

  it('posts for several sheets, merchants and programmes in one call, carried by anybody', async () => {
    const { town, vouchers, treasury, token, stranger, sheet, first, second } = await loadFixture(townWithSheet)
    await as(token, treasury).mint(ethers.id('bank entry 2'), 5_000n)
    await as(token, treasury).approve(vouchers, 5_000n)
    await as(vouchers, treasury).fund(POOR_PROGRAMME, 5_000n, 0n, 0n)
    const other = await newSheet(town, { programme: POOR_PROGRAMME, caps: [500n] })
    const groups = [
      ...groupsOf(sheet, [
        await spendOf(town, sheet, first),
        await spendOf(town, sheet, second, { merchant: CAFE, amountCents: 300n }),
      ]),
      ...groupsOf(other, [await spendOf(town, other, other.notes[0])]),
    ]
    await redeem(town, groups, stranger)
    expect(await vouchers.owedCents(GROCER)).to.equal(1_500n)
    expect(await vouchers.owedCents(CAFE)).to.equal(300n)
    expect(await potsOf(town, POOR_PROGRAMME)).to.include({ outstanding: 0n, locked: 0n, available: 4_500n })
  })

  it('takes every place of the deepest tree and of the shallowest', async () => {
    const { town, vouchers } = await loadFixture(townWithSheet)
    const single = await newSheet(town, { notes: [newNote(0, 100n)], depth: 0 })
    await redeemNote(town, single, single.notes[0])
    const wide = await newSheet(town, { notes: [0, 255, 256, 511].map((index) => newNote(index, 100n)), depth: 9 })
    await redeem(town, groupsOf(wide, await Promise.all(wide.notes.map((note) => spendOf(town, wide, note)))))
    expect(await vouchers.owedCents(GROCER)).to.equal(500n)
  })

  it('posts one holder and one note id twice only where the acceptor signed both places', async () => {
    const { town, vouchers } = await loadFixture(townWithSheet)
    const note = newNote(0, 1_000n)
    const twin: Note = { ...note, index: 1 }
    const sheet: Sheet = await newSheet(town, { notes: [note, twin] })
    await redeemNote(town, sheet, note)
    await redeemNote(town, sheet, twin)
    expect(await vouchers.owedCents(GROCER)).to.equal(2_000n)
    const forged = await drawUp(town, { notes: [{ ...note, noteId: newNoteId() }] })
    await expect(
      as(vouchers, town.issuer).cutSheet(
        PROGRAMME,
        forged.tree.root,
        forged.terms,
        0n,
        forged.salt,
        ethers.ZeroHash,
        '0x',
      ),
    ).to.be.revertedWithCustomError(vouchers, 'ECDSAInvalidSignatureLength')
    await cut(town, forged)
  })

  it('of no item at all changes nothing', async () => {
    const { town } = await loadFixture(townWithSheet)
    const before = await potsOf(town)
    await redeem(town, [])
    expect(await potsOf(town)).to.deep.equal(before)
  })
})
