import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { type Hex, toHex } from 'viem'
import { pay } from '../../../server/acceptances/acceptances.ts'
import { refundPayment } from '../../../server/acceptances/refunds.ts'
import { undoPayment } from '../../../server/acceptances/undo.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { expireDue, extendVoucher, replaceNotes, revokeVoucher } from '../../../server/vouchers/vouchers.ts'
import { faultsInBooks } from '../../support/books.ts'
import { addProgramme, addShop, day, openTown, type Shop, type Town } from '../../support/money.ts'
import { refusalOf } from '../../support/refusals.ts'
import { addYouth, type Youth } from '../../support/youth.ts'

const which = fc.nat(1000)
const part = fc.integer({ min: 1, max: 1000 })
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('grant' as const),
      which,
      cents: fc.bigInt(1n, 6000n),
      days: fc.integer({ min: 1, max: 40 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ does: fc.constant('pay' as const), which, count: fc.integer({ min: 1, max: 3 }), part }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('undo' as const), which }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('refund' as const), which, part }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('replace' as const), stock: fc.integer({ min: 0, max: 25 }) }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 200 }) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('expire' as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('revoke' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('extend' as const), which, days: fc.integer({ min: 1, max: 60 }) }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** What the outside world knows: what was granted, and what shops may keep. */
interface World {
  youth: Youth
  programmes: number[]
  vouchers: string[]
  payments: { id: Hex; priceCents: bigint; keptCents: bigint }[]
  grantedCents: bigint
}

describe('Any history', function () {
  this.timeout(240_000)
  let town: Town
  let shop: Shop
  before(async () => {
    town = await openTown()
    shop = await addShop(town)
  })
  after(() => town.close())

  it('of grants, payments, undos, refunds, lost phones, time and endings keeps every cent (invariant 1)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (history) => {
        const world: World = {
          youth: await addYouth(town, 12),
          programmes: [await addProgramme(town), await addProgramme(town, { kind: 'service', undo_seconds: 3600 })],
          vouchers: [],
          payments: [],
          grantedCents: 0n,
        }
        for (const one of history) {
          await live(world, one)
          await agree(world)
        }
        expect(await faultsInBooks(town.deps)).to.deep.equal([])
      }),
      { numRuns: Number(process.env.HISTORIES ?? 25) },
    )
  })

  async function agree({ programmes, grantedCents, payments }: World): Promise<void> {
    const rows = await town.deps.db.selectFrom('programmes').selectAll().where('id', 'in', programmes).execute()
    const sum = (of: (row: (typeof rows)[number]) => bigint) => rows.reduce((total, row) => total + of(row), 0n)
    expect(sum((row) => row.granted_cents)).to.equal(grantedCents)
    expect(sum((row) => row.spent_cents)).to.equal(payments.reduce((total, { keptCents }) => total + keptCents, 0n))
  }

  async function live(world: World, one: Step): Promise<void> {
    const { deps } = town
    const later = (days: number) => new Date(town.clock.now.getTime() + days * day)
    const pick = <T>(from: readonly T[], place: number): T | undefined => from[place % Math.max(1, from.length)]
    const run = (work: Parameters<typeof inTransaction<unknown>>[1]) => inTransaction(deps.db, work)

    if (one.does === 'grant') {
      const programme = pick(world.programmes, one.which)!
      const cents = programme === world.programmes[1] && one.cents > 5000n ? 5000n : one.cents
      world.vouchers.push(await world.youth.grant(programme, cents, one.days))
      world.grantedCents += cents
    }
    if (one.does === 'pay') {
      const notes = (await world.youth.notes()).filter((note) => note.holder !== null)
      const first = notes.length === 0 ? 0 : one.which % notes.length
      const chosen = [...notes.slice(first), ...notes.slice(0, first)].slice(0, one.count)
      const most = chosen.reduce((total, note) => total + note.cents, 0n)
      if (most === 0n) return
      const priceCents = (most * BigInt(one.part)) / 1000n || 1n
      const charge = await shop.charge(priceCents)
      const offer = await world.youth.sign(shop.merchantId, charge.nonce, chosen)
      let paid: Hex | null = null
      const word = await refusalOf(
        pay(deps, world.youth.who, { charge, offer }).then(({ receipt }) => {
          paid = receipt.payment
        }),
      )
      expect(word).to.be.oneOf([null, 'ended'])
      if (paid !== null) world.payments.push({ id: paid, priceCents, keptCents: priceCents })
    }
    if (one.does === 'undo') {
      const payment = pick(world.payments, one.which)
      if (payment === undefined) return
      const word = await refusalOf(undoPayment(deps, shop.who, payment.id))
      expect(word).to.be.oneOf([null, 'undo_window_closed'])
      if (word === null) payment.keptCents = 0n
    }
    if (one.does === 'refund') {
      const payment = pick(world.payments, one.which)
      if (payment === undefined) return
      const cents = (payment.priceCents * BigInt(one.part)) / 1000n || 1n
      const asked = { id: toHex(randomBytes(16)), cents }
      const word = await refusalOf(refundPayment(deps, shop.who, payment.id, asked))
      expect(word).to.be.oneOf([null, 'wrong_state', 'refund_exceeds_payment'])
      if (word === null) payment.keptCents -= cents
    }
    if (one.does === 'replace') {
      world.youth = await addYouth(town, one.stock, world.youth.mailboxId)
      await run((tx) => replaceNotes(tx, deps, world.youth.mailboxId))
    }
    if (one.does === 'wait') town.clock.advance(one.hours * 3_600_000)
    if (one.does === 'expire') await run((tx) => expireDue(tx, deps))
    const voucherId = 'which' in one ? pick(world.vouchers, one.which) : undefined
    if (voucherId === undefined) return
    if (one.does === 'revoke') await run((tx) => revokeVoucher(tx, deps, voucherId))
    if (one.does === 'extend') {
      const word = await refusalOf(run((tx) => extendVoucher(tx, deps, { voucherId, validUntil: later(one.days) })))
      expect(word).to.be.oneOf([null, 'wrong_state'])
    }
  }
})
