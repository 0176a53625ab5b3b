import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { sql } from 'kysely'
import { listProofs } from '../../../protocol/api/till.ts'
import { refundPayment } from '../../../server/acceptances/refunds.ts'
import { undoPayment } from '../../../server/acceptances/undo.ts'
import { abis } from '../../../server/chain/abis.ts'
import { fromJson } from '../../../server/chain/json.ts'
import { enqueue } from '../../../server/chain/outbox.ts'
import { fromHex, toHex } from '../../../server/db/bytes.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { cookieOf, startSession } from '../../../server/http/sessions.ts'
import { orderGuarantees } from '../../../server/post/guarantee.ts'
import { openLeafFile } from '../../../server/post/leafFile.ts'
import { runEveningPost } from '../../../server/post/post.ts'
import type { Group } from '../../../server/post/signed.ts'
import { growTree } from '../../../server/post/tree.ts'
import { expireDue, revokeVoucher } from '../../../server/vouchers/vouchers.ts'
import { Caller } from '../../support/caller.ts'
import { acceptancesOf, day, type PostTown, postTown, suspendNow } from '../../support/postTown.ts'

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
  const potsOf = async (programme: number) =>
    await town.town.deps.chain.client.readContract({
      address: town.town.deps.chain.vouchers,
      abi: abis.vouchers,
      functionName: 'programmeOf',
      args: [programme],
    })
  const statesOf = async (payment: `0x${string}`) => (await acceptancesOf(town, payment)).map((one) => one.state)
  const programmeRow = async (id: number) =>
    await db().selectFrom('programmes').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const events = async (event: string) =>
    await db().selectFrom('chain_logs').selectAll().where('event', '=', event).execute()
  const setting = async (granted: bigint, more: Parameters<PostTown['programme']>[0] = {}) => {
    const programme = await town.programme(more)
    const shop = await town.shop()
    const youth = await town.youth()
    await youth.grant(programme, granted)
    return { programme, shop, youth }
  }

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
    expect(growTree(sheet.depth, file.leaves, file.seed).root).to.equal(toHex(sheet.root))
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

  it('pays from the guarantee what the chain refuses for good, once, and gives the guarantee its cents back', async () => {
    const { programme, shop, youth } = await setting(2_000n)
    await town.post()
    const payment = await town.pay(youth, shop, 500n, (await youth.notes()).slice(0, 1))
    await suspendNow(town, shop.merchantId)
    town.advance(day)
    await town.post()
    expect((await acceptancesOf(town, payment))[0]).to.include({ state: 'posted', skipped: 'MerchantSuspended' })

    expect(await orderGuarantees(town.town.deps)).to.equal(1)
    expect(await orderGuarantees(town.town.deps)).to.equal(0)
    expect((await programmeRow(programme)).uncovered_cents).to.equal(500n)
    await town.town.deps.chain.advance()
    expect(await statesOf(payment)).to.deep.equal(['guaranteed'])
    expect(await programmeRow(programme)).to.include({ uncovered_cents: 0n, guarantee_cents: 49_500n })

    town.advance(40 * day)
    await town.post()
    await town.post()
    expect((await programmeRow(programme)).guarantee_cents).to.equal(50_000n)
    expect((await potsOf(programme)).guaranteePaidCents).to.equal(0n)
  })

  it('orders no guarantee that the guarantee cannot hold', async () => {
    const { programme, shop, youth } = await setting(2_000n, { guaranteeCents: 500n })
    await town.post()
    const payment = await town.pay(youth, shop, 400n, (await youth.notes()).slice(0, 1))
    await suspendNow(town, shop.merchantId)
    town.advance(day)
    await town.post()
    const other = await town.shop()
    await youth.grant(programme, 2_000n)
    const fresh = await youth.notes()
    const unsheeted = await db().selectFrom('notes').select('id').where('sheet_id', 'is', null).execute()
    const loose = fresh.filter((note) => unsheeted.some(({ id }) => toHex(id) === note.id)).slice(0, 1)
    await town.pay(youth, other, 200n, loose)
    expect(await orderGuarantees(town.town.deps)).to.equal(0)
    await town.post()
    expect(await orderGuarantees(town.town.deps)).to.equal(1)
    await town.town.deps.chain.advance()
    expect(await statesOf(payment)).to.deep.equal(['guaranteed'])
  })

  it('frees the notes of a sheet that the contract refused, and cuts them when it would not', async () => {
    const { programme } = await setting(2_000n)
    const limit = (cents: bigint) =>
      inTransaction(db(), (tx) =>
        enqueue(tx, {
          subject: `limit:${toHex(randomBytes(4))}`,
          kind: 'setDailyLimit',
          lane: 'admin',
          target: 'vouchers',
          functionName: 'setDailyLimit',
          args: [programme, cents],
        }),
      )
    await limit(100n)
    await town.town.deps.chain.advance()
    await town.post()
    expect((await potsOf(programme)).lockedCents).to.equal(0n)
    await limit(1_000_000n)
    await town.town.deps.chain.advance()
    await town.post()
    expect((await potsOf(programme)).outstandingCents).to.equal(2_000n)
  })

  it('takes a batch apart in which one item is wrong, so that it stops nobody', async () => {
    const { shop, youth } = await setting(5_000n)
    await town.post()
    const [first, second] = await youth.notes()
    const good = await town.pay(youth, shop, 200n, first === undefined ? [] : [first])
    const bad = await town.pay(youth, shop, 200n, second === undefined ? [] : [second])
    const [row] = await acceptancesOf(town, bad)
    const spoil = (signature: Uint8Array) =>
      db()
        .updateTable('acceptances')
        .set({ signature })
        .where('note_id', '=', row?.note_id ?? Buffer.of())
        .execute()
    const other = await acceptancesOf(town, good)
    await spoil(other[0]?.signature ?? Buffer.of())
    await town.post()
    await town.post()
    expect(await statesOf(good)).to.deep.equal(['final'])
    expect(await statesOf(bad)).to.deep.equal(['posted'])
    const [refused] = await db()
      .selectFrom('outbox')
      .selectAll()
      .where('kind', '=', 'redeem')
      .where('state', '=', 'queued')
      .execute()
    expect(refused?.because).to.match(/^LeafNotOnSheet/)

    await spoil(row?.signature ?? Buffer.of())
    const { functionName, args } = fromJson(refused?.call) as { functionName: string; args: [Group[]] }
    expect([functionName, args[0].length, args[0][0]?.items.length]).to.deep.equal(['redeem', 1, 1])
    await sql`delete from outbox where id = ${refused?.id}`.execute(db())
    await db()
      .updateTable('acceptances')
      .set({ state: 'accepted' })
      .where('note_id', '=', row?.note_id ?? Buffer.of())
      .execute()
    await db()
      .updateTable('notes')
      .set({ state: 'accepted' })
      .where('id', '=', row?.note_id ?? Buffer.of())
      .execute()
    await town.post()
    expect(await statesOf(bad)).to.deep.equal(['final'])
  })

  it('hands a merchant what it needs to post by itself, and books what it posted', async () => {
    const { shop, youth } = await setting(2_000n)
    await town.post()
    const payment = await town.pay(youth, shop, 400n, (await youth.notes()).slice(0, 1))
    const session = { actor: 'till', actorId: String(shop.tillId), organisation: 'town' } as const
    const { token } = await startSession(db(), town.town.deps.now(), session)
    const till = new Caller(town.server.origin, { [cookieOf.till]: token })
    const { proofs } = await till.call(listProofs)
    expect(proofs).to.have.length(1)
    const [proof] = proofs
    if (proof === undefined) throw new Error('No proof')

    const { sheet, index, capCents, mostCents, receipt } = proof
    const item = {
      index,
      capCents,
      amountCents: receipt.amountCents,
      spend: {
        noteId: receipt.noteId,
        merchant: receipt.merchant,
        mostCents,
        deadline: BigInt(proof.deadline),
        commitment: receipt.commitment,
      },
      signature: proof.spendSignature as `0x${string}`,
      proof: proof.proof,
    }
    const groups = [{ sheet, merchant: receipt.merchant, items: [item] }]
    const receipts = [[{ details: receipt.details, signature: receipt.signature }]]
    const { valid_until } = await db()
      .selectFrom('sheets')
      .select('valid_until')
      .where('id', '=', fromHex(sheet))
      .executeTakeFirstOrThrow()
    // The operator falls silent, and the escape opens. Anybody may carry it: here the registrar's key does.
    town.server.clock.set(new Date(valid_until.getTime() + 8 * day))
    await inTransaction(db(), (tx) =>
      enqueue(tx, {
        subject: `escape:${toHex(randomBytes(4))}`,
        kind: 'escape',
        lane: 'registrar',
        target: 'vouchers',
        functionName: 'redeemWithReceipts',
        args: [groups, receipts],
      }),
    )
    await town.town.deps.chain.advance()
    expect(await statesOf(payment)).to.deep.equal(['final'])
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
