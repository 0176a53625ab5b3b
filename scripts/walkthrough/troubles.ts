import { randomUUID } from 'node:crypto'
import * as grants from '../../protocol/api/grants.ts'
import * as people from '../../protocol/api/people.ts'
import * as wallet from '../../protocol/api/wallet.ts'
import { encodeReceipt } from '../../protocol/receipt.ts'
import type { ProgrammeKey } from '../sample/town.ts'
import { grantOne } from './granting.ts'
import { inParallel, pause } from './parallel.ts'
import { refusalOf } from './partner.ts'
import { buy, ofProgramme } from './paying.ts'
import { Phone } from './phone.ts'
import { shopsFor } from './shopping.ts'
import { euros, expect, type Purchase, type Story, type Youth } from './story.ts'

/** Every fifteenth of what was posted is given back in part or whole; each request is sent twice. */
export async function refundSome(story: Story, posted: readonly Purchase[]): Promise<string> {
  const chosen = story.chance
    .shuffled(posted.filter(({ key }) => key !== 'meal'))
    .slice(0, Math.ceil(posted.length / 15))
  let total = 0n
  await inParallel(chosen, story.width, async ({ till, payment, cents, key }, order) => {
    const back = order % 3 === 0 ? cents : (cents + 1n) / 2n
    const id = `0x${randomUUID().replaceAll('-', '')}` as const
    const first = await till.refund(payment, back, id)
    expect(first.refundedCents === back, `A refund of ${back} cents says ${first.refundedCents}`)
    const repeat = await till.refund(payment, back, id)
    expect(repeat.refundedCents === back, 'The same refund counted twice')
    const tooMuch = await refusalOf(till.refund(payment, cents))
    expect(tooMuch === 'refund_exceeds_payment', `More than was paid was refunded: ${tooMuch}`)
    story.books.cameBack(key, till.merchant, back)
    total += back
  })
  await inParallel(chosen, story.width, async ({ youth }) => await youth.phone.refresh())
  return `${chosen.length} refunds of ${euros(total)} after posting`
}

/** A worker ends what is left of some vouchers; what is spent stays spent. */
export async function revokeSome(story: Story): Promise<string> {
  const chosen = story.chance.shuffled(story.youths).slice(0, Math.ceil(story.youths.length / 40))
  let total = 0n
  await inParallel(chosen, story.width, async ({ worker, phone, grants: own }) => {
    const { key, decision } = own[0]!
    await phone.refresh()
    const left = phone.leftCents(ofProgramme(key))
    if (left === 0n) return
    await worker.call(grants.revokeGrant, { params: { decision }, body: { reason: 'Moved to another town' } })
    await phone.refresh()
    expect(phone.leftCents(ofProgramme(key)) === 0n, 'A revoked voucher still has something left')
    story.books.ended(key, 'revoked', left)
    total += left
  })
  return `${chosen.length} revoked with ${euros(total)} left`
}

/** New phones in person: the old one dies at once, and what was left is there again under fresh notes. */
export async function loseSome(story: Story): Promise<string> {
  const chosen = story.chance.shuffled(story.youths).slice(0, Math.max(1, Math.ceil(story.youths.length / 100)))
  let kept = 0n
  await inParallel(chosen, story.width, async (youth) => {
    const lost = youth.phone
    await lost.refresh()
    const left = lost.leftCents()
    const { code } = await youth.worker.call(people.issueCode, { params: { case: youth.case }, body: {} })
    youth.phone = new Phone(story.origin, story.facts, story.clock)
    await youth.phone.enrol(code)
    await youth.phone.refresh()
    expect(
      youth.phone.leftCents() === left,
      `A new phone shows ${euros(youth.phone.leftCents())}, the lost one had ${euros(left)}`,
    )
    expect((await refusalOf(lost.partner.call(wallet.getWallet))) === 'not_signed_in', 'A lost phone still reads')
    kept += left
  })
  return `${chosen.length} lost phones replaced with ${euros(kept)}`
}

/** Vouchers of a few seconds: granted and used in part now; when they are over, `see` finds their rest with the programme. */
export async function grantForSeconds(story: Story, seconds: number): Promise<{ see: () => Promise<string> }> {
  const key: ProgrammeKey = 'travel'
  const amountCents = 2_000n
  const usedCents = 700n
  const others = story.youths.filter(({ grants: own }) => own.every((grant) => grant.key !== key))
  const chosen = others.slice(0, Math.max(2, Math.ceil(story.youths.length / 60)))
  const validUntil = new Date(Date.now() + seconds * 1000)
  await inParallel(chosen, story.width, async (youth, order) => {
    const decisionNumber = `SHORT-${order}-${randomUUID().slice(0, 8)}`
    const programme = story.programmes.get(key) ?? 0
    const body = { id: randomUUID(), case: youth.case, programme, decisionNumber, amountCents, validUntil }
    await grantOne(story, youth, body)
    story.books.granted(key, amountCents)
    await youth.phone.refresh()
    const till = story.chance.oneOf(story.chance.oneOf(shopsFor(story, key)).tills)
    if (order % 2 === 0) await buy(story, { youth, key, till, priceCents: usedCents, way: 'both online' })
  })

  async function see(): Promise<string> {
    await pause(validUntil.getTime() - Date.now() + 200)
    let total = 0n
    await inParallel(chosen, story.width, async ({ phone }, order) => {
      await phone.refresh()
      expect(phone.leftCents(ofProgramme(key)) === 0n, 'An expired voucher still pays')
      const left = order % 2 === 0 ? amountCents - usedCents : amountCents
      story.books.ended(key, 'expired', left)
      total += left
    })
    return `${chosen.length} vouchers of ${seconds} s are over, with ${euros(total)} left`
  }
  return { see }
}

/** Paid ahead for a place without a network: some receipts are used there, others certainly not, which undoes them. */
export async function payAhead(story: Story): Promise<string> {
  const shop = story.shops.find(({ acceptsAhead }) => acceptsAhead)
  const till = shop?.tills[0]
  if (till === undefined) throw new Error('No till takes receipts paid ahead')
  const key: ProgrammeKey = 'food'
  const hungry = story.youths
    .filter(({ phone }) => phone.mostPayable(ofProgramme(key)) >= 650n)
    .slice(0, Math.max(2, Math.ceil(story.youths.length / 30)))
  const paid = await inParallel(hungry, story.width, async ({ phone }) => {
    const receipt = await phone.payAhead(till.number, till.merchant, 650n, ofProgramme(key))
    if (receipt === null) throw new Error('A phone could not pay ahead what it had')
    story.books.paid(key, till.merchant, 650n)
    return receipt
  })
  const unused = paid.filter((_, order) => order % 3 === 2)
  const used = paid.filter((receipt) => !unused.includes(receipt))
  for (const receipt of used) {
    const shown = encodeReceipt(story.origin, receipt)
    expect(await till.isPaid(shown, 650n), 'A till without a network did not trust a receipt paid ahead')
    expect(!(await till.isPaid(shown, 650n)), 'A till took a receipt paid ahead twice')
  }
  const [usedIds, unusedIds] = [used, unused].map((receipts) => receipts.map(({ payment }) => payment))
  const report = await till.report(usedIds ?? [], unusedIds ?? [])
  expect(report.refused.length === 0, `${report.refused.length} receipts paid ahead were not taken back`)
  for (const _ of unused) story.books.cameBack(key, till.merchant, 650n)
  await inParallel(hungry, story.width, async ({ phone }: Youth) => await phone.refresh())
  return `${paid.length} paid ahead, ${used.length} used without any network, ${unused.length} given back`
}
