import { sql } from 'kysely'
import { decodeEventLog, type Hex } from 'viem'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
import { tillPayments } from '../../server/acceptances/payments.store.ts'
import { reconcile } from '../../server/audit/audit.ts'
import { verifyAuditLog } from '../../server/audit/auditLog.ts'
import { redemptionsOf } from '../../server/chain/told.ts'
import { toHex } from '../../server/db/bytes.ts'
import type { Deps } from '../../server/deps.ts'
import { faultsInBooks } from '../../test/support/books.ts'
import { everyRow } from '../../test/support/everyRow.ts'
import type { Crowd } from './crowd.ts'
import type { Townspeople } from './town.ts'

/** What is otherwise than it must be when everything has come to rest: a sentence for each. */
export async function judge(deps: Deps, people: Townspeople, crowd: Crowd, advance: () => Promise<unknown>) {
  const broken: string[] = [...crowd.told.broken]
  const { programmes, differences } = await reconcile(deps, 'town')
  for (const { invariant, what, note, expectedCents, foundCents } of differences) {
    broken.push(`Invariant ${invariant}: ${what} ${note ?? ''}: ${foundCents} for ${expectedCents}`)
  }
  for (const { programme, grantedCents } of programmes) {
    const told = crowd.told.grantedCents(programme)
    if (told !== grantedCents) broken.push(`Programme ${programme} granted ${grantedCents}, its workers ${told}`)
  }
  for (const fault of await faultsInBooks(deps)) broken.push(`Books: ${JSON.stringify(fault)}`)
  for (const merchant of new Set(people.shops.map(({ merchantId }) => merchantId))) {
    broken.push(...(await judgeShop(deps, crowd, merchant)))
  }
  broken.push(...(await judgeChain(deps)), ...(await unfinished(deps)), ...(await judgeReceipts(crowd)))
  const { broken: cut } = await verifyAuditLog({ ...deps, ...deps.chain })
  if (cut !== null) broken.push(`The audit log: ${cut.what} at row ${cut.row}`)

  const before = await everyRow(deps.db)
  await advance()
  const after = await everyRow(deps.db)
  for (const [table, rows] of Object.entries(after)) {
    if (rows !== before[table] && table !== 'leases') broken.push(`A second advance changed ${table}`)
  }
  return broken
}

export async function shownTo(deps: Deps, merchant: number) {
  const rows = await deps.db.selectFrom('payments').selectAll().where('merchant_id', '=', merchant).execute()
  return await tillPayments(deps.db, rows)
}

/** INVARIANT 4 and 5: what its tills were told is there once and nothing else, and it is owed or was paid exactly that. */
async function judgeShop(deps: Deps, crowd: Crowd, merchant: number): Promise<string[]> {
  const { lost, doubled } = crowd.told.compare(merchant, await shownTo(deps, merchant))
  const read = (functionName: 'owedCents' | 'totalDebtCents') =>
    deps.chain.client.readContract({ address: deps.chain.vouchers, abi: vouchersAbi, functionName, args: [merchant] })
  const lines = await deps.db
    .selectFrom('settlement_lines')
    .select('cents')
    .where('merchant_id', '=', merchant)
    .where('state', 'in', ['ready', 'paid'])
    .execute()
  const settled = lines.reduce((sum, { cents }) => sum + cents, 0n)
  const found = (await read('owedCents')) - (await read('totalDebtCents')) + settled
  const earned = crowd.told.earnedCents({ merchant })
  const isRight = found === earned
  return [...lost, ...doubled, ...(isRight ? [] : [`Shop ${merchant} has ${found} of its ${earned} cents`])]
}

/** INVARIANT 3: every redemption on chain is one acceptance with that amount, and the reverse. */
async function judgeChain({ db, chain }: Deps): Promise<string[]> {
  const logs = await chain.client.getLogs({ address: chain.vouchers, fromBlock: 0n, toBlock: 'latest' })
  const onChain: string[] = []
  for (const { data, topics } of logs) {
    const event = decodeEventLog({ abi: vouchersAbi, data, topics })
    if (event.eventName !== 'Redeemed') continue
    for (const { sheet, index, merchant, amountCents } of redemptionsOf(event.args)) {
      onChain.push(`${sheet} ${index} ${merchant} ${amountCents}`)
    }
  }
  const rows = await db
    .selectFrom('acceptances')
    .innerJoin('notes', 'notes.id', 'acceptances.note_id')
    .select(['notes.sheet_id', 'notes.leaf_index', 'acceptances.merchant_id', 'acceptances.amount_cents'])
    .where('acceptances.state', '=', 'final')
    .execute()
  const here = rows.map((row) => `${hexOf(row.sheet_id)} ${row.leaf_index} ${row.merchant_id} ${row.amount_cents}`)
  const doubled = onChain.filter((one, place) => onChain.indexOf(one) !== place)
  return [
    ...doubled.map((one) => `Redeemed twice: ${one}`),
    ...onChain.filter((one) => !here.includes(one)).map((one) => `Redeemed, and no acceptance: ${one}`),
    ...here.filter((one) => !onChain.includes(one)).map((one) => `Final, and not redeemed: ${one}`),
  ]
}

function hexOf(bytes: Uint8Array | null): Hex {
  return bytes === null ? '0x' : toHex(bytes)
}

/** What would stand still for ever. */
export async function unfinished({ db }: Pick<Deps, 'db'>): Promise<string[]> {
  const { rows } = await sql<{ what: string }>`
    select 'Order ' || subject || ' is ' || state || coalesce(': ' || because, '') as what from outbox where state <> 'final'
    union all
    select 'Acceptance of ' || encode(note_id, 'hex') || ' is ' || state || coalesce(': ' || skipped, '') from acceptances
    where state in ('accepted', 'posted')
    union all
    select 'Revocation of ' || encode(note_id, 'hex') || ' is ' || revoke_state from acceptances
    where revoke_state <> 'final' and revoke_state is not null
    union all
    select 'Refund ' || encode(id, 'hex') || ' is ' || state from refunds where state <> 'final'
    union all
    select 'Sheet ' || encode(id, 'hex') || ' is ' || state from sheets where state not in ('final', 'closed')
    order by 1`.execute(db)
  return rows.map(({ what }) => what)
}

/** INVARIANT 5 again: the same bytes are answered with the same receipt for ever. */
async function judgeReceipts(crowd: Crowd): Promise<string[]> {
  const broken: string[] = []
  for (const { purchase, receipt } of crowd.sent.slice(-3)) {
    const again = await crowd.send(purchase)
    if (typeof again === 'string' || again.signature !== receipt.signature) {
      broken.push(
        `Charge ${receipt.nonce}, sent again, was answered ${typeof again === 'string' ? again : 'otherwise'}`,
      )
    }
  }
  return broken
}
