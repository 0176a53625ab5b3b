import { sql } from 'kysely'
import { keccak256, stringToHex } from 'viem'
import type { Tx } from '../db/transaction.ts'
import { type Check, namedBy } from './check.ts'
import type { Findings } from './findings.ts'
import { type Ledger, total } from './ledger.ts'

const cents = (name: string) => sql`(l.args->>${name})::bigint`

/** INVARIANTS 3 and 4: what the chain told, once each, against what is kept of it here; both ways. */
export async function compareEvents(tx: Tx, ledger: Ledger, findings: Findings): Promise<void> {
  const checks = eventChecks(await linesAdded(tx, ledger))
  for (const { invariant = 3, what, programme, note, expected, found } of await namedBy(tx, ledger, checks)) {
    findings.compare({ invariant, what, programme, note }, expected, found)
  }
  await compareFundings(tx, findings)
}

/** Each place that the chain paid, with the note that stands there. */
const posted = sql`
  select l.event, ${cents('amountCents')} as cents, (l.args->>'merchant')::integer as merchant_id, n.id as note_id
  from chain_logs l left join notes n on '0x' || encode(n.sheet_id, 'hex') = l.args->>'sheet'
    and n.leaf_index = (l.args->>'index')::bigint
  where l.event in ('Redeemed', 'GuaranteePaid')`

export const eventChecks = (areLinesAdded: boolean): Check[] => [
  {
    holds: isPaid,
    named: sql`
      select 3 as invariant, 'a final acceptance against its event on chain' as what, a.programme_id as programme,
        '0x' || encode(a.note_id, 'hex') as note, e.cents as expected, a.amount_cents as found
      from acceptances a
        cross join lateral (
          select coalesce(sum(p.cents), 0)::bigint as cents, count(*) as count from (${posted}) p
          where p.note_id = a.note_id and p.merchant_id = a.merchant_id
            and p.event = case a.state when 'final' then 'Redeemed' else 'GuaranteePaid' end) e
      where a.state in ('final', 'guaranteed') and e.cents <> a.amount_cents`,
  },
  {
    holds: isPaid,
    named: sql`
      select 3 as invariant, 'a payment on chain that no acceptance explains' as what, a.programme_id as programme,
        coalesce('0x' || encode(p.note_id, 'hex'), 'unknown') as note, 0::bigint as expected, p.cents as found
      from (${posted}) p left join acceptances a on a.note_id = p.note_id
      where a.note_id is null
        or a.state is distinct from case p.event when 'Redeemed' then 'final' else 'guaranteed' end`,
  },
  {
    named: sql`
      select 3 as invariant, 'a refund against its event on chain' as what, r.programme_id as programme,
        '0x' || encode(r.note_id, 'hex') as note, coalesce(${cents('cents')}, 0) as expected, r.cents as found
      from refunds r left join chain_logs l on l.event = 'Refunded' and l.args->>'refundId' = '0x' || encode(r.id, 'hex')
      where (r.state = 'final') <> (l.event is not null) or ${cents('cents')} <> r.cents`,
  },
  {
    named: sql`
      select 3 as invariant, 'a sheet against what was cut' as what, s.programme_id as programme, null as note,
        (l.args->'cut'->>'committedCents')::bigint as expected, s.committed_cents as found
      from sheets s join chain_logs l on l.event = 'SheetCut' and l.args->>'sheet' = '0x' || encode(s.id, 'hex')
      where (l.args->'cut'->>'committedCents')::bigint <> s.committed_cents`,
  },
  {
    named: sql`
      select 3 as invariant, 'what a sheet grants against what was cut' as what, s.programme_id as programme, null as note,
        (l.args->'cut'->>'grantedCents')::bigint as expected, s.granted_cents as found
      from sheets s join chain_logs l on l.event = 'SheetCut' and l.args->>'sheet' = '0x' || encode(s.id, 'hex')
      where (l.args->'cut'->>'grantedCents')::bigint <> s.granted_cents`,
  },
  {
    named: sql`
      select 3 as invariant, 'a sheet on chain that nobody here cut' as what, (l.args->>'programme')::integer as programme,
        null as note, 0::bigint as expected, (l.args->'cut'->>'committedCents')::bigint as found
      from chain_logs l left join sheets s on '0x' || encode(s.id, 'hex') = l.args->>'sheet' and s.state <> 'queued'
      where l.event = 'SheetCut' and s.id is null`,
  },
  {
    named: sql`
      select 3 as invariant, 'what was released of a sheet against its events' as what, s.programme_id as programme,
        null as note, coalesce(e.cents, 0)::bigint as expected, s.released_cents as found
      from sheets s
        left join (
          select args->>'sheet' as sheet,
            sum(case event when 'Released' then ${cents('cents')} else ${cents('releasedCents')} end) as cents
          from chain_logs l where event in ('Released', 'SheetClosed') group by 1) e
          on e.sheet = '0x' || encode(s.id, 'hex')
      where coalesce(e.cents, 0) <> s.released_cents`,
  },
  {
    named: sql`
      select 4 as invariant, 'a settlement line against its start on chain' as what, null as programme, null as note,
        coalesce(${cents('cents')}, 0) as expected, i.cents as found
      from settlement_lines i
        left join chain_logs l on l.event = 'SettlementStarted' and l.args->>'ref' = '0x' || encode(i.chain_ref, 'hex')
      where i.state in ('ready', 'paid', 'returned') and ${cents('cents')} is distinct from i.cents`,
  },
  {
    holds: () => areLinesAdded,
    named: sql`
      select 4 as invariant, 'a settlement line against what it pays' as what, null as programme, null as note,
        x.cents as expected, i.cents as found
      from settlement_lines i join settlements s on s.id = i.settlement_id
        cross join lateral (select (
            coalesce((select sum(amount_cents) from acceptances where settlement_line_id = i.id), 0)
          - coalesce((select sum(cents) from refunds where settlement_line_id = i.id), 0))::bigint as cents) x
      where s.state <> 'dropped' and i.state <> 'returned' and x.cents <> i.cents`,
  },
  {
    holds: isSettledFinal,
    named: sql`
      select 4 as invariant, 'a payment in a settlement that is neither final nor guaranteed' as what,
        a.programme_id as programme, '0x' || encode(a.note_id, 'hex') as note, 0::bigint as expected, a.amount_cents as found
      from acceptances a where a.settlement_line_id is not null and a.state not in ('final', 'guaranteed')`,
  },
  {
    named: sql`
      select 4 as invariant, 'a payment to an account that is not the approved one' as what, null as programme,
        null as note, 0::bigint as expected, i.cents as found
      from settlement_lines i join merchants m on m.id = i.merchant_id join settlements s on s.id = i.settlement_id
      where s.state <> 'dropped' and i.state in ('draft', 'settling', 'ready')
        and (i.iban <> m.iban or i.bank_reference <> m.bank_reference)`,
  },
  {
    named: sql`
      select 4 as invariant, 'an entry of the bank against its settlement line' as what, null as programme, null as note,
        i.cents as expected, e.cents as found
      from statement_entries e join settlement_lines i on i.id = e.line_id
      where e.cents <> i.cents`,
  },
]

