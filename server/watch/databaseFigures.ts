import { sql } from 'kysely'
import type { Db } from '../db/database.ts'

export interface LaneFigures {
  name: string
  /** Gas of the dearest of its last 20 calls; 0 when it has sent none. */
  dearestGas: bigint
  gasInTwoWeeks: bigint
}

export interface DatabaseFigures {
  unfinished: { lane: string; state: string; count: bigint; age: number }[]
  lanes: LaneFigures[]
  /** How long there have been orders at all, at most two weeks. */
  days: number
  acceptances: { accepted: bigint; posted: bigint; skipped: bigint; due: Date | null; guaranteeUsed: number }
  /** Of the row of the access log that waits longest to be chained. */
  auditWaiting: Date | null
  post: { stage: string; stage_since: Date | null; started_at: Date | null }
  reconciled: { at: Date; differences: number; off_cents: bigint } | null
  indexedBlock: bigint | null
}

/** Counts and ages only; each statement is answered by an index or by a table of a few rows. */
export async function readDatabaseFigures(db: Db, chainId: number): Promise<DatabaseFigures> {
  const [unfinished, lanes, whole, post, reconciled] = await Promise.all([
    sql<DatabaseFigures['unfinished'][number]>`
      select lane, state, count(*) as count, extract(epoch from now() - min(created_at))::float8 as age
      from outbox where state <> 'final' group by lane, state`.execute(db),
    sql<{ name: string; dearest: bigint; recent: bigint }>`
      select name,
        coalesce((select max(gas) from (select gas from outbox where lane = lanes.name and nonce is not null
          order by nonce desc limit 20) as last), 0) as dearest,
        coalesce((select sum(gas) from outbox where lane = lanes.name and created_at > now() - interval '14 days'), 0)
          as recent
      from lanes`.execute(db),
    sql<
      Omit<DatabaseFigures['acceptances'], 'guaranteeUsed'> &
        Record<'used' | 'days', number> & { indexed: bigint; waiting: Date | null }
    >`
      select
        (select count(*) from acceptances where state = 'accepted') as accepted,
        (select count(*) from acceptances where state = 'posted' and skipped is null) as posted,
        (select count(*) from acceptances where state = 'posted' and skipped is not null) as skipped,
        -- As the post finds them: what waits for a sheet is not late.
        (select min(a.post_after) from acceptances a
          join notes n on n.id = a.note_id join sheets s on s.id = n.sheet_id
          where a.state = 'accepted' and s.state in ('final', 'closing', 'closed')) as due,
        (select at from access_log order by id limit 1) as waiting,
        coalesce((select max(uncovered_cents::float8 / guarantee_cents) from programmes where guarantee_cents > 0), 0)
          as used,
        coalesce((select extract(epoch from now() - created_at)::float8 / 86400 from outbox order by id limit 1), 0)
          as days,
        (select indexed_block from chain_cursor where chain_id = ${chainId}) as indexed`.execute(db),
    db.selectFrom('post_state').select(['stage', 'stage_since', 'started_at']).executeTakeFirstOrThrow(),
    db
      .selectFrom('reconciliations')
      .select(['at', 'differences', 'off_cents'])
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst(),
  ])
  const [one] = whole.rows
  if (one === undefined) throw new Error('The database answered with nothing')
  const { used: guaranteeUsed, days, indexed, waiting, ...acceptances } = one
  return {
    unfinished: unfinished.rows,
    lanes: lanes.rows.map(({ name, dearest, recent }) => ({ name, dearestGas: dearest, gasInTwoWeeks: recent })),
    days: Math.min(14, Math.max(1, days)),
    acceptances: { ...acceptances, guaranteeUsed },
    auditWaiting: waiting,
    post,
    reconciled: reconciled ?? null,
    indexedBlock: indexed,
  }
}
