import { sql } from 'kysely'
import type { Hex } from 'viem'
import { toHex } from '../db/bytes.ts'
import type { Words } from '../db/tables.ts'
import type { Tx } from '../db/transaction.ts'
import { isUnposted, underWay } from '../post/post.ts'

/** What the database says at the block up to which it has read the chain. */
export interface DatabaseSide {
  blockNumber: bigint
  programmes: ProgrammeSide[]
  sheets: SheetSide[]
  merchants: { id: number; owedCents: bigint }[]
  settlingCents: bigint
  bank: { fundedCents: bigint; paidCents: bigint; returnedCents: bigint; underWayCents: bigint }
}

export interface ProgrammeSide {
  id: number
  organisation: string
  name: Words
  grantedCents: bigint
  spentCents: bigint
  leftCents: bigint
  expiredCents: bigint
  revokedCents: bigint
  dailyLimitCents: bigint
  /** What each pot on chain should hold. */
  availableCents: bigint
  outstandingCents: bigint
  /** What of outstanding stands for something: notes in hand and acceptances under way, less what ordered sheets will grant. */
  promisedCents: bigint
  floatCents: bigint
  guaranteeCents: bigint
  lockedCents: bigint
  budgetCents: bigint
  /** What `budget`, `float` and `guarantee` should be by the chain's events. */
  budgetToldCents: bigint
  floatToldCents: bigint
  guaranteeToldCents: bigint
  /** The terms of locked: notes in hand, acceptances not yet posted, what may be released, padding. */
  openOnSheetsCents: bigint
  unpostedOnSheetsCents: bigint
  unreleasedCents: bigint
  paddingCents: bigint
  /** The terms of spent: posted finally, paid from the guarantee, refunded, and not yet posted. */
  redeemedCents: bigint
  guaranteedCents: bigint
  refundedCents: bigint
  refundsQueuedCents: bigint
  unpostedCents: bigint
  fundedCents: bigint
  isOpened: boolean
}

export interface SheetSide {
  id: Hex
  programme: number
  committedCents: bigint
  /** Redeemed and released; of a closed sheet all that it committed. */
  spentCents: bigint
  /** What the notes in hand and the acceptances not yet posted may still take of it. */
  neededCents: bigint
  state: 'final' | 'closing' | 'closed'
}

const told = (event: string, name: string) => sql`
  coalesce((select sum((l.args->>${name})::bigint) from chain_logs l
    where l.event = ${event} and (l.args->>'programme')::bigint = p.id), 0)`
const acceptances = (states: string) => sql`
  coalesce((select sum(amount_cents) from acceptances where programme_id = p.id and state = ${states}), 0)`

export async function readDatabaseSide(tx: Tx): Promise<DatabaseSide> {
  const cursor = await tx.selectFrom('chain_cursor').select('indexed_block').executeTakeFirstOrThrow()
  return {
    blockNumber: cursor.indexed_block,
    programmes: await readProgrammes(tx),
    sheets: await readSheets(tx),
    merchants: await readMerchants(tx),
    settlingCents: await readSettling(tx),
    bank: await readBank(tx),
  }
}

async function readProgrammes(tx: Tx): Promise<ProgrammeSide[]> {
  const { rows } = await sql<ProgrammeSide>`
    with sheet as (
      select s.id, s.programme_id, s.committed_cents, s.granted_cents, s.state,
        s.committed_cents - s.released_cents
          - coalesce(sum(a.amount_cents) filter (where a.state = 'final'), 0) as left_cents,
        s.committed_cents - coalesce(sum(n.locked_cents), 0) as padding_cents,
        coalesce(sum(n.locked_cents) filter (where n.state = 'open'), 0) as open_cents,
        coalesce(sum(a.amount_cents) filter (where a.state in ('accepted', 'posted')), 0) as unposted_cents
      from sheets s left join notes n on n.sheet_id = s.id left join acceptances a on a.note_id = n.id
      where s.state <> 'queued' group by s.id),
    sheets_of as (
      select programme_id, sum(granted_cents) as granted_cents,
        sum(left_cents) filter (where state <> 'closed') as locked_cents,
        sum(padding_cents) filter (where state <> 'closed') as padding_cents,
        sum(open_cents) filter (where state <> 'closed') as open_cents,
        sum(unposted_cents) filter (where state <> 'closed') as unposted_cents
      from sheet group by programme_id),
    promised as (
      select p.id, sum(case n.state when 'open' then n.face_cents else ${underWay} end) as cents
      from notes n join vouchers v on v.id = n.voucher_id join programmes p on p.id = v.programme_id
        left join acceptances a on a.note_id = n.id
      where n.state in ('open', 'accepted', 'posted') and (not n.is_new_value or n.sheet_id is not null)
      group by p.id)
    select p.id, p.organisation_id as organisation, p.name,
      p.granted_cents as "grantedCents", p.spent_cents as "spentCents", p.left_cents as "leftCents",
      p.expired_cents as "expiredCents", p.revoked_cents as "revokedCents", p.daily_limit_cents as "dailyLimitCents",
      p.budget_cents as "budgetCents", p.float_cents as "floatCents", p.guarantee_cents as "guaranteeCents",
      (p.budget_cents - coalesce(s.granted_cents, 0) + ${told('Reclaimed', 'cents')})::bigint as "availableCents",
      (coalesce(s.granted_cents, 0) - ${acceptances('final')} - ${told('Reclaimed', 'cents')}
        - ${told('GuaranteeRestored', 'cents')}
        + coalesce((select sum(cents) from refunds where programme_id = p.id and state = 'final'), 0)
      )::bigint as "outstandingCents",
      (coalesce((select cents from promised where promised.id = p.id), 0)
        - coalesce((select sum(granted_cents) from sheets where programme_id = p.id and state = 'queued'), 0)
        - coalesce((select sum(cents) from refunds where programme_id = p.id and state = 'queued'), 0)
      )::bigint as "promisedCents",
      coalesce(s.locked_cents, 0)::bigint as "lockedCents",
      (${told('Funded', 'budgetCents')} - ${told('Defunded', 'availableCents')})::bigint as "budgetToldCents",
      (${told('Funded', 'floatCents')} - ${told('Defunded', 'floatCents')})::bigint as "floatToldCents",
      (${told('Funded', 'guaranteeCents')} - ${told('Defunded', 'guaranteeCents')} - ${acceptances('guaranteed')}
        + ${told('GuaranteeRestored', 'cents')} + ${told('DebtNetted', 'cents')}
        - coalesce((select sum((l.args->>'debtCents')::bigint) from chain_logs l
            join refunds r on '0x' || encode(r.id, 'hex') = l.args->>'refundId'
            where l.event = 'Refunded' and r.programme_id = p.id), 0))::bigint as "guaranteeToldCents",
      coalesce(s.open_cents, 0)::bigint as "openOnSheetsCents",
      coalesce(s.unposted_cents, 0)::bigint as "unpostedOnSheetsCents",
      coalesce(s.padding_cents, 0)::bigint as "paddingCents",
      coalesce(s.locked_cents - s.open_cents - s.unposted_cents - s.padding_cents, 0)::bigint as "unreleasedCents",
      ${acceptances('final')}::bigint as "redeemedCents",
      ${acceptances('guaranteed')}::bigint as "guaranteedCents",
      coalesce((select sum(cents) from refunds where programme_id = p.id and state = 'final'), 0)::bigint as "refundedCents",
      coalesce((select sum(cents) from refunds where programme_id = p.id and state = 'queued'), 0)::bigint
        as "refundsQueuedCents",
      (${acceptances('accepted')} + ${acceptances('posted')})::bigint as "unpostedCents",
      coalesce((select sum(budget_cents + float_cents + guarantee_cents) from fundings where programme_id = p.id), 0)::bigint
        as "fundedCents",
      (p.state <> 'opening') as "isOpened"
    from programmes p left join sheets_of s on s.programme_id = p.id
    order by p.id`.execute(tx)
  return rows
}

