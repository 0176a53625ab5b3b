import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { sql } from 'kysely'
import * as audit from '../../../protocol/api/audit.ts'
import * as grants from '../../../protocol/api/grants.ts'
import * as network from '../../../protocol/api/network.ts'
import * as people from '../../../protocol/api/people.ts'
import * as settlements from '../../../protocol/api/settlements.ts'
import * as till from '../../../protocol/api/till.ts'
import * as wallet from '../../../protocol/api/wallet.ts'
import { fromHex } from '../../../server/db/bytes.ts'
import { endpoints } from '../../../server/openapi.ts'
import { day, type TestServer, testServer } from '../../support/server.ts'
import { chargeOf, offerFor, payOnce, type Settled, settleIn } from '../../support/settledTown.ts'
import { entry, statement } from '../../support/statement.ts'

/** What each call of staff, tills and paying phones writes down. */
const written: Record<string, string[]> = {
  joinTill: ['joined'],
  signInTill: ['signed in'],
  signInSigner: ['signed in'],
  listCases: ['listed cases'],
  openCase: ['made case'],
  issueCode: ['issued code', 'opened case'],
  getCase: ['opened case'],
  recordNeed: ['opened case', 'recorded need'],
  checkNeed: ['checked need', 'opened case'],
  decideNeed: ['decided to grant', 'opened case'],
  listApprovals: ['listed approvals'],
  approveDecision: ['approved grant', 'reviewed case'],
  revokeGrant: ['opened case', 'revoked grant'],
  extendGrant: ['extended grant', 'opened case'],
  grantByReference: ['decided to grant', 'opened case'],
  openProgramme: ['opened programme'],
  fundProgramme: ['funded programme'],
  proposeMerchant: ['proposed merchant'],
  approveMerchant: ['approved merchant'],
  suspendMerchant: ['suspended merchant'],
  issueTillCode: ['issued till code'],
  payAtTill: ['accepted payment'],
  payFromWallet: ['accepted payment'],
  payAhead: ['accepted payment'],
  giveUp: ['gave up spend'],
  cancelCharge: ['cancelled charge'],
  undoPayment: ['undid payment'],
  refundPayment: ['refunded payment'],
  reportAhead: ['reported payment used'],
  draftSettlement: ['drafted settlement'],
  approveSettlement: ['approved settlement'],
  dropSettlement: ['dropped settlement'],
  getPaymentFile: ['downloaded payment file'],
  readStatement: ['read statement'],
  runPost: ['ran evening post'],
  payGuarantee: ['asked to pay guarantees'],
}

/** Calls that read no person and change nothing, or whose moment would tell whose phone it is. */
const unwritten = {
  readsNoPerson: ['listProgrammes', 'listMerchants', 'listSettlements', 'getPost', 'reconcile', 'verifyAuditLog'],
  readsOwnTill: ['openCharge', 'getCharge', 'listAhead', 'getDay', 'listProofs'],
  isAPhonesArrival: ['enrolWallet', 'signInWallet', 'getWallet', 'uploadStock'],
  isForEverybody: ['getSession', 'signOut', 'getNonce', 'getDirectory', 'live', 'ready'],
}

