import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { Tx } from '../db/transaction.ts'

/** These say nothing of what is in a call, and pass by themselves. */
export const passing = /^(EnforcedPause|nonce taken)/

/** What a stage orders, by the kind its orders have in the outbox. */
export const stageKinds = {
  redemptions: ['redeem', 'revoke'],
  releases: ['release', 'closeSheet', 'restoreGuarantee', 'reclaim', 'refund', 'payGuarantee'],
  sheets: ['cutSheet'],
} as const

export type OrderKind = (typeof stageKinds)[keyof typeof stageKinds][number]

/**
 * How many orders of these kinds may still become final by themselves. What the contract refuses is not among them: it
 * waits in the outbox with its reason, and the post of everybody else goes on.
 */
export async function countUnderWay(db: Db, kinds: readonly OrderKind[], subjectPrefix = ''): Promise<number> {
  const { rows } = await sql<{ count: bigint }>`
    select count(*) as count from outbox
    where kind in (${sql.join(kinds)})
      and starts_with(subject, ${subjectPrefix})
      and (state in ('signed', 'mined') or (state = 'queued' and because is null))`.execute(db)
  return Number(rows[0]?.count ?? 0n)
}

/**
 * What was ordered and is not booked here, refused or not: a second order would come on top. Final on chain is not enough;
 * what an order did is known only when the blocks up to its own have been read.
 */
export const isNotBooked = sql<boolean>`(state <> 'final' or block_number > (select min(indexed_block) from chain_cursor))`

/** Whether anything of these kinds was ordered and is not booked here. */
export async function isOrdered(db: Db, kinds: readonly OrderKind[], subjectPrefix: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from outbox
    where kind in (${sql.join(kinds)}) and starts_with(subject, ${subjectPrefix}) and ${isNotBooked}
    limit 1`.execute(db)
  return rows.length > 0
}

/** Of two servers that order at the same moment one waits, and then sees what the other has ordered. */
export async function orderAlone(tx: Tx): Promise<void> {
  await sql`select 1 from post_state for update`.execute(tx)
}
