import { expect } from 'chai'
import type { Signer } from 'ethers'
import { townWithClaim, townWithSheet } from './support/fixtures.ts'
import { refundOf } from './support/refunds.ts'
import { drawUp, signCut } from './support/sheets.ts'
import {
  groupOf,
  pack,
  receiptProofOf,
  redeem,
  redeemNote,
  redeemOne,
  signBatch,
  skip,
  spendOf,
  wordOf,
} from './support/spends.ts'
import { as, CAFE, GROCER, loadFixture, potsOf, type Town, time } from './support/town.ts'

type Spent = Awaited<ReturnType<typeof townWithClaim>>

/** Each call that only an acceptor's signature, or its own transaction, lets through; none of them is sent. */
const powers: Record<string, (spent: Spent, who: Signer) => Promise<unknown>> = {
  'a batch': async ({ town, vouchers, sheet, second }, who) => {
    const groups = [groupOf(sheet, [await spendOf(town, sheet, second)])]
    return vouchers.redeem.staticCall(await signBatch(town, groups, who), groups)
  },
  'an item of its own': async ({ town, vouchers, sheet, second }, who) => {
    const item = await spendOf(town, sheet, second)
    const call = as(vouchers, who).redeemOne
    return call.staticCall(sheet.id, GROCER, pack(item, [GROCER]), sheet.tree.siblingsOf([second.index]))
  },
  'a cut': async ({ town, vouchers, issuer }, who) => {
    const { cut } = await drawUp()
    return as(vouchers, issuer).cutSheet.staticCall(cut, await signCut(town, cut, who))
  },
  'a receipt in the escape': async ({ town, vouchers, sheet, second }, who) => {
    const item = await spendOf(town, sheet, second)
    const receipts = [[await receiptProofOf(town, item, {}, who)]]
    return vouchers.redeemWithReceipts.staticCall([groupOf(sheet, [item])], receipts)
  },
  'a receipt for the guarantee': async ({ town, vouchers, finance, sheet, second }, who) => {
    const item = await spendOf(town, sheet, second)
    const siblings = sheet.tree.siblingsOf([second.index])
    const receipt = await receiptProofOf(town, item, {}, who)
    const call = as(vouchers, finance).payGuarantee
    return call.staticCall(sheet.id, GROCER, pack(item, [GROCER]), siblings, receipt)
  },
  'a receipt for a refund': async ({ town, vouchers, finance, sheet, first }, who) => {
    const order = await refundOf(town, sheet, first, 1n, { signer: who })
    return as(vouchers, finance).refund.staticCall([order])
  },
}

/** Two more who may get the role; the escape is open. */
async function townWithSigners() {
  const spent = await townWithClaim()
  const { vouchers, admin, acceptor: former, relayer: newer, stranger: other, sheet } = spent
  const role = await vouchers.ACCEPTOR_ROLE()
  await time.increaseTo(await vouchers.escapeOpensAt(sheet.id))
  const change: Record<string, (who: Signer) => Promise<unknown>> = {
    grant: (who) => as(vouchers, admin).grantRole(role, who),
    revoke: (who) => as(vouchers, admin).revokeRole(role, who),
    renounce: (who) => as(vouchers, who).renounceRole(role, who),
  }
  return { ...spent, former, newer, other, change }
}

type Name = 'former' | 'newer' | 'other'
type Step = `${'grant' | 'revoke' | 'renounce'} ${Name}`

/** What happens to the role, after `former` had it, and who counts then; nobody else does. */
const histories: { title: string; steps: Step[]; counts: Name[] }[] = [
  { title: 'counts for nobody who was not granted it', steps: [], counts: ['former'] },
  { title: 'counts for the former beside the newer', steps: ['grant newer'], counts: ['former', 'newer'] },
  { title: 'counts for three at once', steps: ['grant newer', 'grant other'], counts: ['former', 'newer', 'other'] },
  { title: 'once the newer is revoked', steps: ['grant newer', 'revoke newer'], counts: ['former'] },
  { title: 'once the former is revoked', steps: ['grant newer', 'revoke former'], counts: ['newer'] },
  { title: 'once the only one is revoked', steps: ['revoke former'], counts: [] },
  { title: 'once the only one renounces', steps: ['renounce former'], counts: [] },
  { title: 'once the newer renounces', steps: ['grant newer', 'renounce newer'], counts: ['former'] },
  { title: 'once the former renounces', steps: ['grant newer', 'renounce former'], counts: ['newer'] },
  { title: 'once the former is granted it again', steps: ['grant newer', 'grant former'], counts: ['former', 'newer'] },
  {
    title: 'once the former is granted it again and then revoked',
    steps: ['grant newer', 'grant former', 'revoke former'],
    counts: ['newer'],
  },
  {
    title: 'once both are revoked, the newer first',
    steps: ['grant newer', 'revoke newer', 'revoke former'],
    counts: [],
  },
  { title: 'once it is revoked and granted again', steps: ['revoke former', 'grant former'], counts: ['former'] },
  { title: 'once somebody is revoked who never had it', steps: ['revoke other'], counts: ['former'] },
]

