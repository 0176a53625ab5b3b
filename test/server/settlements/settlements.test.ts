import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { sql } from 'kysely'
import { toHex } from 'viem'
import * as api from '../../../protocol/api/settlements.ts'
import { decimal } from '../../../protocol/money.ts'
import { refundPayment } from '../../../server/acceptances/refunds.ts'
import { abis } from '../../../server/chain/abis.ts'
import { enqueue } from '../../../server/chain/outbox.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import type { Deps } from '../../../server/deps.ts'
import { orderRefunds } from '../../../server/post/refunds.ts'
import { settlementsAppliers } from '../../../server/settlements/settlements.applied.ts'
import type { Caller } from '../../support/caller.ts'
import type { Shop } from '../../support/money.ts'
import { type PostTown, postTown } from '../../support/postTown.ts'
import { type Entry, entry, statement } from '../../support/statement.ts'
import type { Youth } from '../../support/youth.ts'

describe('Settlements', () => {
  let town: PostTown
  let shop: Shop
  let other: Shop
  let youth: Youth
  let first: Caller
  let second: Caller

  before(async function () {
    this.timeout(60_000)
    town = await postTown()
    const programme = await town.programme({ budgetCents: 900_000n })
    shop = await town.shop()
    other = await town.shop()
    youth = await town.youth()
    await youth.grant(programme, 40_000n)
    await town.post()
    first = await town.server.as(['finance'])
    second = await town.server.as(['officer'])
  })
  after(() => town.close())
  afterEach(async () => {
    expect(await town.differences()).to.deep.equal([])
  })

  const advance = () => town.town.deps.chain.advance()
  const today = () => town.town.deps.now().toISOString().slice(0, 10)
  const earn = async (at: Shop, cents: bigint) => {
    const payment = await town.pay(youth, at, cents, (await youth.notes()).slice(0, 1))
    await town.post()
    await town.post()
    return payment
  }
  const draft = (id: string = randomUUID()) => first.call(api.draftSettlement, { body: { id, executionDate: today() } })
  const started = async () => {
    const { id, totalCents } = await draft()
    await first.call(api.approveSettlement, { params: { settlement: id }, body: { totalCents } })
    await second.call(api.approveSettlement, { params: { settlement: id }, body: { totalCents } })
    await advance()
    return (await listed(id)) ?? { id, state: 'gone', lines: [], totalCents: 0n }
  }
  const listed = async (id: string) =>
    (await first.call(api.listSettlements)).settlements.find((settlement) => settlement.id === id)
  const read = (entries: Entry[], iban?: string) => {
    const xml = statement({ entries: entries.map(entry), ...(iban === undefined ? {} : { iban }) })
    return first.call(api.readStatement, { body: { xml } })
  }
  const reference = () => randomBytes(8).toString('hex')
  const owed = async (at: Shop) =>
    await town.town.deps.chain.client.readContract({
      address: town.town.deps.chain.vouchers,
      abi: abis.vouchers,
      functionName: 'owedCents',
      args: [at.merchantId],
    })

  const guarantees = async () => {
    const rows = await town.town.deps.db.selectFrom('programmes').select('guarantee_cents').orderBy('id').execute()
    return rows.map((row) => row.guarantee_cents)
  }

  it('are not drafted while nobody is owed anything, or for a day that is over', async () => {
    const ask = (executionDate: string) =>
      first.refusal(api.draftSettlement, { body: { id: randomUUID(), executionDate } })
    expect(await ask(today())).to.equal('wrong_state')
    expect(await ask('2020-01-01')).to.equal('bad_request')
  })

  it('hold each payment once, and a dropped draft lets it go', async () => {
    await earn(shop, 111n)
    const { id, totalCents, lines } = await draft()
    expect(totalCents).to.equal(111n)
    expect(lines.map(({ merchant, cents, payments }) => [merchant, cents, payments])).to.deep.equal([
      [shop.merchantId, 111n, 1],
    ])
    expect(await first.refusal(api.draftSettlement, { body: { id: randomUUID(), executionDate: today() } })).to.equal(
      'wrong_state',
    )
    expect((await draft(id)).id).to.equal(id)
    expect(
      await (await town.server.as(['finance'])).refusal(api.draftSettlement, { body: { id, executionDate: today() } }),
    ).to.equal('already_exists')
    const dropped = await first.call(api.dropSettlement, { params: { settlement: id }, body: {} })
    expect(dropped.state).to.equal('dropped')
    expect((await draft()).totalCents).to.equal(111n)
  })

  it('need two people, each with the total typed again', async () => {
    const { settlements } = await first.call(api.listSettlements)
    const { id, totalCents } = settlements.find((settlement) => settlement.state === 'draft') ?? {
      id: '',
      totalCents: 0n,
    }
    const by = (who: Caller, cents: bigint) =>
      who.refusal(api.approveSettlement, { params: { settlement: id }, body: { totalCents: cents } })
    expect(await by(first, totalCents + 1n)).to.equal('bad_request')
    const once = await first.call(api.approveSettlement, { params: { settlement: id }, body: { totalCents } })
    expect(once.state).to.equal('once_approved')
    expect(await by(first, totalCents)).to.equal('same_person')
    const stranger = await town.server.as(['finance'], { organisation: 'village' })
    expect(await by(stranger, totalCents)).to.equal('not_found')

    const file = { params: { settlement: id } }
    expect(await first.refusal(api.getPaymentFile, file)).to.equal('wrong_state')
    await second.call(api.approveSettlement, { params: { settlement: id }, body: { totalCents } })
    expect(await by(second, totalCents)).to.equal('wrong_state')
    expect(await first.refusal(api.dropSettlement, { ...file, body: {} })).to.equal('wrong_state')
    // Approved is not enough: the file is there when the chain has set the claims aside, finally.
    expect(await first.refusal(api.getPaymentFile, file)).to.equal('wrong_state')
    await advance()
    const xml = await first.call(api.getPaymentFile, file)
    expect(xml).to.contain('<InstdAmt Ccy="EUR">1.11</InstdAmt>')
    expect(await first.call(api.getPaymentFile, file)).to.equal(xml)
  })

  it('are confirmed by the statement, to the cent and once', async () => {
    const filed = (await first.call(api.listSettlements)).settlements.find(({ state }) => state === 'filed')
    const endToEndId = filed?.lines[0]?.endToEndId ?? ''
    const wrong = await read([{ reference: reference(), amount: '1.10', endToEndId }])
    expect(wrong).to.include({ paid: 0, unmatched: 1 })
    const right = { reference: reference(), amount: '1.11', endToEndId }
    expect(await read([right])).to.include({ paid: 1, unmatched: 0, alreadyRead: 0 })
    expect(await read([right])).to.include({ paid: 0, unmatched: 0, alreadyRead: 1 })
    expect(await read([{ ...right, reference: reference() }])).to.include({ paid: 0, unmatched: 1 })
    await advance()
    expect((await listed(filed?.id ?? ''))?.state).to.equal('done')
    expect(await first.refusal(api.getPaymentFile, { params: { settlement: filed?.id ?? '' } })).to.equal('wrong_state')
  })

  it('owe nothing again for a return that no statement of the bank shows', async () => {
    const { rows } = await sql<{ id: string; chain_ref: Buffer }>`
      select id, chain_ref from settlement_lines where state = 'paid' limit 1`.execute(town.town.deps.db)
    const [line] = rows
    if (line === undefined) throw new Error('Nothing was paid yet')
    await inTransaction(town.town.deps.db, async (tx) => {
      const told = { ref: toHex(line.chain_ref), statementEntry: toHex(randomBytes(32)) }
      const log = { transactionHash: toHex(randomBytes(32)), logIndex: 0, blockNumber: 1n }
      await settlementsAppliers.SettlementReturned?.(tx, told, log)
    })
    const after = await sql<{ state: string; taken: bigint }>`
      select state, (select count(*) from acceptances where settlement_line_id = l.id) as taken
      from settlement_lines l where id = ${line.id}`.execute(town.town.deps.db)
    expect(after.rows[0]?.state).to.equal('paid')
    expect(after.rows[0]?.taken).to.not.equal(0n)
  })

  it('owe again what the bank gave back, before the payment was confirmed and after', async () => {
    await earn(shop, 120n)
    await earn(other, 130n)
    const settlement = await started()
    expect(settlement.lines).to.have.length(2)
    const [paid, failed] = settlement.lines
    const entries = [
      { reference: reference(), amount: decimal(paid?.cents ?? 0n), endToEndId: paid?.endToEndId ?? '' },
      { reference: reference(), amount: decimal(failed?.cents ?? 0n), endToEndId: failed?.endToEndId ?? '' },
    ]
    const back = (line: typeof paid): Entry => ({
      reference: reference(),
      direction: 'CRDT',
      amount: decimal(line?.cents ?? 0n),
      endToEndId: line?.endToEndId ?? '',
    })
    expect(await read([...entries, back(failed)])).to.include({ paid: 2, returned: 1 })
    await advance()
    expect(await owed(other)).to.equal(failed?.cents)
    expect((await listed(settlement.id))?.lines.map((line) => line.state)).to.deep.equal(['paid', 'returned'])

    expect(await read([back(paid)])).to.include({ returned: 1 })
    expect(await read([back(paid)])).to.include({ returned: 0, unmatched: 1 })
    await advance()
    const again = await started()
    expect(again.totalCents).to.equal(250n)
    expect(again.lines.map((line) => line.endToEndId)).not.to.include(paid?.endToEndId)
    await read(
      again.lines.map((line) => ({ reference: reference(), amount: decimal(line.cents), endToEndId: line.endToEndId })),
    )
    await advance()
    expect((await listed(again.id))?.state).to.equal('done')
  })

  it('net what a shop gave back after it was paid, before they pay it again', async () => {
    const payment = await earn(shop, 200n)
    const settlement = await started()
    await read(
      settlement.lines.map((line) => ({
        reference: reference(),
        amount: decimal(line.cents),
        endToEndId: line.endToEndId,
      })),
    )
    await advance()
    await refundPayment(town.town.deps, shop.who, payment, { id: toHex(randomBytes(16)), cents: 150n })
    await town.post()
    expect(await first.refusal(api.draftSettlement, { body: { id: randomUUID(), executionDate: today() } })).to.equal(
      'wrong_state',
    )
    await earn(shop, 190n)
    const netted = await started()
    expect(netted).to.include({ state: 'ready', totalCents: 40n })
    expect(await owed(shop)).to.equal(0n)
  })

  it('net the rest of a debt of which somebody else has netted a part', async () => {
    const { deps } = town.town
    const [guaranteeBefore] = await guarantees()
    const payment = await earn(shop, 200n)
    const settlement = await started()
    await read(
      settlement.lines.map((line) => ({
        reference: reference(),
        amount: decimal(line.cents),
        endToEndId: line.endToEndId,
      })),
    )
    await advance()
    await refundPayment(deps, shop.who, payment, { id: toHex(randomBytes(16)), cents: 150n })
    await town.post()
    expect(await guarantees()).to.deep.equal([(guaranteeBefore ?? 0n) - 150n])
    await earn(shop, 60n)
    // Anybody may: more is not owed to the shop. A second time nothing is left to net, and no event tells of it.
    for (const subject of ['netted-by-hand:1', 'netted-by-hand:2']) {
      await inTransaction(deps.db, (tx) =>
        enqueue(tx, {
          ...{ subject, kind: 'by hand', lane: 'registrar', target: 'vouchers', functionName: 'netDebt' },
          args: [shop.merchantId, 1],
        }),
      )
      await advance()
    }
    expect(await guarantees()).to.deep.equal([(guaranteeBefore ?? 0n) - 90n])
    expect(await owed(shop)).to.equal(0n)
    await earn(shop, 190n)
    expect(await started()).to.include({ state: 'ready', totalCents: 100n })
    expect(await owed(shop)).to.equal(0n)
    expect(await guarantees()).to.deep.equal([guaranteeBefore])
    const netted = await deps.db.selectFrom('chain_logs').select('args').where('event', '=', 'DebtNetted').execute()
    expect(netted.slice(-2).map(({ args }) => String(args.cents))).to.deep.equal(['60', '90'])
  })

  it('let a refund wait while they are drafted', async () => {
    const payment = await earn(other, 180n)
    const { id } = await draft()
    await refundPayment(town.town.deps, other.who, payment, { id: toHex(randomBytes(16)), cents: 80n })
    await town.post()
    expect(await owed(other)).to.equal(180n)
    await first.call(api.dropSettlement, { params: { settlement: id }, body: {} })
    await town.post()
    expect(await owed(other)).to.equal(100n)
  })

  it('that are booked while a refund is ordered let it wait, until the guarantee can lend what they took', async () => {
    const { deps } = town.town
    const payment = await earn(other, 170n)
    const before = await owed(other)
    const { id, totalCents } = await draft()
    await refundPayment(deps, other.who, payment, { id: toHex(randomBytes(16)), cents: 170n })
    for (const who of [first, second]) {
      await who.call(api.approveSettlement, { params: { settlement: id }, body: { totalCents } })
    }
    const read: bigint[] = []
    const readContract = async (asked: { functionName: string }) => {
      const answer = await deps.chain.client.readContract(asked as never)
      if (asked.functionName === 'owedCents') read.push(answer as bigint)
      if (asked.functionName === 'owedCents') await deps.chain.advance()
      return answer
    }
    const client = Object.assign(Object.create(deps.chain.client), { readContract }) as Deps['chain']['client']
    expect(await orderRefunds({ ...deps, chain: { ...deps.chain, client } })).to.equal(0)
    expect(read).to.deep.equal([before])
    expect((await listed(id))?.state).to.equal('ready')

    expect(await orderRefunds(deps)).to.equal(1)
    const refund = deps.db.selectFrom('refunds').select('reserved_cents').where('state', '=', 'queued')
    expect(await refund.execute()).to.deep.equal([{ reserved_cents: 170n }])
    await advance()
    expect(await refund.execute()).to.deep.equal([])
  })

  it('do not read another account’s statement, or half a one', async () => {
    const refused = (xml: string) => first.refusal(api.readStatement, { body: { xml } })
    const foreign = statement({ iban: 'FI4250001510000023', entries: [entry({})] })
    expect(await refused(foreign)).to.equal('statement_not_readable')
    expect(await refused(statement({ entries: [entry({})] }).slice(0, 300))).to.equal('statement_not_readable')
  })
})
