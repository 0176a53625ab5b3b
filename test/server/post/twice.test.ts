import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { sql } from 'kysely'
import { refundPayment } from '../../../server/acceptances/refunds.ts'
import { abis } from '../../../server/chain/abis.ts'
import { fromHex, toHex } from '../../../server/db/bytes.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { orderRedemptions } from '../../../server/post/redemptions.ts'
import { orderRefunds } from '../../../server/post/refunds.ts'
import { orderReclaims, orderReleases } from '../../../server/post/releases.ts'
import { expireDue } from '../../../server/vouchers/vouchers.ts'
import { day, type PostTown, postTown, potsOnChain, settingIn } from '../../support/postTown.ts'

describe('What the contract has no name for', () => {
  let town: PostTown

  before(async function () {
    this.timeout(60_000)
    town = await postTown({ releaseStepCents: 100n })
  })
  after(() => town.close())
  afterEach(async () => {
    expect(await town.differences()).to.deep.equal([])
  })

  /** A shop was paid a part of three notes, finally: their rests are locked for nobody. */
  const restsOnASheet = async () => {
    const at = await settingIn(town, 30_000n, { undoSeconds: 0 })
    await town.post()
    for (const note of (await at.youth.notes()).slice(0, 3)) await town.pay(at.youth, at.shop, 111n, [note])
    town.advance(day)
    await orderRedemptions(town.town.deps)
    await town.town.deps.chain.advance()
    return at
  }
  /** The chain’s events stay unread while this runs. */
  const unread = async <T>(work: () => Promise<T>): Promise<T> => {
    const client = town.town.deps.chain.client as { getLogs: unknown }
    const original = client.getLogs
    client.getLogs = async () => {
      throw new Error('limit exceeded')
    }
    try {
      return await work()
    } finally {
      client.getLogs = original
    }
  }

  it('is not released again while its event is unread', async () => {
    await restsOnASheet()
    const { deps } = town.town
    await unread(async () => {
      expect(await orderReleases(deps)).to.equal(1)
      await deps.chain.advance()
      expect(await orderReleases(deps)).to.equal(0)
    })
    await town.post()
  })

  it('is released once where servers order at the same moment', async () => {
    await restsOnASheet()
    const { deps } = town.town
    const ordered = await Promise.all([orderReleases(deps), orderReleases(deps), orderReleases(deps)])
    expect(ordered.sort()).to.deep.equal([0, 0, 1])
    await deps.chain.advance()
  })

  it('is reclaimed once, read or unread, by one server or two', async () => {
    const { programme } = await settingIn(town, 20_000n, {})
    await town.post()
    town.advance(40 * day)
    const { deps } = town.town
    while ((await inTransaction(deps.db, (tx) => expireDue(tx, deps))) > 0);
    await orderReleases(deps)
    await deps.chain.advance()
    await unread(async () => {
      const ordered = await Promise.all([orderReclaims(deps), orderReclaims(deps)])
      expect(Math.min(...ordered)).to.equal(0)
      expect(Math.max(...ordered)).to.be.above(0)
      await deps.chain.advance()
      expect(await orderReclaims(deps)).to.equal(0)
    })
    await town.post()
    expect((await potsOnChain(town, programme)).availableCents).to.equal(500_000n)
  })

  it('is a refund that was refused: ordered anew by what is true, and its shop’s claims do not wait for ever', async () => {
    const { youth, shop } = await settingIn(town, 5_000n, {})
    await town.post()
    const payment = await town.pay(youth, shop, 500n, (await youth.notes()).slice(0, 1))
    town.advance(day)
    await town.post()
    await refundPayment(town.town.deps, shop.who, payment, { id: toHex(randomBytes(16)), cents: 200n })
    const { deps } = town.town
    expect(await orderRefunds(deps)).to.equal(1)
    await sql`
      update outbox set call = jsonb_set(call, '{args,0,0,refundedBeforeCents}', '{"$n": "7"}')
      where kind = 'refund' and state = 'queued'`.execute(deps.db)
    await deps.chain.advance()
    const waiting = () =>
      deps.db
        .selectFrom('outbox')
        .select('because')
        .where('kind', '=', 'refund')
        .where('state', '<>', 'final')
        .execute()
    expect((await waiting()).map(({ because }) => because?.replace(/\(.*/, ''))).to.deep.equal(['RefundedBefore'])
    expect(await orderRefunds(deps)).to.equal(1)
    await deps.chain.advance()
    expect(await waiting()).to.deep.equal([])
    const left = await deps.db.selectFrom('refunds').select('state').where('state', '<>', 'final').execute()
    expect(left).to.deep.equal([])
  })

  it('is a refund that this database has forgotten to have ordered: the chain’s event says that it is made', async () => {
    const { youth, shop } = await settingIn(town, 5_000n, {})
    await town.post()
    const payment = await town.pay(youth, shop, 500n, (await youth.notes()).slice(0, 1))
    town.advance(day)
    await town.post()
    await refundPayment(town.town.deps, shop.who, payment, { id: toHex(randomBytes(16)), cents: 200n })
    const { deps } = town.town
    const owed = () =>
      deps.chain.client.readContract({
        ...{ address: deps.chain.vouchers, abi: abis.vouchers, functionName: 'owedCents', args: [shop.merchantId] },
      } as never)
    await unread(async () => {
      expect(await orderRefunds(deps)).to.equal(1)
      await deps.chain.advance()
      expect(await owed()).to.equal(300n)
      // As a copy of the database from before the order has it.
      await sql`delete from outbox where kind = 'refund'`.execute(deps.db)
      await sql`
        update refunds set refunded_before_cents = null, next_after = null where state = 'queued'`.execute(deps.db)
      expect(await orderRefunds(deps)).to.equal(1)
      await deps.chain.advance()
    })
    await deps.chain.advance()
    const rows = deps.db.selectFrom('refunds').select(['state', 'cents']).where('payment_id', '=', fromHex(payment))
    expect(await rows.execute()).to.deep.equal([{ state: 'final', cents: 200n }])
    await town.post()
    expect(await deps.db.selectFrom('outbox').select('id').where('kind', '=', 'refund').execute()).to.deep.equal([])
    expect(await owed()).to.equal(300n)
  })
})