describe('The acceptor’s role', () => {
  for (const { title, steps, counts } of histories) {
    it(`${title}: ${counts.join(' and ') || 'nobody'} may sign and post`, async () => {
      const town = await loadFixture(townWithSigners)
      for (const step of steps) {
        const [verb, name] = step.split(' ') as [string, Name]
        await town.change[verb](town[name])
      }
      for (const name of ['former', 'newer', 'other'] as const) {
        for (const [power, use] of Object.entries(powers)) {
          const used = use(town, town[name])
          if (counts.includes(name)) await used
          else {
            await expect(used, `${power} by the ${name}`)
              .to.be.revertedWithCustomError(town.vouchers, 'NotTheAcceptor')
              .withArgs(town[name])
          }
        }
      }
    })
  }

  it('is not had through any other role', async () => {
    const { vouchers, admin, other, ...rest } = await loadFixture(townWithSigners)
    for (const role of ['TREASURY_ROLE', 'FINANCE_ROLE', 'GUARDIAN_ROLE', 'DEFAULT_ADMIN_ROLE']) {
      await as(vouchers, admin).grantRole(await vouchers.getFunction(role)(), other)
    }
    for (const use of Object.values(powers)) {
      await expect(use({ vouchers, admin, ...rest }, other))
        .to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
        .withArgs(other)
    }
  })

  it('is granted and revoked by the admin only', async () => {
    const { vouchers, acceptor, other } = await loadFixture(townWithSigners)
    const role = await vouchers.ACCEPTOR_ROLE()
    for (const caller of [acceptor, other]) {
      for (const call of ['grantRole', 'revokeRole']) {
        await expect(as(vouchers, caller).getFunction(call)(role, other)).to.be.revertedWithCustomError(
          vouchers,
          'AccessControlUnauthorizedAccount',
        )
      }
    }
  })
})

describe('One item posted alone', () => {
  it('is refused from anybody but an acceptor, whatever an acceptor signed', async () => {
    const { town, vouchers, admin, finance, relayer, stranger, sheet, first } = await loadFixture(townWithSheet)
    const item = await spendOf(town, sheet, first)
    for (const caller of [admin, finance, relayer, stranger]) {
      await expect(redeemOne(town, sheet, item, caller))
        .to.be.revertedWithCustomError(vouchers, 'NotTheAcceptor')
        .withArgs(caller)
    }
  })

  it('is refused with a sibling too few or too many', async () => {
    const { vouchers, ...spent } = await loadFixture(townWithSheet)
    const { siblings, one } = await callOf({ vouchers, ...spent })
    for (const wrong of [[], siblings.slice(1), [...siblings, siblings[0]]]) {
      await expect(one(GROCER, wrong))
        .to.be.revertedWithCustomError(vouchers, 'ProofLengthWrong')
        .withArgs(spent.sheet.id, 3, wrong.length)
    }
    await expect(one(GROCER, siblings.toReversed()))
      .to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
      .withArgs(spent.sheet.id)
  })

  it('is refused for another merchant than its holder signed for', async () => {
    const { vouchers, ...spent } = await loadFixture(townWithSheet)
    const { siblings, one } = await callOf({ vouchers, ...spent })
    await expect(one(CAFE, siblings))
      .to.be.revertedWithCustomError(vouchers, 'LeavesNotOnSheet')
      .withArgs(spent.sheet.id)
  })

  it('changes exactly what a batch of one does, and tells the same', async () => {
    const { town, vouchers, sheet, third } = await loadFixture(townWithSheet)
    const before = await potsOf(town)
    const item = await spendOf(town, sheet, third, { amountCents: 890n, mostCents: 1_000n })
    await expect(redeemOne(town, sheet, item))
      .to.emit(vouchers, 'Redeemed')
      .withArgs(sheet.id, [wordOf(item)])
    expect(await potsOf(town)).to.deep.equal({
      ...before,
      outstanding: before.outstanding - 890n,
      locked: before.locked - 890n,
    })
    expect(await vouchers.owedCents(GROCER)).to.equal(890n)
    expect(await vouchers.leftCents(sheet.id)).to.equal(3_110n)
    expect(await vouchers.isUsed(sheet.id, third.index)).to.equal(true)
    await expect(redeem(town, [groupOf(sheet, [item])]))
      .to.emit(vouchers, 'Skipped')
      .withArgs(sheet.id, third.index, skip('AlreadyUsed'))
  })

  it('leaves the uses beside it alone', async () => {
    const { town, vouchers, sheet, first, second } = await loadFixture(townWithSheet)
    await redeemNote(town, sheet, second)
    await redeemOne(town, sheet, await spendOf(town, sheet, first))
    const uses = await Promise.all([0, 1, 2, 3].map((place) => vouchers.isUsed(sheet.id, place)))
    expect(uses).to.deep.equal([true, true, false, false])
  })

  it('does not look at a merchant’s position', async () => {
    const { vouchers, ...spent } = await loadFixture(townWithSheet)
    const { item, siblings, one } = await callOf({ vouchers, ...spent })
    await expect(one(GROCER, siblings, { ...item, terms: item.terms | (255n << 184n) })).to.emit(vouchers, 'Redeemed')
  })
})

/** The first note spent, and the call that posts it with other values. */
async function callOf({ town, vouchers, acceptor, sheet, first }: Awaited<ReturnType<typeof townWithSheet>>) {
  const item = pack(await spendOf(town as Town, sheet, first), [GROCER])
  const siblings = sheet.tree.siblingsOf([first.index])
  const one = (merchant: number, proof: string[], posted = item) =>
    as(vouchers, acceptor).redeemOne(sheet.id, merchant, posted, proof)
  return { item, siblings, one }
}
