import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { sql } from 'kysely'
import type { Hex } from 'viem'
import { refundPayment } from '../../../server/acceptances/refunds.ts'
import { undoPayment } from '../../../server/acceptances/undo.ts'
import { fromJson } from '../../../server/chain/json.ts'
import { enqueue } from '../../../server/chain/outbox.ts'
import { fromHex, toHex } from '../../../server/db/bytes.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { enqueueActs, mostRefunds } from '../../../server/post/lists.ts'
import { runEveningPost } from '../../../server/post/post.ts'
import { orderRefunds } from '../../../server/post/refunds.ts'
import { acceptancesOf, day, type PostTown, postTown, settingIn } from '../../support/postTown.ts'

describe('What an evening does in one call', () => {
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
  const setting = () => settingIn(town, 2_000n, {})
  const ordersOf = async (kind: string) => {
    const orders = await db().selectFrom('outbox').select(['id', 'call', 'state']).where('kind', '=', kind).execute()
    return orders.map(({ id, call, state }) => ({ id, state, acts: (fromJson(call) as { args: [unknown[]] }).args[0] }))
  }
  /** The lists that this does, and how many acts each has. */
  const listsOf = async (kind: string, act: () => Promise<unknown>) => {
    const before = new Set((await ordersOf(kind)).map(({ id }) => id))
    await act()
    return (await ordersOf(kind)).filter(({ id }) => !before.has(id))
  }
  const refundIdsOf = async (payment: Hex) => {
    const rows = await db().selectFrom('refunds').select('id').where('payment_id', '=', fromHex(payment)).execute()
    return rows.map((row) => toHex(row.id)).sort()
  }
  const paidAndFinal = async (cents: bigint) => {
    const at = await setting()
    await town.post()
    const payment = await town.pay(at.youth, at.shop, cents, (await at.youth.notes()).slice(0, 1))
    town.advance(day)
    await town.post()
    return { ...at, payment }
  }
  const refund = (at: { shop: { who: Parameters<typeof refundPayment>[1] }; payment: Hex }, cents: bigint) =>
    refundPayment(town.town.deps, at.shop.who, at.payment, { id: toHex(randomBytes(16)), cents })

  it('is each refund of the evening, of whatever shop, in an order that tells nothing', async () => {
    const first = await paidAndFinal(500n)
    const second = await paidAndFinal(300n)
    await refund(first, 500n)
    await refund(second, 100n)
    const lists = await listsOf('refund', () => town.post())
    const ids = [...(await refundIdsOf(first.payment)), ...(await refundIdsOf(second.payment))].sort()
    expect(lists.map(({ state }) => state)).to.deep.equal(['final'])
    expect(lists[0]?.acts.map((act) => (act as { refundId: Hex }).refundId)).to.deep.equal(ids)
  })

  it('is one refund of a note: the next names it as made, an evening later', async () => {
    const at = await paidAndFinal(500n)
    await refund(at, 200n)
    await refund(at, 300n)
    const named = async () => {
      const lists = await listsOf('refund', () => town.post())
      return lists.flatMap(({ acts }) => acts as { cents: bigint; refundedBeforeCents: bigint }[])
    }
    expect((await named()).map(({ refundedBeforeCents }) => refundedBeforeCents)).to.deep.equal([0n])
    expect(await named()).to.deep.equal([])
    town.advance(3 * day)
    const [later] = await named()
    expect([200n, 300n]).to.include(later?.refundedBeforeCents)
    expect((later?.cents ?? 0n) + (later?.refundedBeforeCents ?? 0n)).to.equal(500n)
    town.advance(3 * day)
    expect(await named()).to.deep.equal([])
    const { rows } = await sql<{ state: string }>`
      select distinct state from refunds where payment_id = ${fromHex(at.payment)}`.execute(db())
    expect(rows).to.deep.equal([{ state: 'final' }])
  })

  it('is of each payment one refund, whatever it was paid with; its next leaves on another evening', async () => {
    const at = await setting()
    await town.post()
    const notes = (await at.youth.notes()).slice(0, 3)
    const cents = notes.reduce((sum, note) => sum + note.cents, 0n)
    const payment = await town.pay(at.youth, at.shop, cents, notes)
    for (const _ of notes) {
      town.advance(10 * day)
      await town.post()
    }
    await refund({ ...at, payment }, cents - 1n)
    await refund({ ...at, payment }, 1n)
    const leaves = async () => (await listsOf('refund', () => town.post())).flatMap(({ acts }) => acts).length
    expect([await leaves(), await leaves()]).to.deep.equal([1, 0])
    const rows = db().selectFrom('refunds').select(['state', 'next_after']).where('payment_id', '=', fromHex(payment))
    const left = (await rows.execute()).flatMap(({ next_after }) => next_after ?? [])
    expect(left).to.have.length(1)
    // One, two or three evenings later, and the half one in which it is asked.
    const evenings = ((left[0]?.getTime() ?? 0) - town.town.deps.now().getTime()) / day
    expect(
      [0.5, 1.5, 2.5].some((apart) => Math.abs(evenings - apart) < 0.1),
      `${evenings} evenings`,
    ).to.equal(true)
    const others: number[] = []
    for (let evening = 0; evening < 9; evening++) {
      town.advance(day)
      others.push(await leaves())
    }
    expect(Math.max(...others)).to.equal(1)
    expect(others.reduce((sum, count) => sum + count, 0)).to.equal((await rows.execute()).length - 1)
    expect(new Set((await rows.execute()).map(({ state }) => state))).to.deep.equal(new Set(['final']))
  })

  it('is one refund of a payment where servers order at the same moment', async () => {
    const at = await setting()
    await town.post()
    const notes = (await at.youth.notes()).slice(0, 2)
    const cents = notes.reduce((sum, note) => sum + note.cents, 0n)
    const payment = await town.pay(at.youth, at.shop, cents, notes)
    for (const _ of notes) {
      town.advance(10 * day)
      await town.post()
    }
    await refund({ ...at, payment }, cents)
    const { deps } = town.town
    // Which of them a server picks is chance: several find both.
    const ordered = await Promise.all(Array.from({ length: 6 }, () => orderRefunds(deps)))
    expect(ordered.reduce((sum, count) => sum + count, 0)).to.equal(1)
    await deps.chain.advance()
  })

  it('is every place to revoke, on whatever sheets', async () => {
    const undone = await twoPaid()
    for (const { shop, payment } of undone) await undoPayment(town.town.deps, shop.who, payment)
    const lists = await listsOf('revoke', () => town.post())
    expect(lists.map(({ acts, state }) => [acts.length, state])).to.deep.equal([[2, 'final']])
    for (const { payment } of undone) {
      expect((await acceptancesOf(town, payment)).map((one) => one.revoke_state)).to.deep.equal(['final'])
    }
  })

  it('passes over a place that is used already, and revokes the others the same evening', async () => {
    const [good, used] = await twoPaid()
    await revokeByHand(used.payment)
    for (const { shop, payment } of [good, used]) await undoPayment(town.town.deps, shop.who, payment)
    const lists = await listsOf('revoke', () => town.post())
    expect(lists.map(({ acts, state }) => [acts.length, state])).to.deep.equal([[1, 'final']])
    for (const { payment } of [good, used]) {
      expect((await acceptancesOf(town, payment)).map((one) => one.revoke_state)).to.deep.equal(['final'])
    }
    expect(await listsOf('revoke', () => town.post())).to.deep.equal([])
  })

  it('goes on act by act when one is wrong, the same evening, so that the wrong one stops nobody', async () => {
    const good = await paidAndFinal(500n)
    const wrong = await paidAndFinal(300n)
    await refund(good, 500n)
    await refund(wrong, 100n)
    const wrongIds = await refundIdsOf(wrong.payment)
    const { deps } = town.town
    const advance = async () => {
      // Between its order and its look at the contract: an act that the contract refuses.
      await sql`
        update outbox o set call = jsonb_set(o.call, array['args', '0', (place - 1)::text, 'refundedBeforeCents'], '{"$n": "7"}')
        from outbox p, jsonb_array_elements(p.call->'args'->0) with ordinality as act (act, place)
        where p.id = o.id and o.kind = 'refund' and o.state = 'queued' and o.because is null
          and act->>'refundId' = ${wrongIds[0]}`.execute(db())
      return await deps.chain.advance()
    }
    const evening = () => runEveningPost({ ...deps, chain: { ...deps.chain, advance } }, { sheets: 'now' })
    const lists = await listsOf('refund', evening)
    expect(lists.map(({ acts }) => acts.length)).to.deep.equal([1, 1])
    expect(lists.map(({ state }) => state).sort()).to.deep.equal(['final', 'queued'])
    const left = lists.find(({ state }) => state === 'queued')
    expect(left?.acts.map((act) => (act as { refundId: Hex }).refundId)).to.deep.equal(wrongIds)
    // What is refused alone is ordered anew by what is true the next evening.
    const anew = await listsOf('refund', () => town.post())
    expect(anew.map(({ acts, state }) => [acts.length, state])).to.deep.equal([[1, 'final']])
    expect((await ordersOf('refund')).filter(({ state }) => state !== 'final')).to.deep.equal([])
  })

  it('is never longer than a block has room for', async () => {
    const act = {
      refundId: toHex(randomBytes(16)),
      place: { sheet: toHex(randomBytes(32)), index: 0, holder: toHex(randomBytes(20)), capCents: 1n, siblings: [] },
      receipt: { noteId: toHex(randomBytes(16)), merchant: 1, amountCents: 1n, commitment: toHex(randomBytes(16)) },
    }
    const whole = {
      ...act,
      receipt: { ...act.receipt, details: toHex(randomBytes(32)) },
      acceptor: { r: toHex(randomBytes(32)), vs: toHex(randomBytes(32)) },
      cents: 1n,
      refundedBeforeCents: 0n,
    }
    const rolledBack = new Error('rolled back')
    const counts: number[] = []
    const attempt = inTransaction(db(), async (tx) => {
      await enqueueActs(tx, 'refund', Array(mostRefunds + 1).fill(whole))
      const { rows } = await sql<{ acts: number }>`
        select jsonb_array_length(call->'args'->0)::int as acts from outbox
        where kind = 'refund' and call->'args'->0->0->>'refundId' = ${act.refundId} order by id`.execute(tx)
      counts.push(...rows.map((row) => row.acts))
      throw rolledBack
    })
    expect(await attempt.catch((error: unknown) => error)).to.equal(rolledBack)
    expect(counts).to.deep.equal([mostRefunds, 1])
  })

  /** Two payments on sheets of two programmes, that can be undone still. */
  async function twoPaid() {
    const settings = [await setting(), await setting()] as const
    await town.post()
    const pay = async (at: (typeof settings)[number]) => {
      const notes = (await at.youth.notes()).slice(0, 1)
      return { ...at, payment: await town.pay(at.youth, at.shop, 400n, notes) }
    }
    return [await pay(settings[0]), await pay(settings[1])] as const
  }

  /** Somebody with the acceptor's key was faster. */
  async function revokeByHand(payment: Hex): Promise<void> {
    const { rows } = await sql<{ sheet_id: Buffer; leaf_index: number }>`
      select n.sheet_id, n.leaf_index from notes n join acceptances a on a.note_id = n.id
      where a.payment_id = ${fromHex(payment)}`.execute(db())
    const [place] = rows
    if (place === undefined) throw new Error('The payment has no place')
    await inTransaction(db(), (tx) =>
      enqueue(tx, {
        subject: `by-hand:${toHex(randomBytes(4))}`,
        kind: 'by hand',
        lane: 'acceptor',
        target: 'vouchers',
        functionName: 'revoke',
        args: [[{ sheet: toHex(place.sheet_id), indexes: [BigInt(place.leaf_index)] }]],
      }),
    )
    await town.town.deps.chain.advance()
  }
})
