import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import * as api from '../../../protocol/api/people.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { addToStaffDay, openCaseEnvelope, openCaseToReview } from '../../../server/people/people.ts'
import { type TestServer, testServer } from '../../support/server.ts'

const refusalOf = async (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error) => error.refusal,
  )

describe('Cases', function () {
  this.timeout(60_000)
  let town: TestServer

  before(async () => {
    town = await testServer()
  })
  after(() => town.close())

  const newCase = (more: object = {}) => {
    const id = randomUUID()
    return { id, pseudonym: `Kettu ${id}`, ageBand: '12_14', municipality: '240', language: 'sv', ...more } as const
  }

  it('refuses another case with the same id, and the same pseudonym twice in one organisation', async () => {
    const [worker, colleague] = [await town.as('worker'), await town.as('worker')]
    const stranger = await town.as('worker', { organisation: 'village' })
    const body = newCase()
    await worker.call(api.openCase, { body })
    expect(await worker.refusal(api.openCase, { body: { ...body, language: 'fi' } })).to.equal('already_exists')
    expect(await colleague.refusal(api.openCase, { body })).to.equal('already_exists')
    const samePseudonym = newCase({ pseudonym: body.pseudonym })
    expect(await colleague.refusal(api.openCase, { body: samePseudonym })).to.equal('already_exists')
    await stranger.call(api.openCase, { body: samePseudonym })
  })

  it('shows, opens and gives codes for nobody else’s case', async () => {
    const [worker, colleague] = [await town.as('worker'), await town.as('worker')]
    const body = newCase()
    await worker.call(api.openCase, { body })
    expect((await colleague.call(api.listCases)).cases).to.deep.equal([])
    const ask = { params: { case: body.id }, body: {} }
    expect(await colleague.refusal(api.issueCode, ask)).to.equal('not_found')
    expect(await worker.refusal(api.issueCode, { ...ask, params: { case: randomUUID() } })).to.equal('not_found')
    const open = inTransaction(town.deps.db, (tx) => openCaseEnvelope(tx, town.deps, colleague.who, body.id))
    expect(await refusalOf(open)).to.equal('not_found')
  })

  it('opens a case for review to an approver of the same organisation only', async () => {
    const worker = await town.as('worker')
    const body = newCase()
    await worker.call(api.openCase, { body })
    const review = async (caller: typeof worker) =>
      refusalOf(inTransaction(town.deps.db, (tx) => openCaseToReview(tx, town.deps, caller.who, body.id)))
    expect(await review(await town.as('worker'))).to.equal('not_found')
    expect(await review(await town.as('approver', { organisation: 'village' }))).to.equal('not_found')
    expect(await review(await town.as('approver'))).to.equal(null)
  })

  it('answers a repeat as the first time', async () => {
    const worker = await town.as('worker')
    const body = newCase()
    const first = await worker.call(api.openCase, { body })
    expect(await worker.call(api.openCase, { body })).to.deep.equal(first)
    const rows = town.deps.db.selectFrom('cases').selectAll().where('id', '=', body.id)
    expect(await rows.execute()).to.have.length(1)
  })

  it('lists a worker’s own cases, newest first, and takes no name in its address', async () => {
    const worker = await town.as('worker')
    for (const pseudonym of ['Ilves', 'Susi', 'Ahma']) {
      await worker.call(api.openCase, { body: newCase({ pseudonym: `${pseudonym} ${worker.who.staffId}` }) })
      town.clock.advance(1000)
    }
    const { cases } = await worker.call(api.listCases)
    expect(cases.map(({ pseudonym }) => pseudonym.split(' ')[0])).to.deep.equal(['Ahma', 'Susi', 'Ilves'])
    // What stands in an address is kept by whatever stands in between.
    expect(api.listCases).not.to.have.property('query')
  })

  it('logs who opened and who listed, in a log that nobody can change', async () => {
    const worker = await town.as('worker')
    const body = newCase()
    await worker.call(api.openCase, { body })
    await worker.call(api.issueCode, { params: { case: body.id }, body: {} })
    await worker.call(api.listCases)
    const { db } = town.deps
    const log = db.selectFrom('access_log').select(['action', 'subject']).where('actor_id', '=', worker.who.staffId)
    expect(await log.orderBy('id').execute()).to.deep.equal([
      { action: 'made case', subject: body.id },
      { action: 'opened case', subject: body.id },
      // Whoever has the code could take the case's place: apart from a mere reading.
      { action: 'issued code', subject: body.id },
      { action: 'listed cases', subject: 'town' },
    ])
    for (const change of [db.deleteFrom('access_log'), db.updateTable('access_log').set({ action: 'x' })]) {
      expect(
        await change.execute().then(
          () => null,
          (error) => error.message,
        ),
      ).to.match(/append-only/)
    }
  })

  describe('Limit of a day', () => {
    const add = (staffId: string, cents: bigint, limit: bigint, day = '2026-11-10') =>
      refusalOf(inTransaction(town.deps.db, (tx) => addToStaffDay(tx, staffId, day, cents, limit)))

    it('refuses one cent more, and counts nothing then', async () => {
      const { who } = await town.as('worker')
      expect(await add(who.staffId, 101n, 100n)).to.equal('above_limit')
      expect(await add(who.staffId, 60n, 100n)).to.equal(null)
      expect(await add(who.staffId, 41n, 100n)).to.equal('above_limit')
      expect(await add(who.staffId, 40n, 100n)).to.equal(null)
      expect(await add(who.staffId, 1n, 100n)).to.equal('above_limit')
      expect(await add(who.staffId, 100n, 100n, '2026-11-11')).to.equal(null)
    })

    it('holds when many decide at once', async () => {
      const { who } = await town.as('worker')
      const answers = await Promise.all(Array.from({ length: 20 }, () => add(who.staffId, 10n, 100n)))
      expect(answers.filter((answer) => answer === null)).to.have.length(10)
    })
  })
})
