import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { vouchersAbi } from '../../../protocol/abi/vouchers.ts'
import * as audit from '../../../protocol/api/audit.ts'
import * as grants from '../../../protocol/api/grants.ts'
import * as people from '../../../protocol/api/people.ts'
import * as wallet from '../../../protocol/api/wallet.ts'
import { enqueue } from '../../../server/chain/outbox.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { type TestServer, testServer } from '../../support/server.ts'
import { type Settled, settleIn } from '../../support/settledTown.ts'

describe('The access log', function () {
  this.timeout(120_000)
  let town: TestServer
  let settled: Settled
  let last = 0n

  before(async () => {
    town = await testServer()
    settled = await settleIn(town, 'town')
  })
  after(() => town.close())

  const since = async () => {
    const rows = await town.deps.db.selectFrom('access_log').selectAll().where('id', '>', last).orderBy('id').execute()
    last = rows.at(-1)?.id ?? last
    return rows
  }

  it('has whoever reached for what is not theirs, and the row outlives the refusal', async () => {
    const [stranger, approver] = [await town.as('worker'), await town.as('approver')]
    await since()
    expect(await stranger.refusal(grants.getCase, { params: { case: settled.caseId } })).to.equal('not_found')
    expect(await stranger.refusal(audit.runPost, { body: { sheets: 'now' } })).to.equal('not_allowed')
    const asked = { params: { decision: randomUUID() }, body: { approve: true, reason: 'Because' } }
    expect(await approver.refusal(grants.approveDecision, asked)).to.equal('not_found')
    const rows = (await since()).map(({ actor_id, action, subject, details }) => ({
      actor_id,
      action,
      subject,
      details,
    }))
    const refused = (refusal: string, path: string) => ({
      action: 'was refused',
      details: JSON.stringify({ refusal, path }),
    })
    expect(rows).to.deep.equal([
      { actor_id: stranger.who.staffId, subject: settled.caseId, ...refused('not_found', grants.getCase.path) },
      { actor_id: stranger.who.staffId, subject: '', ...refused('not_allowed', audit.runPost.path) },
      {
        actor_id: approver.who.staffId,
        subject: asked.params.decision,
        ...refused('not_found', grants.approveDecision.path),
      },
    ])
  })

  it('has what is changed of staff in the database itself, without a name or a sign-in', async () => {
    const { who } = await town.as(['worker'])
    await since()
    const change = town.deps.db.updateTable('staff').where('id', '=', who.staffId)
    await change.set({ roles: ['worker', 'approver'], name: 'Secret Name', subject: 'secret.sub' }).execute()
    await town.deps.db
      .insertInto('organisations')
      .values({
        id: 'new-town',
        kind: 'parish',
        name: JSON.stringify({ fi: 'U', sv: 'U', en: 'U' }),
        municipality: '240',
        phone: '1',
      })
      .execute()
    const [staff, organisation] = await since()
    expect(staff).to.include({ actor: 'database', action: 'changed staff', subject: who.staffId })
    const details = JSON.parse(staff?.details ?? '')
    expect(details.changed).to.deep.equal(['name', 'roles', 'subject'])
    expect([details.was.roles, details.now.roles]).to.deep.equal([['worker'], ['worker', 'approver']])
    expect(staff?.details).not.to.match(/secret/i)
    expect(organisation).to.include({ action: 'added organisations', subject: 'new-town' })
  })

  it('has a pause and a change of roles on chain, once it is final, with the key that did it', async () => {
    const { keys, chain, db } = town.deps
    const account = keys.registrar.address
    const role = await chain.client.readContract({
      address: chain.vouchers,
      abi: vouchersAbi,
      functionName: 'GUARDIAN_ROLE',
    })
    const order = { lane: 'admin', target: 'vouchers' } as const
    await since()
    await inTransaction(db, async (tx) => {
      await enqueue(tx, { ...order, subject: 't1', kind: 'test', functionName: 'grantRole', args: [role, account] })
      await enqueue(tx, { ...order, subject: 't2', kind: 'test', functionName: 'revokeRole', args: [role, account] })
    })
    await chain.advance()
    const rows = await since()
    expect(rows.map(({ actor, actor_id, action, subject }) => [actor, actor_id, action, subject])).to.deep.equal([
      ['chain', keys.admin.address, 'gave role', account],
      ['chain', keys.admin.address, 'took role', account],
    ])
    expect(JSON.parse(rows[0]?.details ?? '')).to.include({ role })
  })

  it('has no phone’s arrival: beside a worker’s reading it would tell whose phone it is', async () => {
    const { worker, caseId } = settled
    const { code } = await worker.call(people.issueCode, { params: { case: caseId }, body: {} })
    await since()
    const account = settled.till.account
    const signed = await town.anyone().signed(account, town.deps.chain.chainId)
    const phone = town.anyone()
    await phone.call(people.enrolWallet, { body: { ...signed, code, stock: [] } })
    await phone.call(wallet.getWallet)
    await phone.call(wallet.uploadStock, { body: { from: 0, addresses: [`0x${'77'.repeat(20)}`] } })
    expect(await since()).to.deep.equal([])
  })
})
