import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { reconcile } from '../../../protocol/api/audit.ts'
import { enqueue } from '../../../server/chain/outbox.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { reserve } from '../../../server/post/guarantee.ts'
import { type PostTown, postTown, programmeRowOf, settingIn } from '../../support/postTown.ts'
import { refusalOf } from '../../support/refusals.ts'

describe('Money that is taken back from under a promise', () => {
  let town: PostTown

  before(async function () {
    this.timeout(60_000)
    town = await postTown()
  })
  after(() => town.close())

  it('is booked, promises nothing more, and is a difference of the books', async () => {
    const { programme, shop, youth } = await settingIn(town, 2_000n, {})
    const [first, second] = await youth.notes()
    if (first === undefined || second === undefined) throw new Error('Too few notes')
    await town.pay(youth, shop, 200n, [first])
    expect(await town.differences()).to.deep.equal([])
    // What the treasury could do at any time.
    const { deps } = town.town
    await inTransaction(deps.db, (tx) =>
      enqueue(tx, {
        subject: `defund:${randomUUID()}`,
        kind: 'defund',
        lane: 'treasury',
        target: 'vouchers',
        functionName: 'defund',
        args: [programme, 499_000n, 0n, 49_900n],
      }),
    )
    await deps.chain.advance()
    expect(await programmeRowOf(town, programme)).to.include({ budget_cents: 1_000n, guarantee_cents: 100n })

    expect(await refusalOf(youth.grant(programme, 1n))).to.equal('budget_exceeded')
    expect(await refusalOf(town.pay(youth, shop, 1n, [second]))).to.equal('guarantee_exhausted')
    const isRefused = !(await inTransaction(deps.db, (tx) => reserve(tx, programme, 1n)))
    expect(isRefused).to.equal(true)
    const differences = await town.differences()
    expect(
      differences.map(({ what, programme, expectedCents, foundCents }) => [what, programme, expectedCents, foundCents]),
    ).to.deep.equal([
      ['granted of a programme above what its budget holds', programme, 1_000n, 2_000n],
      ['uncovered of a programme above what its guarantee holds', programme, 100n, 200n],
    ])
    const auditor = await town.server.as(['auditor'])
    expect(await auditor.call(reconcile)).to.include({ balanced: false })

    // Nobody else is stopped by it.
    const other = await settingIn(town, 2_000n, {})
    expect((await programmeRowOf(town, other.programme)).budget_cents).to.equal(500_000n)
  })
})
