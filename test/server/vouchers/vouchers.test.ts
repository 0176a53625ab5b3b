import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { inTransaction, type Tx } from '../../../server/db/transaction.ts'
import {
  balanceOf,
  expireDue,
  extendVoucher,
  giveHoldersToWaiting,
  issue,
  replaceNotes,
  revokeVoucher,
} from '../../../server/vouchers/vouchers.ts'
import { faultsInBooks } from '../../support/books.ts'
import { addProgramme, day, openTown, type Town } from '../../support/money.ts'
import { refusalOf } from '../../support/refusals.ts'
import { putOnSheet } from '../../support/sheets.ts'
import { addYouth } from '../../support/youth.ts'

describe('Vouchers', function () {
  this.timeout(60_000)
  let town: Town
  const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(town.deps.db, work)

  before(async () => {
    town = await openTown()
  })
  after(() => town.close())
  afterEach(async () => expect(await faultsInBooks(town.deps)).to.deep.equal([]))

  it('are refused beyond the budget, to the cent', async () => {
    const programme = await addProgramme(town, { budget_cents: 5000n, reclaimed_cents: 100n })
    const youth = await addYouth(town)
    await youth.grant(programme, 5000n)
    expect(await refusalOf(youth.grant(programme, 101n))).to.equal('budget_exceeded')
    await youth.grant(programme, 100n)
  })

  it('cannot pass the budget however many are granted at once', async () => {
    const programme = await addProgramme(town, { budget_cents: 10_000n })
    const youths = await Promise.all(Array.from({ length: 100 }, () => addYouth(town, 0)))
    const words = await Promise.all(youths.map((youth) => refusalOf(youth.grant(programme, 1000n))))
    expect(words.filter((word) => word === null)).to.have.length(10)
    expect(words.filter((word) => word === 'budget_exceeded')).to.have.length(90)
  })

  it('are refused by a programme that is not open', async () => {
    const youth = await addYouth(town)
    for (const state of ['opening', 'closed'] as const) {
      expect(await refusalOf(youth.grant(await addProgramme(town, { state }), 100n))).to.equal('wrong_state')
    }
  })

  it('come as notes, each with a holder of the phone, in the order of its keys', async () => {
    const youth = await addYouth(town, 5)
    await youth.grant(await addProgramme(town), 5000n)
    const notes = await youth.notes()
    expect(notes.reduce((sum, note) => sum + note.cents, 0n)).to.equal(5000n)
    expect(new Set(notes.map((note) => note.holder)).size).to.equal(5)
  })

  it('wait in the mailbox when there is no address, and get the first that come', async () => {
    const youth = await addYouth(town, 2)
    await youth.grant(await addProgramme(town), 2000n)
    expect((await youth.notes()).filter((note) => note.holder === null)).to.have.length(1)
    const address = randomBytes(20)
    await town.deps.db.insertInto('address_stock').values({ address, wallet_id: youth.walletId, position: 2 }).execute()
    await run((tx) => giveHoldersToWaiting(tx, youth.mailboxId))
    const holders = (await youth.notes()).map((note) => note.holder)
    expect(holders).to.include(`0x${address.toString('hex')}`)
    expect(holders).to.not.include(null)
  })

  it('move to a new phone face by face, and the old phone keeps nothing', async () => {
    const youth = await addYouth(town)
    await youth.grant(await addProgramme(town), 5000n)
    const before = await youth.notes()
    const fresh = await addYouth(town, 60, youth.mailboxId)
    await run((tx) => replaceNotes(tx, town.deps, youth.mailboxId))
    const after = await fresh.notes()
    expect(after.map((note) => note.cents)).to.deep.equal(before.map((note) => note.cents))
    for (const note of after) expect(fresh.account(note.holder!)).to.be.an('object')
    expect(after.map((note) => note.id)).to.not.have.members(before.map((note) => note.id))
  })

  it('that waited for an address get one of the new phone, and stay themselves', async () => {
    const youth = await addYouth(town, 0)
    await youth.grant(await addProgramme(town), 2000n)
    const before = await youth.notes()
    await addYouth(town, 20, youth.mailboxId)
    await run((tx) => replaceNotes(tx, town.deps, youth.mailboxId))
    const after = await youth.notes()
    expect(after.map((note) => note.id)).to.deep.equal(before.map((note) => note.id))
    expect(after.map((note) => note.holder)).to.not.include(null)
  })

  it('do not change when the phone is not new', async () => {
    const youth = await addYouth(town)
    await youth.grant(await addProgramme(town), 1000n)
    const before = await youth.notes()
    await run((tx) => replaceNotes(tx, town.deps, youth.mailboxId))
    expect(await youth.notes()).to.deep.equal(before)
  })

  it('end when their time has passed, and not a moment before', async () => {
    const youth = await addYouth(town)
    const voucher = await youth.grant(await addProgramme(town), 1000n, 1)
    town.clock.advance(day)
    await run((tx) => expireDue(tx, town.deps, youth.mailboxId))
    expect(await youth.notes()).to.have.length(2)
    town.clock.advance(1)
    expect(await run((tx) => expireDue(tx, town.deps))).to.equal(2)
    expect(await youth.notes()).to.have.length(0)
    const { leftCents, endedCents } = await run((tx) => balanceOf(tx, voucher))
    expect({ leftCents, endedCents }).to.deep.equal({ leftCents: 0n, endedCents: 1000n })
    expect(await run((tx) => expireDue(tx, town.deps))).to.equal(0)
  })

  it('end by hand, once', async () => {
    const youth = await addYouth(town)
    const voucher = await youth.grant(await addProgramme(town), 1000n)
    await run((tx) => revokeVoucher(tx, town.deps, voucher))
    await run((tx) => revokeVoucher(tx, town.deps, voucher))
    const { leftCents, endedCents } = await run((tx) => balanceOf(tx, voucher))
    expect({ leftCents, endedCents }).to.deep.equal({ leftCents: 0n, endedCents: 1000n })
    const later = new Date(town.clock.now.getTime() + 60 * day)
    const extend = run((tx) => extendVoucher(tx, town.deps, { voucherId: voucher, validUntil: later }))
    expect(await refusalOf(extend)).to.equal('wrong_state')
  })

  it('get more time by fresh notes, never less, and not once they have ended', async () => {
    const youth = await addYouth(town)
    const voucher = await youth.grant(await addProgramme(town), 1000n, 10)
    const before = await youth.notes()
    const until = (days: number) => ({
      voucherId: voucher,
      validUntil: new Date(town.clock.now.getTime() + days * day),
    })
    expect(await refusalOf(run((tx) => extendVoucher(tx, town.deps, until(9))))).to.equal('wrong_state')
    await run((tx) => extendVoucher(tx, town.deps, until(20)))
    const after = await youth.notes()
    expect(after.map((note) => note.cents)).to.deep.equal(before.map((note) => note.cents))
    expect(after.map((note) => note.id)).to.not.have.members(before.map((note) => note.id))
    town.clock.advance(21 * day)
    expect(await refusalOf(run((tx) => extendVoucher(tx, town.deps, until(30))))).to.equal('wrong_state')
    await run((tx) => expireDue(tx, town.deps))
  })

  it('stay new value through every re-issue until a sheet takes them', async () => {
    const { db } = town.deps
    const youth = await addYouth(town)
    const voucher = await youth.grant(await addProgramme(town), 1000n, 10)
    const [first] = await youth.notes()
    await putOnSheet(town, first!.id, 'queued')
    const validUntil = new Date(town.clock.now.getTime() + 20 * day)
    await run((tx) => extendVoucher(tx, town.deps, { voucherId: voucher, validUntil }))
    const rows = await db
      .selectFrom('notes')
      .select(['is_new_value', 'parent_id'])
      .where('voucher_id', '=', voucher)
      .where('state', '=', 'open')
      .execute()
    const isNew = (isChildOfFirst: boolean) =>
      rows
        .filter((row) => (`0x${row.parent_id!.toString('hex')}` === first!.id) === isChildOfFirst)
        .map((row) => row.is_new_value)
    expect(isNew(true)).to.deep.equal([false])
    expect(isNew(false)).to.deep.equal([true])
  })

  it('of a service are one note', async () => {
    const youth = await addYouth(town)
    await youth.grant(await addProgramme(town, { kind: 'service' }), 1200n)
    expect((await youth.notes()).map((note) => note.cents)).to.deep.equal([1200n])
  })

  it('keep no exact time beside their notes and entries', async () => {
    const youth = await addYouth(town)
    const voucher = await youth.grant(await addProgramme(town), 1000n)
    const { db } = town.deps
    const times = [
      ...(await db.selectFrom('entries').select('at').where('voucher_id', '=', voucher).execute()).map((row) => row.at),
      ...(await db.selectFrom('notes').select('created_at').where('voucher_id', '=', voucher).execute()).map(
        (row) => row.created_at,
      ),
    ]
    expect(times).to.have.length(5)
    for (const time of times) expect(time.getTime() % day).to.equal(0)
  })

  it('can be granted by nobody to a mailbox that does not exist', async () => {
    const programmeId = await addProgramme(town)
    const grant = { mailboxId: '00000000-0000-4000-8000-000000000000', programmeId, amountCents: 100n }
    const more = { validUntil: town.clock.now, decisionProof: randomBytes(32) }
    const failed = await run((tx) => issue(tx, town.deps, { ...grant, ...more })).catch((error: Error) => error)
    expect(failed).to.be.an('error')
  })
})
