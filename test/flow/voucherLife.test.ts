import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { reconcile } from '../../protocol/api/audit.ts'
import { checkNeed, decideNeed, getCase, recordNeed } from '../../protocol/api/grants.ts'
import { issueCode, openCase } from '../../protocol/api/people.ts'
import { getWallet } from '../../protocol/api/wallet.ts'
import { joinTills } from '../../scripts/walkthrough/opening.ts'
import { refusalOf } from '../../scripts/walkthrough/partner.ts'
import { buy, ofProgramme } from '../../scripts/walkthrough/paying.ts'
import { Phone } from '../../scripts/walkthrough/phone.ts'
import { postUntilFinal, readPost } from '../../scripts/walkthrough/posting.ts'
import { settle } from '../../scripts/walkthrough/settling.ts'
import { undo } from '../../scripts/walkthrough/shopping.ts'
import type { Youth } from '../../scripts/walkthrough/story.ts'
import type { Till } from '../../scripts/walkthrough/till.ts'
import { type SampleTown, sampleTown } from '../support/sampleTown.ts'

describe('The life of a voucher', function () {
  this.timeout(120_000)
  let town: SampleTown
  let youth: Youth
  let till: Till
  const need = randomUUID()
  const food = ofProgramme('food')

  before(async () => {
    town = await sampleTown({ undoSeconds: 3, mode: null, settings: { POST_INTERVAL_SECONDS: '1' } })
    await joinTills(town.story)
    till = town.story.shops.find(({ purposes }) => purposes.includes('food'))!.tills[0]!
    const [worker] = town.story.staff.workers
    const { origin, facts } = town.story
    const phone = new Phone(origin, facts)
    youth = { pseudonym: 'Kettu', case: randomUUID(), worker, code: '', grants: [], phone }
  })
  after(() => town?.end())

  it('begins with a need, whose rules ask for what they do not know', async () => {
    const { worker, case: id } = youth
    const body = { id, pseudonym: 'Kettu', ageBand: '15_17', municipality: '240', language: 'fi' } as const
    await worker.call(openCase, { body })
    const programme = town.story.programmes.get('food')!
    const recorded = await worker.call(recordNeed, {
      params: { case: id },
      body: { id: need, programme, text: 'Jääkaappi on tyhjä.', facts: { ageBand: '15_17' } },
    })
    expect(recorded.check?.outcome).to.equal('needs_information')
    expect(recorded.check?.missing).to.include('hasFoodForThreeDays')
  })

  it('meets the criteria when the facts are there, and still waits for a person', async () => {
    const facts = { ageBand: '15_17', hasFoodForThreeDays: false } as const
    const checked = await youth.worker.call(checkNeed, { params: { need }, body: { facts } })
    expect(checked.check?.outcome).to.equal('meets_criteria')
    expect(checked.decision).to.equal(null)
  })

  it('is granted by a person with a reason, and usable from that moment', async () => {
    const validUntil = new Date(Date.now() + 30 * 86_400_000)
    const reason = 'Ruokaa tarvitaan heti, eikä muu tuki kata sitä.'
    const decided = await youth.worker.call(decideNeed, {
      params: { need },
      body: { outcome: 'granted', id: randomUUID(), reason, amountCents: 5000n, validUntil, isEmergency: false },
    })
    expect(decided.decision?.state).to.equal('decided')
    town.story.books.granted('food', 5000n)
  })

  it('lies on the phone that joins with the worker’s code', async () => {
    const { code } = await youth.worker.call(issueCode, { params: { case: youth.case }, body: {} })
    await youth.phone.enrol(code)
    await youth.phone.refresh()
    expect(youth.phone.leftCents(food)).to.equal(5000n)
    expect(await refusalOf(new Phone(town.origin, town.story.facts).enrol(code))).to.equal('code_not_valid')
  })

  it('pays without a network on the phone, and comes back whole when the till undoes it', async () => {
    const purchase = await buy(town.story, {
      youth,
      key: 'food',
      till,
      priceCents: 890n,
      way: 'phone offline, two scans',
    })
    await youth.phone.refresh()
    expect(youth.phone.leftCents(food)).to.equal(4110n)
    await undo(town.story, purchase!)
    await youth.phone.refresh()
    expect(youth.phone.leftCents(food)).to.equal(5000n)
  })

  it('pays again, by one scan and to a till without a network', async () => {
    await buy(town.story, { youth, key: 'food', till, priceCents: 640n, way: 'phone offline, one scan', times: 3 })
    await youth.phone.refresh()
    await buy(town.story, { youth, key: 'food', till, priceCents: 1250n, way: 'till offline' })
    const { vouchers, payments } = await youth.phone.partner.call(getWallet)
    expect(vouchers[0]?.leftCents).to.equal(5000n - 640n - 1250n)
    expect(payments.map(({ state }) => state)).to.have.members(['accepted', 'accepted', 'undone'])
  })

  it('tells the worker that it is used in part, and not where', async () => {
    const { needs } = await youth.worker.call(getCase, { params: { case: youth.case } })
    expect(needs[0]?.decision?.landed).to.equal('partly_used')
    expect(JSON.stringify(needs, (_, value) => (typeof value === 'bigint' ? String(value) : value))).not.to.match(
      /Lounas|640|1250/,
    )
  })

  it('goes on chain by evening posts until everything is final', async () => {
    const before = { ...(await readPost(town.story.staff)), unpostedCount: 0, unsheetedNotes: 0, outboxPending: 0 }
    await postUntilFinal(town.story.staff, { ...before, revokesPending: 0, refundsPending: 0 }, 60)
  })

  it('pays the shop, whose returned payment is paid again', async () => {
    await settle(town.story)
    expect([...town.story.books.owed.values()].every((cents) => cents === 0n)).to.equal(true)
  })

  it('balances between chain, database and bank to the cent', async () => {
    const books = await town.story.staff.auditor.call(reconcile)
    expect(books.differences).to.deep.equal([])
    expect(books.balanced).to.equal(true)
    const programme = books.programmes.find(({ programme: id }) => id === town.story.programmes.get('food'))
    expect(programme?.spentCents).to.equal(640n + 1250n)
    expect(programme?.leftCents).to.equal(5000n - 640n - 1250n)
  })
})
