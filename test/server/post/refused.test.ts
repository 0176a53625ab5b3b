import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { sql } from 'kysely'
import { listProofs } from '../../../protocol/api/till.ts'
import { undoPayment } from '../../../server/acceptances/undo.ts'
import { enqueue } from '../../../server/chain/outbox.ts'
import { fromHex, toHex } from '../../../server/db/bytes.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { cookieOf, startSession } from '../../../server/http/sessions.ts'
import { orderGuarantees } from '../../../server/post/guarantee.ts'
import { groupsOf } from '../../../server/post/packed.ts'
import { orderSheets } from '../../../server/post/sheets.ts'
import { compact } from '../../../server/post/signed.ts'
import { Caller } from '../../support/caller.ts'
import {
  acceptancesOf,
  day,
  type NewProgramme,
  type PostTown,
  postTown,
  potsOnChain,
  programmeRowOf,
  settingIn,
  suspendNow,
} from '../../support/postTown.ts'

describe('What the chain refuses', () => {
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
  const setting = (granted: bigint, more: Partial<NewProgramme> = {}) => settingIn(town, granted, more)

  /** What the admin could do at any time. */
  const orderLimit = (programme: number, cents: bigint) =>
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
  const limit = async (programme: number, cents: bigint) => {
    await orderLimit(programme, cents)
    await town.town.deps.chain.advance()
  }

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
    await limit(programme, 100n)
    await town.post()
    expect((await potsOf(programme)).lockedCents).to.equal(0n)
    await limit(programme, 1_000_000n)
    await town.post()
    expect((await potsOf(programme)).outstandingCents).to.equal(2_000n)
  })

  it('grants on a later sheet what was spent, undone and changed while its sheet was refused', async () => {
    const { programme, shop, youth } = await setting(2_000n, { undoSeconds: 3600 })
    // Between the reading of the pots and the cut, so that the cut is ordered and refused.
    await orderLimit(programme, 100n)
    expect(await orderSheets(town.town.deps, 'now')).to.equal(1)
    await town.town.deps.chain.advance()
    expect((await potsOf(programme)).outstandingCents).to.equal(0n)
    const payment = await town.pay(youth, shop, 300n, (await youth.notes()).slice(0, 1))
    await undoPayment(town.town.deps, shop.who, await town.pay(youth, shop, 200n, (await youth.notes()).slice(0, 1)))
    await town.post()
    await limit(programme, 1_000_000n)
    await town.post()
    expect((await potsOf(programme)).outstandingCents).to.equal(2_000n)
    expect((await programmeRow(programme)).reclaimed_cents).to.equal(0n)

    town.advance(day)
    await town.post()
    expect(await statesOf(payment)).to.deep.equal(['final'])
    expect((await potsOf(programme)).outstandingCents).to.equal(1_700n)
    expect((await programmeRow(programme)).reclaimed_cents).to.equal(0n)
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
    expect(refused?.because).to.match(/^LeavesNotOnSheet/)

    await spoil(row?.signature ?? Buffer.of())
    // Taken apart, the good one went as one of its own.
    const alone = await db().selectFrom('outbox').select('call').where('kind', '=', 'redeem').execute()
    const names = alone.map(({ call }) => call.functionName)
    expect(names.filter((name) => name === 'redeemOne')).to.have.length(2)
    expect([refused?.lane, refused?.call.functionName]).to.deep.equal(['acceptor', 'redeemOne'])
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

  it('gives the reserve of a guarantee back, once, when the note is paid in another way', async () => {
    const { programme, shop, youth } = await setting(2_000n)
    await town.post()
    const payment = await town.pay(youth, shop, 500n, (await youth.notes()).slice(0, 1))
    await suspendNow(town, shop.merchantId)
    town.advance(day)
    await town.post()
    // Somebody else with the finance key pays it first: ours is ordered behind, and refused.
    const [row] = await acceptancesOf(town, payment)
    const noteId = row?.note_id ?? Buffer.of()
    expect(await orderGuarantees(town.town.deps)).to.equal(1)
    expect((await programmeRow(programme)).uncovered_cents).to.equal(500n)
    const subject = `guarantee:${toHex(noteId)}`
    await sql`update outbox set subject = 'somebody else' where subject = ${subject}`.execute(db())
    await sql`
      insert into outbox (subject, kind, lane, target, call, state)
      select ${subject}, kind, lane, target, call, 'queued' from outbox where subject = 'somebody else'`.execute(db())
    await town.town.deps.chain.advance()
    expect(await statesOf(payment)).to.deep.equal(['guaranteed'])
    expect(await programmeRow(programme)).to.include({ uncovered_cents: 0n, guarantee_cents: 49_500n })

    await orderGuarantees(town.town.deps)
    await orderGuarantees(town.town.deps)
    expect((await programmeRow(programme)).uncovered_cents).to.equal(0n)
    expect(await db().selectFrom('outbox').select('state').where('subject', '=', subject).execute()).to.deep.equal([])
  })

  it('takes a guarantee back whose note the chain calls used, though nothing here was paid for it', async () => {
    const { programme, shop, youth } = await setting(2_000n)
    await town.post()
    const payment = await town.pay(youth, shop, 500n, (await youth.notes()).slice(0, 1))
    await suspendNow(town, shop.merchantId)
    town.advance(day)
    await town.post()
    const [row] = await acceptancesOf(town, payment)
    const noteId = row?.note_id ?? Buffer.of()
    const place = await db()
      .selectFrom('notes')
      .select(['sheet_id', 'leaf_index'])
      .where('id', '=', noteId)
      .executeTakeFirstOrThrow()
    await inTransaction(db(), (tx) =>
      enqueue(tx, {
        subject: `revoked-by-hand:${toHex(randomBytes(4))}`,
        kind: 'by hand',
        lane: 'acceptor',
        target: 'vouchers',
        functionName: 'revoke',
        args: [[{ sheet: toHex(place.sheet_id ?? Buffer.of()), indexes: [BigInt(place.leaf_index ?? -1)] }]],
      }),
    )
    await town.town.deps.chain.advance()
    expect(await orderGuarantees(town.town.deps)).to.equal(1)
    await town.town.deps.chain.advance()
    expect((await programmeRow(programme)).uncovered_cents).to.equal(500n)

    expect(await orderGuarantees(town.town.deps)).to.equal(0)
    expect(await orderGuarantees(town.town.deps)).to.equal(0)
    expect((await programmeRow(programme)).uncovered_cents).to.equal(0n)
    expect((await acceptancesOf(town, payment))[0]).to.include({ state: 'posted', skipped: 'AlreadyUsed' })
    expect(
      await db()
        .selectFrom('outbox')
        .select('id')
        .where('kind', '=', 'payGuarantee')
        .where('state', '<>', 'final')
        .execute(),
    ).to.deep.equal([])
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
    const posting = {
      sheet,
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
    }
    const groups = groupsOf([posting], () => proof.proof)
    const receipts = [[{ details: receipt.details, acceptor: compact(receipt.signature) }]]
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
})
