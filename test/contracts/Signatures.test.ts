import { expect } from 'chai'
import { getAddress, recoverAddress, toBeHex, ZeroHash } from 'ethers'
import { townWithSheet } from './support/fixtures.ts'
import { postings } from './support/postings.ts'
import { type Compact, compact, domainOf, newNote, newSheet, newWallet } from './support/sheets.ts'
import {
  groupOf,
  payGuarantee,
  redeem,
  redeemOne,
  redeemWithReceipts,
  signBatch,
  spendOf,
  spendTypes,
} from './support/spends.ts'
import { as, CAFE, DAY, GROCER, loadFixture, openTown, potsOf, time } from './support/town.ts'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const HALF = ORDER / 2n
const word = (value: bigint) => toBeHex(value, 32)
const ONES = word(2n ** 256n - 1n)

/** An item whose signature is none at all, or none that may count. */
const unsound: Record<string, (sound: Compact) => Compact> = {
  zero: () => ({ r: ZeroHash, vs: ZeroHash }),
  'ones only': () => ({ r: ONES, vs: ONES }),
  'without r': ({ vs }) => ({ r: ZeroHash, vs }),
  'without s': ({ r }) => ({ r, vs: ZeroHash }),
  'without s, of the other parity': ({ r }) => ({ r, vs: word(2n ** 255n) }),
  'with an r as great as the order': ({ vs }) => ({ r: word(ORDER), vs }),
  'with an s just above half of the order': ({ r }) => ({ r, vs: word(HALF + 1n) }),
  'with the highest s that there is room for': ({ r }) => ({ r, vs: word(2n ** 255n - 1n) }),
}

/** A sound signature that is not the one that was given, so that it names somebody else. */
const others: Record<string, (sound: Compact) => Compact> = {
  'of the other parity': ({ r, vs }) => ({ r, vs: word(BigInt(vs) ^ (1n << 255n)) }),
  'mirrored, its high s cut off': ({ r, vs }) => ({ r, vs: word(ORDER - (BigInt(vs) & (2n ** 255n - 1n))) }),
  'with the lowest s': ({ r }) => ({ r, vs: word(1n) }),
}

for (const [way, post] of Object.entries(postings)) {
  describe(`The holder’s signature, ${way}`, () => {
    for (const [name, change] of Object.entries(unsound)) {
      it(`is refused: ${name}`, async () => {
        const { town, vouchers, sheet, second } = await loadFixture(townWithSheet)
        const item = await spendOf(town, sheet, second)
        await expect(post(town, sheet, { ...item, signature: change(item.signature) }))
          .to.be.revertedWithCustomError(vouchers, 'SignatureInvalid')
          .withArgs(sheet.id, second.index)
      })
    }

    for (const [name, change] of Object.entries(others)) {
      it(`is refused: ${name}`, async () => {
        const { town, vouchers, sheet, second } = await loadFixture(townWithSheet)
        const item = await spendOf(town, sheet, second)
        await expect(post(town, sheet, { ...item, signature: change(item.signature) }))
          .to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
          .withArgs(sheet.id)
      })
    }

    it('is refused on anything but exactly the item: note, merchant, most, deadline, commitment', async () => {
      const { town, vouchers, sheet, first, second } = await loadFixture(townWithSheet)
      const item = await spendOf(town, sheet, first, { amountCents: 500n, mostCents: 900n })
      for (const change of [
        { noteId: second.noteId },
        { merchant: CAFE },
        { mostCents: 901n },
        { deadline: item.spend.deadline + DAY },
        { commitment: `0x${'ab'.repeat(16)}` },
      ]) {
        await expect(post(town, sheet, { ...item, spend: { ...item.spend, ...change } }))
          .to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
          .withArgs(sheet.id)
      }
    })

    it('is refused where forty bits hold only the end of what was signed', async () => {
      const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
      const least = 2n ** 40n
      for (const field of ['mostCents', 'deadline'] as const) {
        const sound = await spendOf(town, sheet, first)
        const signed = await spendOf(town, sheet, first, { [field]: sound.spend[field] + least })
        await expect(post(town, sheet, { ...signed, spend: sound.spend }))
          .to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
          .withArgs(sheet.id)
      }
    })

    it('is refused if made for another chain, contract, version or name', async () => {
      const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
      const item = await spendOf(town, sheet, first)
      const domain = await domainOf(town)
      for (const change of [
        { chainId: domain.chainId + 1n },
        { verifyingContract: await town.token.getAddress() },
        { version: '2' },
        { name: 'Other' },
      ]) {
        const signature = compact(await first.wallet.signTypedData({ ...domain, ...change }, spendTypes, item.spend))
        await expect(post(town, sheet, { ...item, signature }))
          .to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
          .withArgs(sheet.id)
      }
    })

    it('is refused once its note was spent with another one: a second spend takes no cent', async () => {
      const { town, vouchers, sheet, first } = await loadFixture(townWithSheet)
      await redeem(town, [groupOf(sheet, [await spendOf(town, sheet, first, { amountCents: 100n })])])
      const another = await spendOf(town, sheet, first, { merchant: CAFE, commitment: `0x${'ab'.repeat(16)}` })
      const before = await potsOf(town)
      if (post === payGuarantee) {
        await expect(post(town, sheet, another)).to.be.revertedWithCustomError(vouchers, 'AlreadyUsed')
      } else await expect(post(town, sheet, another)).to.emit(vouchers, 'Skipped')
      expect(await potsOf(town)).to.deep.equal(before)
      expect(await vouchers.owedCents(CAFE)).to.equal(0n)
    })
  })
}