async function readSheets(tx: Tx): Promise<SheetSide[]> {
  const { rows } = await sql<Record<string, never> & { id: Buffer; spent: bigint } & SheetSide>`
    select s.id, s.programme_id as programme, s.committed_cents as "committedCents", s.state,
      (s.released_cents + coalesce(sum(a.amount_cents) filter (where a.state = 'final'), 0))::bigint as "spentCents",
      coalesce(sum(case when n.state = 'open' then n.locked_cents when ${isUnposted} then a.amount_cents end), 0)::bigint
        as "neededCents"
    from sheets s left join notes n on n.sheet_id = s.id left join acceptances a on a.note_id = n.id
    where s.state <> 'queued' group by s.id order by s.id`.execute(tx)
  return rows.map((row) => ({
    id: toHex(row.id as unknown as Buffer),
    programme: row.programme,
    committedCents: row.committedCents,
    spentCents: row.spentCents,
    neededCents: row.neededCents,
    state: row.state,
  }))
}

async function readMerchants(tx: Tx): Promise<{ id: number; owedCents: bigint }[]> {
  const { rows } = await sql<{ id: number; owedCents: bigint }>`
    select m.id, (
        coalesce((select sum(amount_cents) from acceptances
          where merchant_id = m.id and state in ('final', 'guaranteed')), 0)
      - coalesce((select sum(cents) from refunds where merchant_id = m.id and state = 'final'), 0)
      - coalesce((select sum(cents) from settlement_lines where merchant_id = m.id and state in ('ready', 'paid')), 0)
      )::bigint as "owedCents"
    from merchants m where m.state <> 'proposed' order by m.id`.execute(tx)
  return rows
}

async function readSettling(tx: Tx): Promise<bigint> {
  const { rows } = await sql<{ cents: bigint }>`
    select coalesce(sum(cents), 0)::bigint as cents from settlement_lines where state = 'ready'`.execute(tx)
  return rows[0]?.cents ?? 0n
}

async function readBank(tx: Tx): Promise<DatabaseSide['bank']> {
  const { rows } = await sql<DatabaseSide['bank']>`
    select
      -- What the treasury burned went back to a funder.
      (coalesce((select sum((args->>'cents')::bigint) from chain_logs where event = 'Minted'), 0)
        - coalesce((select sum((args->>'cents')::bigint) from chain_logs where event = 'Burned' and not exists (
            select 1 from settlement_lines l where '0x' || encode(l.chain_ref, 'hex') = args->>'ref')), 0)
      )::bigint as "fundedCents",
      coalesce(sum(e.cents) filter (where e.kind = 'paid'), 0)::bigint as "paidCents",
      coalesce(sum(e.cents) filter (where e.kind = 'returned'), 0)::bigint as "returnedCents",
      -- Known from the statement, and not yet final on chain.
      coalesce(sum(case when e.kind = 'paid' and i.state = 'ready' then e.cents
        when e.kind = 'returned' and i.state in ('ready', 'paid') then -e.cents end), 0)::bigint as "underWayCents"
    from statement_entries e join settlement_lines i on i.id = e.line_id`.execute(tx)
  const [row] = rows
  return row ?? { fundedCents: 0n, paidCents: 0n, returnedCents: 0n, underWayCents: 0n }
}
