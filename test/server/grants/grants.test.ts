import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { Refusal } from '../../../protocol/refusals.ts'
import { pay } from '../../../server/acceptances/acceptances.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import * as grants from '../../../server/grants/grants.ts'
import type { StaffWho } from '../../../server/http/who.ts'
import { openCase } from '../../../server/people/cases.ts'
import { envelopeOf } from '../../../server/people/people.ts'
import { replaceNotes } from '../../../server/vouchers/vouchers.ts'
import { faultsInBooks } from '../../support/books.ts'
import { addProgramme, addShop, addStaff, day, openTown, type Town } from '../../support/money.ts'
import { refusalOf } from '../../support/refusals.ts'
import { addYouth, type Youth } from '../../support/youth.ts'

let pseudonyms = 0

describe('Grants', function () {
  this.timeout(60_000)
  let town: Town
  let worker: StaffWho
  let approver: StaffWho
  let programme: number
  let caseId: string
  before(async () => {
    town = await openTown()
  })
  after(() => town.close())
  beforeEach(async () => {
    worker = await addStaff(town, ['worker'], 10_000n)
    approver = await addStaff(town, ['approver'], 50_000n)
    programme = await addProgramme(town, { rule_set: '2026-1-food', most_per_grant_cents: 40_000n })
    caseId = await newCase()
  })
  afterEach(async () => expect(await faultsInBooks(town.deps)).to.deep.equal([]))

  async function newCase(by = worker): Promise<string> {
    const id = randomUUID()
    const content = { ageBand: '15_17', municipality: '091', language: 'fi' } as const
    await openCase(town.deps, by, { id, pseudonym: `Kettu ${++pseudonyms}`, ...content })
    return id
  }
  async function newNeed(facts = {}): Promise<string> {
    const asked = { id: randomUUID(), programme, text: 'No food until Friday', facts }
    return (await grants.recordNeed(town.deps, worker, caseId, asked)).id
  }
  const yes = (amountCents: bigint, more: { isEmergency?: boolean; validUntil?: Date; id?: string } = {}) => ({
    outcome: 'granted' as const,
    id: randomUUID(),
    reason: 'The fridge is empty',
    amountCents,
    validUntil: new Date(town.clock.now.getTime() + 30 * day),
    isEmergency: false,
    ...more,
  })
  const no = () => ({ outcome: 'refused' as const, id: randomUUID(), reason: 'Other support covers it' })
  const decide = async (asked: ReturnType<typeof yes> | ReturnType<typeof no>, need?: string) =>
    (await grants.decide(town.deps, worker, need ?? (await newNeed()), asked)).decision!
  const mailboxOfCase = async (): Promise<string> => {
    const row = await town.deps.db.selectFrom('cases').selectAll().where('id', '=', caseId).executeTakeFirstOrThrow()
    return (await envelopeOf(town.deps, row)).mailboxId
  }
  const phone = async (): Promise<Youth> => addYouth(town, 60, await mailboxOfCase())
  const landed = async () => (await grants.readCase(town.deps, worker, caseId)).needs[0]?.decision?.landed

  describe('refuse', () => {
    it('another worker’s case, need and decision, as if there were none', async () => {
      const need = await newNeed()
      const { id } = await decide(yes(1000n), need)
      const other = await addStaff(town, ['worker'])
      const { deps } = town
      const tries = [
        grants.readCase(deps, other, caseId),
        grants.recordNeed(deps, other, caseId, { id: randomUUID(), programme, text: '', facts: {} }),
        grants.checkNeed(deps, other, need, {}),
        grants.decide(deps, other, need, yes(1n)),
        grants.revoke(deps, other, id, 'No reason'),
        grants.extend(deps, other, id, { reason: 'No reason', validUntil: new Date() }),
        grants.readCase(deps, other, randomUUID()),
        grants.revoke(deps, other, randomUUID(), 'No reason'),
      ]
      for (const one of tries) expect(await refusalOf(one)).to.equal('not_found')
    })

    const tooMuch: [what: string, asked: () => ReturnType<typeof yes>, word: Refusal][] = [
      ['more than the programme gives at once', () => yes(40_001n), 'above_limit'],
      ['more than that in an emergency too', () => yes(40_001n, { isEmergency: true }), 'above_limit'],
      ['a time that has passed', () => yes(1n, { validUntil: town.clock.now }), 'outside_the_rules'],
      [
        'more than a year',
        () => yes(1n, { validUntil: new Date(town.clock.now.getTime() + 367 * day) }),
        'outside_the_rules',
      ],
    ]
    for (const [what, asked, word] of tooMuch) {
      it(what, async () => expect(await refusalOf(decide(asked()))).to.equal(word))
    }

    it('more than the budget', async () => {
      programme = await addProgramme(town, { budget_cents: 999n })
      expect(await refusalOf(decide(yes(1000n)))).to.equal('budget_exceeded')
    })

    it('a second decision of one need', async () => {
      const need = await newNeed()
      await decide(no(), need)
      expect(await refusalOf(decide(yes(1n), need))).to.equal('wrong_state')
      expect(await refusalOf(grants.checkNeed(town.deps, worker, need, {}))).to.equal('wrong_state')
    })

    it('a need where decisions are made in the case system', async () => {
      programme = await addProgramme(town, { mode: 'reference' })
      expect(await refusalOf(newNeed())).to.equal('not_found')
    })
  })

  it('begin with a need that the published rules explain and more facts answer', async () => {
    const id = await newNeed()
    const before = (await grants.readCase(town.deps, worker, caseId)).needs[0]!
    expect(before.check?.outcome).to.equal('needs_information')
    expect(before.facts).to.deep.include({ ageBand: '15_17', municipality: '091' })
    const facts = { hasFoodForThreeDays: false, otherSupportCoversIt: false, householdReceivesBasicAssistance: true }
    const after = await grants.checkNeed(town.deps, worker, id, facts)
    expect(after.check?.outcome).to.not.equal('needs_information')
  })

  it('answer the same to a repeat, and refuse its id for anything else', async () => {
    const asked = { id: randomUUID(), programme, text: 'Food', facts: {} }
    const first = await grants.recordNeed(town.deps, worker, caseId, asked)
    expect(await grants.recordNeed(town.deps, worker, caseId, asked)).to.deep.equal(first)
    const other = grants.recordNeed(town.deps, worker, caseId, { ...asked, text: 'Shoes' })
    expect(await refusalOf(other)).to.equal('already_exists')
    const decision = yes(1000n)
    const decided = await decide(decision, first.id)
    expect(await decide(decision, first.id)).to.deep.equal(decided)
    expect(await refusalOf(decide({ ...decision, amountCents: 1001n }, first.id))).to.equal('already_exists')
  })

  it('are usable from the second they are decided', async () => {
    const decision = await decide(yes(5000n))
    expect(decision).to.include({ state: 'decided', amountCents: 5000n, landed: 'not_used' })
    const notes = await (await phone()).notes()
    expect(notes.reduce((sum, note) => sum + note.cents, 0n)).to.equal(5000n)
  })

  it('wait for a second person above the worker’s own limit, for one decision and for a day', async () => {
    expect((await decide(yes(10_001n))).state).to.equal('waiting_for_second')
    expect((await decide(yes(6000n))).state).to.equal('decided')
    expect((await decide(yes(4000n))).state).to.equal('decided')
    expect((await decide(yes(1n))).state).to.equal('waiting_for_second')
    town.clock.advance(day)
    expect((await decide(yes(1n))).state).to.equal('decided')
  })

  it('keep to the day’s limit however many are decided at once', async () => {
    const needs: string[] = []
    for (let count = 0; count < 20; count++) needs.push(await newNeed())
    const decisions = await Promise.all(needs.map((need) => decide(yes(1000n), need)))
    expect(decisions.filter(({ state }) => state === 'decided')).to.have.length(10)
    expect(decisions.filter(({ state }) => state === 'waiting_for_second')).to.have.length(10)
  })

  describe('by a second person', () => {
    const approve = (id: string, who = approver) =>
      grants.approve(town.deps, who, id, { approve: true, reason: 'I agree' })
    const turnDown = (id: string) => grants.approve(town.deps, approver, id, { approve: false, reason: 'I disagree' })

    it('are refused to the one who decided, above that person’s limit, and elsewhere', async () => {
      worker = await addStaff(town, ['worker', 'approver'], 100n)
      caseId = await newCase()
      const { id } = await decide(yes(30_000n))
      expect(await refusalOf(approve(id, worker))).to.equal('same_person')
      expect(await refusalOf(approve(id, await addStaff(town, ['approver'], 29_999n)))).to.equal('above_limit')
      expect(await refusalOf(approve(id, { ...approver, organisation: 'village' }))).to.equal('not_found')
      expect(await refusalOf(approve(randomUUID()))).to.equal('not_found')
    })

    it('become vouchers by a yes, once', async () => {
      const { id } = await decide(yes(20_000n))
      const { approvals } = await grants.listApprovals(town.deps, approver)
      expect(approvals.find((one) => one.decision === id)).to.include({ amountCents: 20_000n, isEmergency: false })
      const approved = await Promise.all([approve(id), approve(id), approve(id)])
      for (const one of approved) expect(one).to.deep.equal(approved[0])
      expect(approved[0]).to.include({ state: 'decided', landed: 'not_used', approvedBy: approver.name })
      expect(await refusalOf(approve(id, await addStaff(town, ['approver'], 50_000n)))).to.equal('wrong_state')
      const vouchers = await town.deps.db
        .selectFrom('vouchers')
        .select('granted_cents')
        .where('mailbox_id', '=', await mailboxOfCase())
        .execute()
      expect(vouchers).to.deep.equal([{ granted_cents: 20_000n }])
    })

    it('end by a no', async () => {
      const { id } = await decide(yes(20_000n))
      expect(await turnDown(id)).to.include({ state: 'turned_down', landed: null })
      expect(await refusalOf(approve(id))).to.equal('wrong_state')
    })

    it('are reviewed after an emergency, which a no ends', async () => {
      const first = await decide(yes(20_000n, { isEmergency: true }))
      expect(first).to.include({ state: 'waiting_for_second', landed: 'not_used' })
      expect(await approve(first.id)).to.include({ state: 'decided', landed: 'not_used' })
      const second = await decide(yes(20_000n, { isEmergency: true }))
      expect(await turnDown(second.id)).to.include({ state: 'turned_down', landed: 'ended' })
    })

    it('are reviewed although the worker has ended them meanwhile', async () => {
      const { id } = await decide(yes(20_000n, { isEmergency: true }))
      const revoked = await grants.revoke(town.deps, worker, id, 'A mistake')
      expect(revoked).to.include({ state: 'waiting_for_second', landed: 'ended' })
      expect(await refusalOf(grants.revoke(town.deps, worker, id, 'A mistake'))).to.equal('wrong_state')
      expect(await approve(id)).to.include({ state: 'ended', landed: 'ended' })
    })
  })

  it('say how help landed and nothing more', async () => {
    const { id } = await decide(yes(1000n))
    expect(await landed()).to.equal('not_used')
    const youth = await phone()
    await inTransaction(town.deps.db, (tx) => replaceNotes(tx, town.deps, youth.mailboxId))
    const shop = await addShop(town)
    for (const [cents, word] of [
      [100n, 'partly_used'],
      [900n, 'used'],
    ] as const) {
      for (let left = cents; left > 0n; ) {
        const [note] = await youth.notes()
        const price = left < note!.cents ? left : note!.cents
        const charge = await shop.charge(price)
        const offer = await youth.sign(shop.merchantId, charge.nonce, [note!], { agreedCents: price })
        await pay(town.deps, youth.who, { charge, offer })
        left -= price
      }
      expect(await landed()).to.equal(word)
    }
    const { decision } = (await grants.readCase(town.deps, worker, caseId)).needs[0]!
    expect(Object.keys(decision!)).to.not.include.members(['voucher', 'payments'])
    expect(
      await refusalOf(grants.extend(town.deps, worker, id, { reason: 'More time', validUntil: town.clock.now })),
    ).to.equal('wrong_state')
  })

  it('end when revoked, and get more time when extended', async () => {
    const first = await decide(yes(1000n))
    const validUntil = new Date(town.clock.now.getTime() + 60 * day)
    const extended = await grants.extend(town.deps, worker, first.id, { reason: 'Still looking', validUntil })
    expect(extended.validUntil).to.deep.equal(validUntil)
    const revoked = await grants.revoke(town.deps, worker, first.id, 'Moved away')
    expect(revoked).to.include({ state: 'ended', landed: 'ended' })
    expect(await refusalOf(grants.revoke(town.deps, worker, first.id, 'Moved away'))).to.equal('wrong_state')
    const later = { reason: 'Still looking', validUntil: new Date(validUntil.getTime() + day) }
    expect(await refusalOf(grants.extend(town.deps, worker, first.id, later))).to.equal('wrong_state')
  })

  describe('by reference', () => {
    const refer = (more: object = {}, who = worker) =>
      grants.grantByReference(town.deps, who, {
        id: randomUUID(),
        case: caseId,
        programme,
        decisionNumber: 'D-1',
        amountCents: 1000n,
        validUntil: new Date(town.clock.now.getTime() + 30 * day),
        ...more,
      })

    it('are refused to a programme whose decisions are made here', async () => {
      expect(await refusalOf(refer())).to.equal('wrong_state')
    })

    it('are made once for one decision number, also when asked many times at once', async () => {
      programme = await addProgramme(town, { mode: 'reference' })
      const answers = await Promise.all(Array.from({ length: 10 }, () => refer()))
      for (const answer of answers) expect(answer).to.deep.equal(answers[0])
      expect(await refusalOf(refer({ amountCents: 1001n }))).to.equal('already_exists')
      expect((await refer({ decisionNumber: 'D-2' })).id).to.not.equal(answers[0]!.id)
    })

    it('may share a number over the cases of a class', async () => {
      programme = await addProgramme(town, { is_universal: true })
      const first = await refer({ decisionNumber: '9B' })
      caseId = await newCase()
      expect((await refer({ decisionNumber: '9B' })).id).to.not.equal(first.id)
    })
  })
})
