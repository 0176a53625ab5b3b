import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { sql } from 'kysely'
import type { LocalAccount } from 'viem'
import { toHex } from '../../../server/db/bytes.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { mostItems } from '../../../server/post/batches.ts'
import { postAppliers } from '../../../server/post/post.applied.ts'
import { orderRedemptions } from '../../../server/post/redemptions.ts'
import { type PostTown, postTown, settingIn } from '../../support/postTown.ts'
import { countStatements } from '../../support/statements.ts'
import { addYouth } from '../../support/youth.ts'

/** Two batches' worth on one sheet. */
const youths = 9
const notesEach = 50

describe('Redemptions', function () {
  this.timeout(120_000)
  let town: PostTown
  let due: number

  before(async () => {
    town = await postTown()
    const { programme, shop } = await settingIn(town, 600n, {})
    for (let i = 0; i < youths; i++) {
      const youth = await addYouth(town.town)
      for (let grant = 0; grant < notesEach / 2; grant++) await youth.grant(programme, 600n)
    }
    await town.post()
    due = await acceptAll(shop.merchantId, shop.tillId)
  })
  after(() => town.close())

  const db = () => town.town.deps.db
  /** Each note on the sheet is accepted for a purchase of its own. What its holder signed is not looked at here. */
  async function acceptAll(merchant: number, till: number): Promise<number> {
    const now = town.town.deps.now()
    const notes = await db()
      .selectFrom('notes')
      .select(['id', 'face_cents'])
      .where('sheet_id', 'is not', null)
      .execute()
    const purchases = notes.map((note, number) => {
      return { ...note, number, payment: randomBytes(16), nonce: randomBytes(8), signature: signatureOf() }
    })
    await db()
      .insertInto('charges')
      .values(
        purchases.map(({ nonce, face_cents: price_cents }) => ({
          ...{ nonce, merchant_id: merchant, till_id: till, price_cents, kind: 'typed' as const },
          ...{ state: 'paid' as const, opened_at: now, expires_at: now },
        })),
      )
      .execute()
    await db()
      .insertInto('payments')
      .values(
        purchases.map(({ payment: id, nonce, number, face_cents: price_cents }) => ({
          ...{ id, nonce, merchant_id: merchant, till_id: till, receipt_number: number, price_cents, ahead: null },
          ...{ state: 'accepted' as const, receipt: '{}', accepted_at: now, undo_until: now, undone_at: null },
        })),
      )
      .execute()
    const [programme] = await db().selectFrom('programmes').select('id').execute()
    await db()
      .insertInto('acceptances')
      .values(
        purchases.map(({ id, payment, face_cents: cents, signature }) => ({
          ...{ note_id: id, payment_id: payment, programme_id: programme?.id ?? 0, merchant_id: merchant },
          ...{ amount_cents: cents, most_cents: cents, deadline: now, commitment: randomBytes(16), signature },
          ...{ receipt_details: randomBytes(32), receipt_signature: signature, state: 'accepted' as const },
          ...{ post_after: now, skipped: null, revoke_state: null, settlement_line_id: null },
        })),
      )
      .execute()
    await sql`update notes set state = 'accepted' where id in (select note_id from acceptances)`.execute(db())
    return purchases.length
  }
  const signatureOf = () => Buffer.concat([randomBytes(64), Buffer.of(27)])

  const ordered = async () => {
    const rows = await db().selectFrom('outbox').select('call').where('kind', '=', 'redeem').execute()
    return rows.map(({ call }) => {
      const groups = call.args[1] as { items: unknown[] }[]
      return groups.reduce((sum, { items }) => sum + items.length, 0)
    })
  }
  const countOf = async (state: 'accepted' | 'posted') => {
    const rows = await db().selectFrom('acceptances').select('note_id').where('state', '=', state).execute()
    return rows.length
  }

  it('are ordered batch by batch: a failure in the second leaves the first', async () => {
    const { deps } = town.town
    let signed = 0
    const acceptor: LocalAccount = {
      ...deps.keys.acceptor,
      signTypedData: async (typed) => {
        if (++signed === 2) throw new Error('the key is not at hand')
        return await deps.keys.acceptor.signTypedData(typed)
      },
    }
    const failed = await orderRedemptions({ ...deps, keys: { ...deps.keys, acceptor } }).catch((e: Error) => e.message)
    expect(failed).to.equal('the key is not at hand')
    const [first = 0, ...others] = await ordered()
    expect(others).to.deep.equal([])
    expect(first).to.be.within(1, mostItems)
    expect([await countOf('posted'), await countOf('accepted')]).to.deep.equal([first, due - first])
  })

  it('go on with what is left, and order nothing twice', async () => {
    const [first = 0] = await ordered()
    expect(await orderRedemptions(town.town.deps)).to.equal(due - first)
    expect((await ordered()).sort((one, other) => one - other)).to.deep.equal([due - mostItems, mostItems])
    expect(await orderRedemptions(town.town.deps)).to.equal(0)
    expect(await countOf('accepted')).to.equal(0)
  })

  it('become final in as many statements for four hundred as for one, each once', async () => {
    const places = await db()
      .selectFrom('notes')
      .innerJoin('acceptances', 'acceptances.note_id', 'notes.id')
      .select(['sheet_id', 'leaf_index', 'merchant_id', 'amount_cents'])
      .where('acceptances.state', '=', 'posted')
      .orderBy('leaf_index')
      .execute()
    const redemptions = places.map(({ sheet_id, leaf_index, merchant_id, amount_cents }) => ({
      ...{ sheet: toHex(sheet_id ?? Buffer.of()), index: BigInt(leaf_index ?? -1) },
      ...{ merchant: merchant_id, amountCents: amount_cents },
    }))
    const log = { transactionHash: toHex(randomBytes(32)), logIndex: 0, blockNumber: 1n }
    const { db: counted, statements } = countStatements(db())
    const apply = async (some: typeof redemptions) => {
      const before = statements.count
      await inTransaction(counted, async (tx) => await postAppliers.Redeemed?.(tx, some, log))
      return statements.count - before
    }
    const ofOne = await apply(redemptions.slice(0, 1))
    expect(await apply(redemptions.slice(1, 1 + mostItems))).to.equal(ofOne)
    expect(ofOne).to.be.at.most(4)
    // Told again, as after a restore: nothing is finished twice.
    expect(await apply(redemptions.slice(0, 1 + mostItems))).to.be.below(ofOne)
    expect(await countOf('posted')).to.equal(due - 1 - mostItems)
    const { rows } = await sql<{ state: string; count: bigint }>`
      select n.state, count(*) as count from notes n join acceptances a on a.note_id = n.id and a.state = n.state
      group by n.state order by n.state`.execute(db())
    expect(rows).to.deep.equal([
      { state: 'final', count: BigInt(1 + mostItems) },
      { state: 'posted', count: BigInt(due - 1 - mostItems) },
    ])
  })
})