/** Every place was paid to its merchant, once, what the acceptance there says; and no other place was paid. */
const isPaid = (ledger: Ledger) =>
  ledger.scans.paid !== null && ledger.scans.paid === total(ledger.scans.placed, (row) => row.byPlace)

const isSettledFinal = ({ scans }: Ledger) =>
  scans.acceptances.every(({ line, state }) => line === null || state === 'final' || state === 'guaranteed')

/** Whether each settlement line is what its acceptances come to, less its refunds. */
export async function linesAdded(tx: Tx, ledger: Ledger): Promise<boolean> {
  const { rows } = await sql<{ id: string; cents: bigint }>`
    select i.id, i.cents from settlement_lines i join settlements s on s.id = i.settlement_id
    where s.state <> 'dropped' and i.state <> 'returned'`.execute(tx)
  const added = new Map<string, bigint>()
  const add = (line: string | null, cents: bigint) => line !== null && added.set(line, (added.get(line) ?? 0n) + cents)
  for (const { line, cents } of ledger.scans.acceptances) add(line, cents)
  for (const { line, cents } of ledger.scans.refunds) add(line, -cents)
  return rows.every(({ id, cents }) => cents === (added.get(id) ?? 0n))
}

/** Money that came in: what staff booked against what was minted for that bank entry and put into the programme's pots. */
async function compareFundings(tx: Tx, findings: Findings): Promise<void> {
  const fundings = await tx.selectFrom('fundings').selectAll().orderBy('id').execute()
  const { rows } = await sql<{ subject: string; event: string; args: Record<string, string> }>`
    select o.subject, l.event, l.args from chain_logs l
      join outbox o on o.hash = l.transaction_hash or l.transaction_hash = any (o.earlier_hashes)
    where l.event = 'Funded'
    union all
    select l.args->>'bankReference', l.event, l.args from chain_logs l where l.event = 'Minted'`.execute(tx)
  const told = new Map(rows.map(({ subject, event, args }) => [`${event} ${subject}`, args]))
  for (const row of fundings) {
    const at = { invariant: 2, programme: row.programme_id }
    const funded = told.get(`Funded fund:${row.id}`)
    const of = (name: string) => BigInt(funded?.[name] ?? 0)
    if (funded !== undefined || row.state === 'final') {
      findings.compare({ ...at, what: 'budget of a funding against the chain' }, of('budgetCents'), row.budget_cents)
      findings.compare({ ...at, what: 'float of a funding against the chain' }, of('floatCents'), row.float_cents)
      const what = 'guarantee of a funding against the chain'
      findings.compare({ ...at, what }, of('guaranteeCents'), row.guarantee_cents)
    }
    const minted = told.get(`Minted ${keccak256(stringToHex(row.bank_reference))}`)
    if (minted === undefined) continue
    const total = row.budget_cents + row.float_cents + row.guarantee_cents
    findings.compare({ ...at, what: 'a funding against what was minted for it' }, BigInt(minted.cents ?? 0), total)
  }
}
