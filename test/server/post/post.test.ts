import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { refundPayment } from '../../../server/acceptances/refunds.ts'
import { undoPayment } from '../../../server/acceptances/undo.ts'
import { abis } from '../../../server/chain/abis.ts'
import { fromHex, toHex } from '../../../server/db/bytes.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { openLeafFile } from '../../../server/post/leafFile.ts'
import { runEveningPost } from '../../../server/post/post.ts'
import { growTree } from '../../../server/post/tree.ts'
import { expireDue, revokeVoucher } from '../../../server/vouchers/vouchers.ts'
import {
  acceptancesOf,
  day,
  type NewProgramme,
  type PostTown,
  postTown,
  potsOnChain,
  programmeRowOf,
  settingIn,
} from '../../support/postTown.ts'

describe('The evening post', () => {
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
  const potsOf = (programme: number) => potsOnChain(town, programme)
  const statesOf = async (payment: `0x${string}`) => (await acceptancesOf(town, payment)).map((one) => one.state)
  const programmeRow = (id: number) => programmeRowOf(town, id)
  const events = async (event: string) =>
    await db().selectFrom('chain_logs').selectAll().where('event', '=', event).execute()
  const setting = (granted: bigint, more: Partial<NewProgramme> = {}) => settingIn(town, granted, more)

  it('cuts no sheet for a few notes until they have waited long enough', async () => {
    const { programme } = await setting(2_000n)
    const sheets = async () =>
      (await db().selectFrom('sheets').select('id').where('programme_id', '=', programme).execute()).length
    await town.post('by_rule')
    expect(await sheets()).to.equal(0)
    town.advance(8 * day)
    await town.post('by_rule')
    expect(await sheets()).to.equal(1)
  })

  it('puts a note on a sheet of at least 64 places, whose leaf file opens to the same root', async () => {
    const { programme } = await setting(5_000n)
    await town.post()
    const sheet = await db()
      .selectFrom('sheets')
      .selectAll()
      .where('programme_id', '=', programme)
      .executeTakeFirstOrThrow()
    expect(sheet).to.deep.include({ state: 'final', depth: 6, committed_cents: 10_000n, granted_cents: 5_000n })
    const file = openLeafFile(town.town.deps.keys.secrets.leafFiles, toHex(sheet.id), sheet.leaf_file)
    expect(growTree(sheet.depth, file.leaves, file.seed).root).to.equal(toHex(sheet.id))
    expect((await potsOf(programme)).lockedCents).to.equal(10_000n)
  })

  it('lets an accepted note enter at its accepted amount, with its change beside it', async () => {
    const { programme, shop, youth } = await setting(2_000n)
    const payment = await town.pay(youth, shop, 400n, (await youth.notes()).slice(0, 1))
    expect((await programmeRow(programme)).uncovered_cents).to.equal(400n)
    await town.post()
    const notes = await db()
      .selectFrom('notes')
      .innerJoin('vouchers', 'vouchers.id', 'notes.voucher_id')
      .select(['notes.state', 'notes.locked_cents'])
      .where('vouchers.programme_id', '=', programme)
      .where('notes.sheet_id', 'is not', null)
      .execute()
    expect(notes.filter((note) => note.state === 'accepted').map((note) => note.locked_cents)).to.deep.equal([400n])
    expect(notes.reduce((sum, note) => sum + (note.locked_cents ?? 0n), 0n)).to.equal(2_000n)
    expect((await programmeRow(programme)).uncovered_cents).to.equal(0n)
    await town.post()
    expect(await statesOf(payment)).to.deep.equal(['final'])
  })

  it('posts nothing before its undo window is over', async () => {
    const { shop, youth } = await setting(2_000n, { undoSeconds: 3600 })
    await town.post()
    const payment = await town.pay(youth, shop, 500n, (await youth.notes()).slice(0, 1))
    await town.post()
    expect(await statesOf(payment)).to.deep.equal(['accepted'])
    town.advance(3_601_000)
    await town.post()
    expect(await statesOf(payment)).to.deep.equal(['final'])
  })

  it('posts the notes of one payment on evenings of their own', async () => {
    const { shop, youth } = await setting(5_000n)
    await town.post()
    const notes = (await youth.notes()).slice(0, 3)
    const payment = await town.pay(
      youth,
      shop,
      notes.reduce((sum, note) => sum + note.cents, 0n),
      notes,
    )
    for (const evening of [1, 2, 3]) {
      town.advance(10 * day)
      await town.post()
      expect((await statesOf(payment)).filter((state) => state === 'final')).to.have.length(evening)
    }
  })

  it('makes sure that an undone acceptance can never be posted, and gives its lock back', async () => {
    const { programme, shop, youth } = await setting(2_000n, { undoSeconds: 3600 })
    await town.post()
    const payment = await town.pay(youth, shop, 500n, (await youth.notes()).slice(0, 1))
    await undoPayment(town.town.deps, shop.who, payment)
    await town.post()
    const [undone] = await acceptancesOf(town, payment)
    expect(undone).to.include({ state: 'undone', revoke_state: 'final' })
    expect((await events('Revoked')).length).to.equal(1)
    town.advance(40 * day)
    await town.post()
    expect((await potsOf(programme)).lockedCents).to.equal(0n)
  })

  it('releases rests in coarse steps, never exactly, and closes a sheet of which nothing is unfinished', async () => {
    const { programme, shop, youth } = await setting(30_000n)
    await town.post()
    const before = (await events('Released')).length
    for (const note of (await youth.notes()).slice(0, 8)) await town.pay(youth, shop, 111n, [note])
    await town.post()
    await town.post()
    const released = (await events('Released')).slice(before)
    expect(released.length).to.be.greaterThan(0)
    for (const { args } of released) expect(BigInt(String(args.cents)) % 5_000n).to.equal(0n)

    town.advance(60 * day)
    await town.post()
    await town.post()
    const states = await db().selectFrom('sheets').select('state').where('programme_id', '=', programme).execute()
    expect(new Set(states.map((row) => row.state))).to.deep.equal(new Set(['closed']))
    expect((await potsOf(programme)).lockedCents).to.equal(0n)
  })

  it('takes back into the budget what expired on a sheet, and counts what expired before it had one', async () => {
    const { programme, youth } = await setting(20_000n)
    await town.post()
    await youth.grant(programme, 7_000n, 1)
    town.advance(40 * day)
    await town.post()
    await town.post()
    const row = await programmeRow(programme)
    expect(row).to.include({ granted_cents: 27_000n, expired_cents: 27_000n, reclaimed_cents: 27_000n })
    expect((await potsOf(programme)).availableCents).to.equal(500_000n)
  })

  it('takes back what a worker revoked', async () => {
    const { programme, youth } = await setting(10_000n)
    const voucher = await youth.grant(programme, 10_000n)
    await town.post()
    await inTransaction(db(), (tx) => revokeVoucher(tx, town.town.deps, voucher))
    await town.post()
    expect((await programmeRow(programme)).reclaimed_cents).to.equal(10_000n)
  })

  it('ends the rest of a service at once, on chain in its own time', async () => {
    const { programme, shop, youth } = await setting(1_200n, { kind: 'service' })
    await town.post()
    await town.pay(youth, shop, 890n, await youth.notes())
    await town.post()
    await town.post()
    expect(await programmeRow(programme)).to.include({ spent_cents: 890n, expired_cents: 310n, left_cents: 0n })
    expect((await potsOf(programme)).lockedCents).to.equal(0n)
  })

  it('sends a refund when its redemption is final, and lowers the claim', async () => {
    const { shop, youth } = await setting(2_000n)
    await town.post()
    const payment = await town.pay(youth, shop, 900n, (await youth.notes()).slice(0, 2))
    town.advance(3 * day)
    await town.post()
    await refundPayment(town.town.deps, shop.who, payment, { id: toHex(randomBytes(16)), cents: 800n })
    await town.post()
    town.advance(3 * day)
    await town.post()
    const refunds = await db()
      .selectFrom('refunds')
      .select('state')
      .where('payment_id', '=', fromHex(payment))
      .execute()
    expect(new Set(refunds.map((refund) => refund.state))).to.deep.equal(new Set(['final']))
    const owed = await town.town.deps.chain.client.readContract({
      address: town.town.deps.chain.vouchers,
      abi: abis.vouchers,
      functionName: 'owedCents',
      args: [shop.merchantId],
    })
    expect(owed).to.equal(100n)
  })

  it('is run by one server at a time', async () => {
    const { shop, youth } = await setting(2_000n)
    await town.post()
    const payment = await town.pay(youth, shop, 400n, (await youth.notes()).slice(0, 1))
    const runs = [1, 2, 3].map(() => runEveningPost(town.town.deps, { sheets: 'now' }))
    expect((await Promise.all(runs)).filter(Boolean).length).to.be.greaterThan(0)
    await town.post()
    expect(await statesOf(payment)).to.deep.equal(['final'])
    const subjects = await db().selectFrom('outbox').select('subject').where('kind', '=', 'redeem').execute()
    expect(new Set(subjects.map((row) => row.subject)).size).to.equal(subjects.length)
  })

  it('ends vouchers before it posts, so that nothing out of date goes on a sheet', async () => {
    const { programme, youth } = await setting(1_000n)
    await youth.grant(programme, 1_000n, 1)
    town.advance(2 * day)
    await town.post()
    const row = await programmeRow(programme)
    expect(row).to.include({ expired_cents: 1_000n, left_cents: 1_000n })
    expect(await inTransaction(db(), (tx) => expireDue(tx, town.town.deps))).to.equal(0)
  })
})
