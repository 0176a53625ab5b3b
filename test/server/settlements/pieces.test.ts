import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { fromJson } from '../../../server/chain/json.ts'
import { approveMerchant, proposeMerchant } from '../../../server/network/merchants.ts'
import { approve, draft } from '../../../server/settlements/settlements.ts'
import { addTill } from '../../support/money.ts'
import { day, type PostTown, postTown } from '../../support/postTown.ts'

/** One more than a call takes. */
const shops = 201

describe('A settlement of more shops than a call takes', function () {
  this.timeout(300_000)
  let town: PostTown

  before(async () => {
    town = await postTown()
  })
  after(() => town.close())

  const db = () => town.town.deps.db
  const advanceAll = async () => {
    while (await town.town.deps.chain.advance());
  }
  const openShops = async () => {
    const { deps } = town.town
    const iban = 'FI2112345600000785'
    for (let id = 1; id <= shops; id++) {
      await proposeMerchant(deps, town.officer, {
        ...{ id, name: `Shop ${id}`, businessId: '0737546-2', iban, purposes: ['food'], municipality: '091' },
        ...{ street: 'Street 1', postalCode: '00100', latitude: null, longitude: null },
      })
      await approveMerchant(deps, town.finance, id, iban)
    }
    await advanceAll()
  }

  it('is started in two calls, and pays each shop once', async () => {
    const { deps } = town.town
    const programme = await town.programme()
    await openShops()
    let youth = await town.youth()
    for (let id = 1; id <= shops; id++) {
      // A phone has addresses for the notes and the change of so many.
      if (id % 8 === 0) youth = await town.youth()
      await youth.grant(programme, 600n)
      const [note] = await youth.notes()
      await town.pay(youth, await addTill(town.town, id), 100n + BigInt(id), note === undefined ? [] : [note])
    }
    await town.post()
    town.advance(day)
    await town.post()
    const today = deps.now().toISOString().slice(0, 10)
    const { id, lines, totalCents } = await draft(deps, town.finance, { id: randomUUID(), executionDate: today })
    expect(lines).to.have.length(shops)
    await approve(deps, town.finance, id, totalCents)
    await approve(deps, town.officer, id, totalCents)
    const orders = await db()
      .selectFrom('outbox')
      .select(['subject', 'call'])
      .where('kind', '=', 'settle')
      .orderBy('id')
      .execute()
    const refs = orders.map(({ call }) =>
      (fromJson(call) as { args: [{ ref: string }[]] }).args[0].map(({ ref }) => ref),
    )
    expect(refs.map((some) => some.length)).to.deep.equal([200, 1])
    expect(new Set(refs.flat()).size).to.equal(shops)
    await advanceAll()
    const states = await db().selectFrom('settlement_lines').select('state').distinct().execute()
    expect(states).to.deep.equal([{ state: 'ready' }])
    expect(await db().selectFrom('settlements').select('state').execute()).to.deep.equal([{ state: 'ready' }])
    const started = await db()
      .selectFrom('chain_logs')
      .select('args')
      .where('event', '=', 'SettlementStarted')
      .execute()
    expect(started.reduce((sum, { args }) => sum + BigInt(String(args.cents)), 0n)).to.equal(totalCents)
    expect(await town.differences()).to.deep.equal([])
  })
})
