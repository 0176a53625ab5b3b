import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { toHex } from '../../../server/db/bytes.ts'
import * as grants from '../../../server/grants/grants.ts'
import type { StaffWho } from '../../../server/http/who.ts'
import { openCase } from '../../../server/people/cases.ts'
import { envelopeOf } from '../../../server/people/people.ts'
import { addProgramme, addStaff, day, openTown, type Town } from '../../support/money.ts'

describe('Envelopes of grants', function () {
  this.timeout(60_000)
  let town: Town
  let worker: StaffWho
  let caseId: string
  before(async () => {
    town = await openTown()
    worker = await addStaff(town, ['worker'])
  })
  after(() => town.close())
  beforeEach(async () => {
    caseId = randomUUID()
    const content = { ageBand: '15_17', municipality: '091', language: 'fi' } as const
    await openCase(town.deps, worker, { id: caseId, pseudonym: `Kettu ${caseId}`, ...content })
  })

  async function decide(amountCents: bigint) {
    const programme = await addProgramme(town)
    const asked = { id: randomUUID(), programme, text: 'The fridge is empty', facts: {} }
    const { id } = await grants.recordNeed(town.deps, worker, caseId, asked)
    const validUntil = new Date(town.clock.now.getTime() + 30 * day)
    const terms = { amountCents, validUntil, isEmergency: false, reason: 'The fridge is empty' }
    const need = await grants.decide(town.deps, worker, id, { outcome: 'granted', id: randomUUID(), ...terms })
    return need.decision!
  }
  const mailboxOfCase = async (): Promise<string> => {
    const row = await town.deps.db.selectFrom('cases').selectAll().where('id', '=', caseId).executeTakeFirstOrThrow()
    return (await envelopeOf(town.deps, row)).mailboxId
  }

  it('keep amounts, vouchers and exact times of a case inside its envelopes', async () => {
    const { db } = town.deps
    const { id } = await decide(4321n)
    const voucher = await db
      .selectFrom('vouchers')
      .selectAll()
      .where('mailbox_id', '=', await mailboxOfCase())
      .executeTakeFirstOrThrow()
    const caseSide = [
      ...(await db.selectFrom('cases').selectAll().where('id', '=', caseId).execute()),
      ...(await db.selectFrom('needs').selectAll().where('case_id', '=', caseId).execute()),
      ...(await db.selectFrom('decisions').selectAll().where('case_id', '=', caseId).execute()),
      ...(await db.selectFrom('access_log').selectAll().where('subject', 'in', [caseId, id]).execute()),
    ]
    const text = caseSide
      .flatMap((row) => Object.values(row))
      .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)))
      .join('\n')
    for (const secret of ['4321', voucher.id, voucher.mailbox_id, 'fridge', toHex(voucher.decision_proof).slice(2)]) {
      expect(text).to.not.include(secret)
    }
    const decision = await db.selectFrom('decisions').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    expect(decision.decided_at.getTime() % day).to.equal(0)
    const voucherSide = JSON.stringify(voucher, (_, value) => (typeof value === 'bigint' ? String(value) : value))
    for (const secret of [caseId, id, worker.staffId]) expect(voucherSide).to.not.include(secret)
  })

  it('carry a proof that opens with the case’s key', async () => {
    const { id } = await decide(1000n)
    const row = await town.deps.db.selectFrom('decisions').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    const { grant } = (await town.deps.vault.open(caseId, row.sealed)) as {
      grant: { salt: string; voucherId: string }
    }
    const voucher = await town.deps.db
      .selectFrom('vouchers')
      .select('decision_proof')
      .where('id', '=', grant.voucherId)
      .executeTakeFirstOrThrow()
    expect(voucher.decision_proof.equals(grants.proofOf(id, grant.salt))).to.equal(true)
  })

  it('are gone with the person: nothing opens once they are forgotten, and the money stays counted', async () => {
    await decide(1000n)
    await town.deps.vault.forget(caseId)
    const reading = await grants.readCase(town.deps, worker, caseId).catch((error: Error) => error)
    expect(reading).to.be.an('error')
  })
})
