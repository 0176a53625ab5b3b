import { expect } from 'chai'
import { pino } from 'pino'
import { reconcileWhenDue } from '../../../server/audit/audit.ts'
import { type PostTown, postTown } from '../../support/postTown.ts'

describe('The clock of the reconciliation', function () {
  this.timeout(120_000)
  let town: PostTown

  before(async () => {
    town = await postTown({ reconcileIntervalSeconds: 600 })
    await town.programme()
  })
  after(() => town.close())

  const runs = async () => await town.town.deps.db.selectFrom('reconciliations').selectAll().orderBy('id').execute()

  it('strikes at the first start, and then says how long it is until the next time', async () => {
    expect(await reconcileWhenDue(town.town.deps)).to.equal(600)
    town.advance(200_500)
    expect(await reconcileWhenDue(town.town.deps)).to.equal(400)
    expect(await runs()).to.have.length(1)
    expect((await runs())[0]).to.include({ differences: 0, off_cents: 0n })
  })

  it('writes down how much differs, raises an alarm, and names nobody', async () => {
    town.advance(600_000)
    await town.town.deps.db
      .updateTable('programmes')
      .set((row) => ({ budget_cents: row('budget_cents', '+', 7n) }))
      .execute()
    const lines: string[] = []
    const log = pino({}, { write: (line) => lines.push(line) })
    await reconcileWhenDue({ ...town.town.deps, log })
    const { differences, off_cents } = (await runs()).at(-1)!
    expect(differences).to.be.greaterThan(0)
    expect(off_cents).to.be.at.least(7n)
    expect(lines.map((line) => JSON.parse(line).level)).to.deep.equal([50])
    expect(Object.keys(JSON.parse(lines[0] ?? ''))).to.have.members([
      'level',
      'time',
      'pid',
      'hostname',
      'differences',
      'msg',
    ])
  })

  it('keeps every run as it was', async () => {
    const change = town.town.deps.db.updateTable('reconciliations').set({ differences: 0 }).execute()
    expect(await change.catch((error: Error) => error.message)).to.match(/append-only/)
  })
})
