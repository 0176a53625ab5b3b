import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { sql } from 'kysely'
import { reportAhead } from '../../../server/acceptances/ahead.ts'
import { fromHex, toHex } from '../../../server/db/bytes.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { postAppliers } from '../../../server/post/post.applied.ts'
import { orderRedemptions } from '../../../server/post/redemptions.ts'
import { examineSkipped, skipReasons } from '../../../server/post/skips.ts'
import { acceptancesOf, day, type PostTown, postTown, settingIn, suspendNow } from '../../support/postTown.ts'

describe('A batch that somebody sends again', () => {
  let town: PostTown

  before(async function () {
    this.timeout(60_000)
    town = await postTown()
  })
  after(() => town.close())
  afterEach(async () => {
    expect(await town.differences()).to.deep.equal([])
  })

  const db = () => town.town.deps.db
  const advance = () => town.town.deps.chain.advance()
  const eventsOf = async (event: string) => {
    return (await db().selectFrom('chain_logs').select('args').where('event', '=', event).execute()).length
  }
  const paid = async () => {
    const at = await settingIn(town, 2_000n, {})
    await town.post()
    const payment = await town.pay(at.youth, at.shop, 500n, (await at.youth.notes()).slice(0, 1))
    town.advance(day)
    return { ...at, payment }
  }
  /** Whoever has seen the call may carry it: here the registrar's key does. */
  const sendAgain = async () => {
    await sql`
      insert into outbox (subject, kind, lane, target, call, state)
      select ${`again:${toHex(randomBytes(4))}`}, 'again', 'registrar', target, call, 'queued'
      from outbox where kind = 'redeem' order by id desc limit 1`.execute(db())
    await advance()
    const [sent] = await db()
      .selectFrom('outbox')
      .select('state')
      .where('kind', '=', 'again')
      .orderBy('id', 'desc')
      .execute()
    expect(sent?.state).to.equal('final')
  }

  it('does nothing, here as on chain', async () => {
    const { payment } = await paid()
    await town.post()
    const [redeemed, skipped] = [await eventsOf('Redeemed'), await eventsOf('Skipped')]
    const before = await acceptancesOf(town, payment)
    expect(before[0]).to.include({ state: 'final', skipped: null })
    await sendAgain()
    expect([await eventsOf('Redeemed'), await eventsOf('Skipped')]).to.deep.equal([redeemed, skipped + 1])
    expect(await acceptancesOf(town, payment)).to.deep.equal(before)
  })

  it('is passed over again where it was passed over before, and changes nothing', async () => {
    const { shop, payment } = await paid()
    await suspendNow(town, shop.merchantId)
    town.advance(1000)
    await orderRedemptions(town.town.deps)
    await advance()
    expect((await acceptancesOf(town, payment))[0]).to.include({ state: 'posted', skipped: 'MerchantSuspended' })
    await sendAgain()
    expect((await acceptancesOf(town, payment))[0]).to.include({ state: 'posted', skipped: 'MerchantSuspended' })
  })

  it('takes no cent that was given back: what once stood in a batch is refunded, not undone', async () => {
    const { shop, payment } = await paid()
    const { deps } = town.town
    await sql`update payments set ahead = 'waiting' where id = ${fromHex(payment)}`.execute(db())
    await orderRedemptions(deps)
    // Ordered, signed and seen, and passed over for a reason that time heals: it is to be posted again later.
    await sql`update outbox set kind = 'kept back', lane = 'admin', state = 'final', block_number = 0
      where kind = 'redeem' and state = 'queued'`.execute(db())
    const { rows } = await sql<{ sheet_id: Buffer; leaf_index: number }>`
      select n.sheet_id, n.leaf_index from notes n join acceptances a on a.note_id = n.id
      where a.payment_id = ${fromHex(payment)}`.execute(db())
    const sheet = toHex(rows[0]?.sheet_id ?? Buffer.of())
    const told = { sheet, index: BigInt(rows[0]?.leaf_index ?? -1), reason: skipReasons.indexOf('ProgrammeExhausted') }
    const log = { transactionHash: toHex(randomBytes(32)), logIndex: 0, blockNumber: 1n }
    await inTransaction(db(), async (tx) => await postAppliers.Skipped?.(tx, told, log))
    await examineSkipped(deps)
    expect((await acceptancesOf(town, payment))[0]).to.include({ state: 'accepted' })

    const { unused } = await reportAhead(deps, shop.who, { used: [], unused: [payment] })
    expect(unused).to.deep.equal([payment])
    const { rows: payments } = await sql<{ state: string; refunded_cents: bigint }>`
      select state, refunded_cents from payments where id = ${fromHex(payment)}`.execute(db())
    expect(payments).to.deep.equal([{ state: 'accepted', refunded_cents: 500n }])
    await sql`update outbox set kind = 'redeem' where kind = 'kept back'`.execute(db())
    await sendAgain()
    expect((await acceptancesOf(town, payment))[0]).to.include({ state: 'final' })
    town.advance(day)
    await town.post()
    const refunds = db().selectFrom('refunds').select('state').where('payment_id', '=', fromHex(payment))
    expect(await refunds.execute()).to.deep.equal([{ state: 'final' }])
  })
})
