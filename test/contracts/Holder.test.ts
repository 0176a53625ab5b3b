import { expect } from 'chai'
import type { Signer } from 'ethers'
import { townWithSheet } from './support/fixtures.ts'
import { newWallet } from './support/sheets.ts'
import { groupOf, payGuarantee, redeem, redeemOne, redeemWithReceipts, signBatch, spendOf } from './support/spends.ts'
import { as, ESCAPE_AFTER, ethers, GROCER, loadFixture, nextAt, potsOf } from './support/town.ts'

type Place = Awaited<ReturnType<typeof townWithSheet>>

/** Everybody with a key or a role in town; the merchant has no role at all, only a till's key. */
const others: Record<string, (town: Place) => Signer> = {
  acceptor: ({ acceptor }) => acceptor,
  relayer: ({ relayer }) => relayer,
  merchant: () => newWallet(),
  issuer: ({ issuer }) => issuer,
  finance: ({ finance }) => finance,
  treasury: ({ treasury }) => treasury,
  registrar: ({ registrar }) => registrar,
  guardian: ({ guardian }) => guardian,
  admin: ({ admin }) => admin,
}

describe('Nobody spends without the holder’s signature (INVARIANT 5)', () => {
  for (const [name, who] of Object.entries(others)) {
    it(`not the ${name}, signing in the holder’s place, though the acceptor signed the batch`, async () => {
      const place = await loadFixture(townWithSheet)
      const { town, vouchers, sheet, first } = place
      const groups = [groupOf(sheet, [await spendOf(town, sheet, first, { signer: who(place) })])]
      await expect(redeem(town, groups)).to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
      expect(await vouchers.owedCents(GROCER)).to.equal(0n)
    })

    it(`not the ${name}, though the acceptor posts the item itself`, async () => {
      const place = await loadFixture(townWithSheet)
      const { town, vouchers, sheet, first } = place
      const item = await spendOf(town, sheet, first, { signer: who(place) })
      await expect(redeemOne(town, sheet, item)).to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
    })

    it(`not the ${name} in the escape, though there is a receipt`, async () => {
      const place = await loadFixture(townWithSheet)
      const { town, vouchers, sheet, first } = place
      const item = await spendOf(town, sheet, first, { signer: who(place) })
      await nextAt(sheet.cut.validUntil + ESCAPE_AFTER)
      await expect(redeemWithReceipts(town, sheet, [item])).to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
    })

    it(`not the ${name} through the guarantee, though there is a receipt`, async () => {
      const place = await loadFixture(townWithSheet)
      const { town, vouchers, sheet, first } = place
      const item = await spendOf(town, sheet, first, { signer: who(place) })
      await expect(payGuarantee(town, sheet, item)).to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
    })
  }
})

describe('Nobody but the acceptor posts before the escape', () => {
  for (const [name, who] of Object.entries(others).filter(([name]) => name !== 'acceptor')) {
    it(`not the ${name}, though the holder signed`, async () => {
      const place = await loadFixture(townWithSheet)
      const { town, vouchers, relayer, sheet, first } = place
      const groups = [groupOf(sheet, [await spendOf(town, sheet, first)])]
      const signature = await signBatch(town, groups, who(place))
      await expect(as(vouchers, relayer).redeem(signature, groups)).to.be.revertedWithCustomError(
        vouchers,
        'NotTheAcceptor',
      )
    })
  }

  it('and the acceptor itself needs no other role', async () => {
    const { town, vouchers, acceptor, sheet, first } = await loadFixture(townWithSheet)
    const groups = [groupOf(sheet, [await spendOf(town, sheet, first)])]
    await expect(redeem(town, groups, acceptor)).to.emit(vouchers, 'Redeemed')
    expect(await potsOf(town)).to.include({ outstanding: 3_000n })
  })
})

describe('Vouchers', () => {
  it('takes no coin and answers no unknown call', async () => {
    const { vouchers, stranger } = await loadFixture(townWithSheet)
    for (const call of [{ value: 1n }, { data: ethers.id('transfer(address,uint256)').slice(0, 10) }]) {
      await expect(stranger.sendTransaction({ to: vouchers, ...call })).to.revert(ethers)
    }
  })

  it('has no function that moves a note or cents to somebody', async () => {
    const { vouchers } = await loadFixture(townWithSheet)
    const names = vouchers.interface.fragments.flatMap((one) => ('name' in one ? [String(one.name)] : []))
    expect(names.filter((name) => /transfer|approve|multicall|upgrade|execute|sweep/i.test(name))).to.deep.equal([])
  })
})
