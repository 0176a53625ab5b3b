import { sql } from 'kysely'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
import type { Cents } from '../../protocol/money.ts'
import type { Db } from '../db/database.ts'
import type { Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'

/** A programme on chain, at the block up to which the database has read. */
export interface Pots {
  availableCents: Cents
  outstandingCents: Cents
  floatCents: Cents
  guaranteeCents: Cents
  guaranteePaidCents: Cents
  lockedCents: Cents
  /** What may still be granted on the day of that block. */
  grantableTodayCents: Cents
  blockNumber: bigint
}

/** Read where the indexer stands, so that chain and database are compared at one moment. */
export async function potsOf(deps: Deps, programmeId: number): Promise<Pots> {
  const { indexed_block: blockNumber } = await deps.db
    .selectFrom('chain_cursor')
    .select('indexed_block')
    .executeTakeFirstOrThrow()
  const programme = await deps.chain.client.readContract({
    address: deps.chain.vouchers,
    abi: vouchersAbi,
    functionName: 'programmeOf',
    args: [programmeId],
    blockNumber,
  })
  const today = Math.floor(deps.now().getTime() / 86_400_000)
  const granted = programme.grantedOnDay === today ? programme.grantedTodayCents : 0n
  const room = programme.dailyLimitCents - granted
  return { ...programme, grantableTodayCents: room > 0n ? room : 0n, blockNumber }
}

/** Whether the database already counts what the chain did after this block: then pots read there do not go with it. */
export async function isOvertaken(db: Db, { blockNumber }: Pick<Pots, 'blockNumber'>): Promise<boolean> {
  const later = db.selectFrom('chain_logs').select('log_index').where('block_number', '>', blockNumber)
  return (await later.limit(1).executeTakeFirst()) !== undefined
}

/**
 * What an acceptance `a` of note `n` under way may still bring back: of a service the whole note, for an undo reverses its
 * rest too. Only when the acceptance is over for good may the rest be granted again.
 */
export const underWay = sql<Cents>`case p.kind when 'service' then n.face_cents else a.amount_cents end`

/**
 * What of the outstanding cents on chain still stands for something: open notes whose value was granted on chain, and
 * acceptances under way. Refunds that the chain has not booked are given out again already, and not yet outstanding there.
 */
export async function liveCents(db: Db, programmeId: number): Promise<Cents> {
  const { rows } = await sql<{ cents: bigint }>`
    select
        coalesce((select sum(n.face_cents) from notes n
          join vouchers v on v.id = n.voucher_id
          left join sheets s on s.id = n.sheet_id
          where v.programme_id = ${programmeId} and n.state = 'open'
            and (not n.is_new_value or s.state in ('final', 'closing', 'closed'))), 0)
      + coalesce((select sum(${underWay}) from acceptances a
          join notes n on n.id = a.note_id
          join programmes p on p.id = a.programme_id
          left join sheets s on s.id = n.sheet_id
          where a.programme_id = ${programmeId} and a.state in ('accepted', 'posted')
            and (not n.is_new_value or s.state in ('final', 'closing', 'closed'))), 0)
      - coalesce((select sum(r.cents) from refunds r
          where r.programme_id = ${programmeId} and r.state = 'queued'), 0) as cents`.execute(db)
  return rows[0]?.cents ?? 0n
}

/** What the chain took back of programme `p`. */
export const takenBackOf = sql<bigint>`
  coalesce((select sum((l.args->>'cents')::bigint) from chain_logs l
    where l.event = 'Reclaimed' and (l.args->>'programme')::bigint = p.id), 0)::bigint`

/** Value of programme `p` that ended before any sheet granted it on chain: all that was new, less what still is or went on. */
export const endedUnsheetedOf = sql<bigint>`(
    p.granted_cents
  - coalesce((select sum(s.granted_cents) from sheets s where s.programme_id = p.id), 0)
  - coalesce((select sum(n.face_cents) from notes n join vouchers v on v.id = n.voucher_id
      where v.programme_id = p.id and n.is_new_value and n.sheet_id is null and n.state = 'open'), 0)
  - coalesce((select sum(${underWay}) from acceptances a join notes n on n.id = a.note_id
      where a.programme_id = p.id and n.is_new_value and n.sheet_id is null
        and a.state in ('accepted', 'posted')), 0))::bigint`

/** Sets what a programme may grant again. Counted from what is there: a second count changes nothing; never less. */
export async function recountReclaimed(tx: Tx, programmeId: number): Promise<void> {
  await sql`
    update programmes p set ended_unsheeted_cents = c.ended, reclaimed_cents = c.taken_back + c.ended
    from (
      select p.id, ${takenBackOf} as taken_back, greatest(p.ended_unsheeted_cents, ${endedUnsheetedOf}) as ended
      from programmes p where p.id = ${programmeId}) c
    where c.id = p.id and (p.ended_unsheeted_cents, p.reclaimed_cents) <> (c.ended, c.taken_back + c.ended)`.execute(tx)
}