describe('Every act', function () {
  this.timeout(180_000)
  let town: TestServer
  let settled: Settled
  let last = 0n

  before(async () => {
    town = await testServer()
    settled = await settleIn(town, 'town')
    last = await newest()
  })
  after(() => town.close())

  const newest = async () => {
    const { rows } = await sql<{ id: bigint }>`select max(id) as id from access_log`.execute(town.deps.db)
    return rows[0]?.id ?? 0n
  }
  /** Actions, actors and details of what was written since the last look. */
  const since = async () => {
    const rows = await town.deps.db.selectFrom('access_log').selectAll().where('id', '>', last).orderBy('id').execute()
    last = rows.at(-1)?.id ?? last
    return rows
  }
  const actionsOf = async () => (await since()).map(({ action }) => action).sort()
  const pay = async (cents: bigint) => {
    const paid = await payOnce(town, settled, cents)
    await since()
    return paid
  }
  const done = new Set<string>()
  /** Calls, and compares what it wrote with the table. */
  const writes = async (name: string, call: () => Promise<unknown>) => {
    await since()
    await call()
    expect(await actionsOf(), name).to.deep.equal(written[name])
    done.add(name)
  }

  it('is thought of for every call there is', () => {
    const known = [...Object.keys(written), ...Object.values(unwritten).flat()]
    expect(known.toSorted()).to.deep.equal(Object.keys(endpoints).toSorted())
  })

  it('has every read of a person and every decision, with the cases that a list showed', async () => {
    const { worker, approver, caseId, decided, undecided, programme, officer } = settled
    const at = { params: { case: caseId } }
    const later = new Date(town.deps.now().getTime() + 40 * day)
    const grant = {
      outcome: 'granted',
      reason: 'Food',
      validUntil: later,
      isEmergency: false,
      amountCents: 100n,
    } as const
    const facts = { ageBand: '15_17', municipality: '240', language: 'fi' } as const
    const newCase = { id: randomUUID(), pseudonym: 'Ilves', ...facts }
    await writes('openCase', () => worker.call(people.openCase, { body: newCase }))
    await writes('getCase', () => worker.call(grants.getCase, at))
    await writes('issueCode', () => worker.call(people.issueCode, { params: { case: newCase.id }, body: {} }))
    const need = { id: randomUUID(), programme, text: 'Food', facts: {} }
    await writes('recordNeed', () => worker.call(grants.recordNeed, { ...at, body: need }))
    const checked = { params: { need: undecided }, body: { facts: { isStudent: true } } }
    await writes('checkNeed', () => worker.call(grants.checkNeed, checked))
    const yes = { params: { need: undecided }, body: { ...grant, id: randomUUID() } }
    await writes('decideNeed', () => worker.call(grants.decideNeed, yes))
    const extended = { params: { decision: decided.decision }, body: { reason: 'Ill', validUntil: later } }
    await writes('extendGrant', () => worker.call(grants.extendGrant, extended))

    const large = { ...grant, id: randomUUID(), amountCents: 20_000n }
    await worker.call(grants.decideNeed, { params: { need: need.id }, body: large })
    const another = { ...need, id: randomUUID() }
    await worker.call(grants.recordNeed, { ...at, body: another })
    const waiting = { ...large, id: randomUUID() }
    await worker.call(grants.decideNeed, { params: { need: another.id }, body: waiting })
    await writes('listApprovals', () => approver.call(grants.listApprovals))
    const approved = { params: { decision: waiting.id }, body: { approve: true, reason: 'Yes' } }
    await writes('approveDecision', () => approver.call(grants.approveDecision, approved))
    const revoked = { params: { decision: large.id }, body: { reason: 'Moved' } }
    await writes('revokeGrant', () => worker.call(grants.revokeGrant, revoked))

    const words = { fi: 'Matka', sv: 'Resa', en: 'Travel' }
    const limits = { mostPerGrantCents: 20_000n, dailyLimitCents: 1_000_000n, undoSeconds: 3600, templates: [] }
    const kind = { kind: 'value', mode: 'reference', isUniversal: false, ruleSet: null } as const
    const id = programme + 500
    const opening = { id, name: words, label: words, ...kind, ...limits, purposes: ['food' as const] }
    await writes('openProgramme', () => officer.call(network.openProgramme, { body: opening }))
    await town.chain.facts.advance()
    const money = { budgetCents: 100_000n, floatCents: 10_000n, guaranteeCents: 50_000n }
    const funding = { params: { programme: id }, body: { id: randomUUID(), bankReference: 'MORE', ...money } }
    await writes('fundProgramme', () => settled.finance.call(network.fundProgramme, funding))
    await town.chain.facts.advance()
    const byReference = { id: randomUUID(), case: caseId, programme: id, decisionNumber: 'T-1', amountCents: 2000n }
    await writes('grantByReference', () =>
      worker.call(grants.grantByReference, { body: { ...byReference, validUntil: later } }),
    )

    await since()
    await worker.call(people.listCases)
    const [listed] = await since()
    expect(listed).to.include({ action: 'listed cases', actor: 'staff', subject: 'town' })
    expect(JSON.parse(listed?.details ?? '').cases).to.have.members([caseId, newCase.id])
    done.add('listCases')
  })

  it('has every payment and what became of it, once however often it is asked', async () => {
    const { caller } = settled.till
    const phone = settled.phone.caller
    const { payment } = await pay(100n)
    const undo = { params: { payment }, body: {} }
    await writes('undoPayment', () => caller.call(till.undoPayment, undo))
    await caller.call(till.undoPayment, undo)
    expect(await actionsOf()).to.deep.equal([])

    const charge = await chargeOf(town, settled, 100n)
    const offer = await offerFor(town, settled, settled.merchant, charge.nonce, 100n)
    await writes('payAtTill', () => caller.call(till.payAtTill, { body: { charge, offer } }))
    await caller.call(till.payAtTill, { body: { charge, offer } })
    expect(await actionsOf()).to.deep.equal([])

    const shown = await chargeOf(town, settled, 100n)
    await caller.call(till.openCharge, { body: shown })
    const shownOffer = await offerFor(town, settled, settled.merchant, shown.nonce, 100n)
    await writes('payFromWallet', () =>
      phone.call(wallet.payFromWallet, { body: { charge: shown, offer: shownOffer } }),
    )

    const ahead = await offerFor(town, settled, settled.merchant, `0x${'a1'.repeat(8)}`, 100n)
    const body = { till: settled.till.id, priceCents: 100n, offer: ahead }
    await writes('payAhead', () => phone.call(wallet.payAhead, { body }))
    const { payments } = await caller.call(till.listAhead)
    const used = { used: payments.map(({ receipt }) => receipt.payment), unused: [] }
    await writes('reportAhead', () => caller.call(till.reportAhead, { body: used }))

    const given = await offerFor(town, settled, settled.merchant, `0x${'a2'.repeat(8)}`, 100n)
    await writes('giveUp', () => phone.call(wallet.giveUp, { body: { nonce: given.opening.nonce, offer: given } }))
    const cancelled = { params: { nonce: `0x${'a3'.repeat(8)}` }, body: {} }
    await writes('cancelCharge', () => caller.call(till.cancelCharge, cancelled))
    await caller.call(till.cancelCharge, cancelled)
    expect(await actionsOf()).to.deep.equal([])

    const later = await pay(100n)
    town.clock.advance(3 * day)
    const refund = { params: { payment: later.payment }, body: { id: `0x${'a4'.repeat(16)}`, cents: 40n } } as const
    await writes('refundPayment', () => caller.call(till.refundPayment, refund))
    await caller.call(till.refundPayment, refund)
    expect(await actionsOf()).to.deep.equal([])
  })

  it('has every act of the office', async () => {
    const { merchant } = settled
    // The days that have passed ended every session of staff.
    const [officer, finance, colleague] = [await town.as('officer'), await town.as('finance'), await town.as('finance')]
    const shop = {
      id: 909,
      name: 'Shop',
      businessId: '0737546-2',
      iban: 'FI2112345600000785',
      purposes: ['food' as const],
    }
    const where = { municipality: '240', street: 'Katu 1', postalCode: '94100', latitude: null, longitude: null }
    await writes('proposeMerchant', () => officer.call(network.proposeMerchant, { body: { ...shop, ...where } }))
    const approval = { params: { merchant: shop.id }, body: { iban: shop.iban } }
    await writes('approveMerchant', () => finance.call(network.approveMerchant, approval))
    await town.chain.facts.advance()
    const code = { params: { merchant: shop.id }, body: { tillName: 'Kassa', acceptsAhead: false } }
    let issued = ''
    await writes('issueTillCode', async () => {
      issued = (await officer.call(network.issueTillCode, code)).code
    })
    const account = settled.phone.account
    const signed = () => town.anyone().signed(account, town.deps.chain.chainId)
    await writes('joinTill', async () =>
      town.anyone().call(people.joinTill, { body: { ...(await signed()), code: issued } }),
    )
    await writes('signInTill', async () => town.anyone().call(people.signInTill, { body: await signed() }))
    const { who } = await town.as('auditor')
    const signer = fromHex(account.address)
    await town.deps.db.updateTable('staff').set({ signer_address: signer }).where('id', '=', who.staffId).execute()
    await writes('signInSigner', async () => town.anyone().call(people.signInSigner, { body: await signed() }))
    const suspension = { params: { merchant: shop.id }, body: { reason: 'Closed' } }
    await writes('suspendMerchant', () => officer.call(network.suspendMerchant, suspension))

    const evening = { body: { sheets: 'now' as const } }
    await writes('runPost', () => officer.call(audit.runPost, evening))
    await officer.call(audit.runPost, evening)
    await writes('payGuarantee', () => finance.call(audit.payGuarantee, { body: {} }))

    const executionDate = town.deps.now().toISOString().slice(0, 10)
    const draft = { id: randomUUID(), executionDate }
    const dropped = { ...draft, id: randomUUID() }
    await writes('draftSettlement', () => finance.call(settlements.draftSettlement, { body: dropped }))
    const drop = { params: { settlement: dropped.id }, body: {} }
    await writes('dropSettlement', () => finance.call(settlements.dropSettlement, drop))
    const { totalCents, lines } = await finance.call(settlements.draftSettlement, { body: draft })
    expect(lines.map((line) => line.merchant)).to.deep.equal([merchant])
    const yes = { params: { settlement: draft.id }, body: { totalCents } }
    await writes('approveSettlement', () => finance.call(settlements.approveSettlement, yes))
    await writes('approveSettlement', () => colleague.call(settlements.approveSettlement, yes))
    await town.chain.facts.advance()
    await writes('getPaymentFile', () => finance.call(settlements.getPaymentFile, { params: { settlement: draft.id } }))
    const xml = statement({ entries: [entry({ reference: 'UNKNOWN' })] })
    await writes('readStatement', () => finance.call(settlements.readStatement, { body: { xml } }))
  })

  it('was tried on every call of its table', () => {
    expect([...done].sort()).to.deep.equal(Object.keys(written).sort())
  })
})
