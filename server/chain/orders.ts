import { sql } from 'kysely'
import type { Hex } from 'viem'
import { fromHex } from '../db/bytes.ts'
import type { Tx } from '../db/transaction.ts'

/** What an event's transaction was ordered for; null when nobody here ordered it. */
export async function subjectOf(tx: Tx, transactionHash: Hex): Promise<string | null> {
  const hash = fromHex(transactionHash)
  const { rows } = await sql<{ subject: string }>`
    select subject from outbox where hash = ${hash} or ${hash} = any (earlier_hashes)`.execute(tx)
  return rows[0]?.subject ?? null
}