describe('An unsound signature after a sound one of the same holder', () => {
  async function townWithOneHolder() {
    const town = await openTown()
    const note = newNote(0, 1_000n)
    const sheet = await newSheet(town, {
      notes: [note, { ...newNote(1, 1_000n), holder: note.holder, wallet: note.wallet }],
    })
    const items = await Promise.all(sheet.notes.map((one) => spendOf(town, sheet, one)))
    await time.increaseTo(await town.vouchers.escapeOpensAt(sheet.id))
    return { town, vouchers: town.vouchers, sheet, items }
  }

  for (const [name, change] of Object.entries(unsound)) {
    it(`does not pass for it: ${name}`, async () => {
      const { town, vouchers, sheet, items } = await loadFixture(townWithOneHolder)
      const [first, second] = items
      const forged = [first, { ...second, signature: change(second.signature) }]
      for (const post of [
        () => redeem(town, [groupOf(sheet, forged)]),
        () => redeemWithReceipts(town, sheet, forged),
      ]) {
        await expect(post()).to.be.revertedWithCustomError(vouchers, 'SignatureInvalid').withArgs(sheet.id, 1)
      }
      expect(await vouchers.owedCents(GROCER)).to.equal(0n)
    })
  }

  it('does not pass for it: the first one again', async () => {
    const { town, vouchers, sheet, items } = await loadFixture(townWithOneHolder)
    const [first, second] = items
    await expect(redeem(town, [groupOf(sheet, [first, { ...second, signature: first.signature }])]))
      .to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
      .withArgs(sheet.id)
  })
})

describe('A signature with the highest s that counts', () => {
  /** A key nobody has: the holder is whatever address these numbers are a signature of. */
  async function townWithMadeUpHolder() {
    const spent = await townWithSheet()
    const { town, vouchers, sheet } = spent
    const note = newNote(0, 1_000n)
    const { spend, signature } = await spendOf(town, sheet, note)
    const digest = await vouchers.spendDigest(spend)
    const madeUp = async (s: bigint) => {
      const holder = getAddress(recoverAddress(digest, { r: signature.r, s: word(s), v: 27 }))
      const ofHolder = await newSheet(town, { notes: [{ ...note, holder }] })
      return {
        sheet: ofHolder,
        item: { ...(await spendOf(town, ofHolder, note)), spend, signature: { r: signature.r, vs: word(s) } },
      }
    }
    return { ...spent, low: await madeUp(HALF), high: await madeUp(HALF + 1n) }
  }

  it('spends the note, and one above it does not, although it is the holder’s', async () => {
    const { town, vouchers, low, high } = await loadFixture(townWithMadeUpHolder)
    await expect(redeemOne(town, high.sheet, high.item))
      .to.be.revertedWithCustomError(vouchers, 'SignatureInvalid')
      .withArgs(high.sheet.id, 0)
    await expect(redeem(town, [groupOf(high.sheet, [high.item])])).to.be.revertedWithCustomError(
      vouchers,
      'SignatureInvalid',
    )
    await expect(redeemOne(town, low.sheet, low.item)).to.emit(vouchers, 'Redeemed')
    expect(await vouchers.owedCents(GROCER)).to.equal(1_000n)
  })
})

describe('The acceptor’s signature on a batch', () => {
  it('is refused: anybody else’s', async () => {
    const { town, vouchers, sheet, first, admin, relayer } = await loadFixture(townWithSheet)
    const groups = [groupOf(sheet, [await spendOf(town, sheet, first)])]
    for (const signer of [admin, relayer, first.wallet, newWallet()]) {
      await expect(as(vouchers, relayer).redeem(await signBatch(town, groups, signer), groups))
        .to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
        .withArgs(signer)
    }
  })

  it('is refused: none, or with a high s', async () => {
    const { town, vouchers, sheet, first, acceptor } = await loadFixture(townWithSheet)
    const groups = [groupOf(sheet, [await spendOf(town, sheet, first)])]
    const { r } = await signBatch(town, groups, acceptor)
    for (const none of [
      { r: ZeroHash, vs: ZeroHash },
      { r, vs: ZeroHash },
      { r: word(ORDER), vs: word(1n) },
    ]) {
      await expect(vouchers.redeem(none, groups)).to.be.revertedWithCustomError(vouchers, 'ECDSAInvalidSignature')
    }
    await expect(vouchers.redeem({ r, vs: word(HALF + 1n) }, groups))
      .to.be.revertedWithCustomError(vouchers, 'ECDSAInvalidSignatureS')
      .withArgs(word(HALF + 1n))
  })

  it('is refused if made for another chain or another contract', async () => {
    const { town, vouchers, sheet, first, acceptor } = await loadFixture(townWithSheet)
    const groups = [groupOf(sheet, [await spendOf(town, sheet, first)])]
    const domain = await domainOf(town)
    for (const other of [
      { ...domain, chainId: domain.chainId + 1n },
      { ...domain, verifyingContract: await town.registry.getAddress() },
    ]) {
      await expect(
        vouchers.redeem(await signBatch(town, groups, acceptor, other), groups),
      ).to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
    }
  })
})
