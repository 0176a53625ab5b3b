import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { sql } from 'kysely'
import type { Hex } from 'viem'
import { undoPayment } from '../../../server/acceptances/undo.ts'
import type { CallArgs } from '../../../server/chain/abis.ts'
import { enqueue } from '../../../server/chain/outbox.ts'
import { toHex } from '../../../server/db/bytes.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { orderGuarantees } from '../../../server/post/guarantee.ts'
import { groupsOf } from '../../../server/post/packed.ts'
import { siblingsIn, treesOf } from '../../../server/post/places.ts'
import { orderRedemptions, postingsOf } from '../../../server/post/redemptions.ts'
import { orderReclaims, orderReleases } from '../../../server/post/releases.ts'
import { signBatch } from '../../../server/post/signed.ts'
import { expireDue } from '../../../server/vouchers/vouchers.ts'
import {
  acceptancesOf,
  day,
  type PostTown,
  postTown,
  potsOnChain,
  settingIn,
  suspendNow,
} from '../../support/postTown.ts'

describe('A sheet', () => {
  let town: PostTown

  beforeEach(async function () {
    this.timeout(60_000)
    town = await postTown({ releaseStepCents: 100n })
  })
  afterEach(() => town.close())

  const db = () => town.town.deps.db
  const advance = () => town.town.deps.chain.advance()
  const paid = async (undoSeconds: number) => {
    const at = await settingIn(town, 2_000n, { undoSeconds })
    await town.post()
    const payment = await town.pay(at.youth, at.shop, 500n, (await at.youth.notes()).slice(0, 1))
    return { ...at, payment }
  }
  const placeOf = async (payment: Hex) => {
    const { rows } = await sql<{ note_id: Buffer; sheet_id: Buffer; leaf_index: number }>`
      select a.note_id, n.sheet_id, n.leaf_index from notes n join acceptances a on a.note_id = n.id
      where a.payment_id = decode(${payment.slice(2)}, 'hex')`.execute(db())
    const [place] = rows
    if (place === undefined) throw new Error('The payment has no place')
    return place
  }
  const byHand = async <F extends 'revoke' | 'redeem'>(functionName: F, args: CallArgs<'vouchers', F>) => {
    const subject = `by-hand:${toHex(randomBytes(4))}`
    const order = { subject, kind: 'by hand', lane: 'acceptor', target: 'vouchers', functionName, args } as const
    await inTransaction(db(), (tx) => enqueue(tx, order as Parameters<typeof enqueue<'vouchers', F>>[1]))
    await advance()
  }
  const revokeByHand = async (payment: Hex) => {
    const { sheet_id, leaf_index } = await placeOf(payment)
    await byHand('revoke', [[{ sheet: toHex(sheet_id), indexes: [BigInt(leaf_index)] }]])
  }
  /** Every voucher has ended, and two evenings have passed. */
  const longAfter = async () => {
    town.advance(40 * day)
    await town.post()
    await town.post()
  }
  const states = async () => {
    const rows = await db().selectFrom('sheets').select('state').distinct().execute()
    return rows.map(({ state }) => state)
  }
  const unfinished = async () => {
    const rows = await db().selectFrom('outbox').select(['kind', 'because']).where('state', '<>', 'final').execute()
    return rows
  }

  it('is closed though an undone place was posted before its revocation, which the books name', async () => {
    const { programme, shop, payment } = await paid(3600)
    const { note_id } = await placeOf(payment)
    // A batch that was signed, and that somebody sends after the undo.
    const accepted = await inTransaction(db(), (tx) => postingsOf(tx, [note_id]))
    const trees = await treesOf(
      db(),
      accepted.map(({ sheet }) => sheet),
    )
    const groups = groupsOf(accepted, siblingsIn(trees))
    const { deps } = town.town
    const signature = await signBatch(deps.chain, deps.keys.acceptor, groups)
    await undoPayment(deps, shop.who, payment)
    await byHand('redeem', [signature, groups])
    await town.post()
    expect((await acceptancesOf(town, payment))[0]).to.include({ state: 'undone', revoke_state: 'final' })
    await longAfter()
    expect(await states()).to.deep.equal(['closed'])
    expect(await unfinished()).to.deep.equal([])
    expect((await potsOnChain(town, programme)).lockedCents).to.equal(0n)
    const whats = (await town.differences()).map(({ what }) => what)
    expect(whats).to.include('a payment on chain that no acceptance explains')
  })

  it('is closed though a place that was posted had been revoked by somebody else', async () => {
    const { programme, payment } = await paid(0)
    await revokeByHand(payment)
    town.advance(day)
    await orderRedemptions(town.town.deps)
    await advance()
    expect((await acceptancesOf(town, payment))[0]).to.include({ state: 'posted', skipped: 'AlreadyUsed' })
    await longAfter()
    expect(await states()).to.deep.equal(['closed'])
    expect((await potsOnChain(town, programme)).lockedCents).to.equal(0n)
    expect(await town.differences()).to.deep.equal([])
  })

  it('is not closed while an acceptance waits for the guarantee', async () => {
    const { shop, payment } = await paid(0)
    await suspendNow(town, shop.merchantId)
    town.advance(day)
    await longAfter()
    expect((await acceptancesOf(town, payment))[0]).to.include({ state: 'posted', skipped: 'MerchantSuspended' })
    expect(await states()).to.deep.equal(['final'])
    await orderGuarantees(town.town.deps)
    await advance()
    await town.post()
    expect(await states()).to.deep.equal(['closed'])
    expect(await town.differences()).to.deep.equal([])
  })

  it('is closed though a release of it was refused', async () => {
    const { programme } = await paid(0)
    town.advance(day)
    await orderRedemptions(town.town.deps)
    await advance()
    const { deps } = town.town
    expect(await orderReleases(deps)).to.equal(1)
    await sql`
      update outbox set call = jsonb_set(call, '{args,0,0,cents}', '{"$n": "9999999"}')
      where kind = 'release' and state = 'queued'`.execute(db())
    await advance()
    expect((await unfinished()).map(({ because }) => because?.replace(/\(.*/, ''))).to.deep.equal(['ReleasedAboveLeft'])
    await longAfter()
    expect(await states()).to.deep.equal(['closed'])
    expect(await unfinished()).to.deep.equal([])
    expect((await potsOnChain(town, programme)).lockedCents).to.equal(0n)
    expect(await town.differences()).to.deep.equal([])
  })

  it('gives its programme back what ended on it though a reclaim was refused before', async () => {
    const { programme } = await settingIn(town, 2_000n, {})
    await town.post()
    town.advance(40 * day)
    const { deps } = town.town
    while ((await inTransaction(deps.db, (tx) => expireDue(tx, deps))) > 0);
    await orderReleases(deps)
    await advance()
    expect(await orderReclaims(deps)).to.equal(1)
    await sql`
      update outbox set call = jsonb_set(call, '{args,0,0,cents}', '{"$n": "9999999"}')
      where kind = 'reclaim' and state = 'queued'`.execute(db())
    await advance()
    expect(await unfinished()).to.have.length(1)
    await town.post()
    expect(await unfinished()).to.deep.equal([])
    expect((await potsOnChain(town, programme)).availableCents).to.equal(500_000n)
    expect(await town.differences()).to.deep.equal([])
  })
})
