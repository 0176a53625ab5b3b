import { sql } from 'kysely'
import type { Address, Hex, PublicClient } from 'viem'
import type { z } from 'zod'
import type { auditVerification } from '../../protocol/api/audit.ts'
import type { Db } from '../db/database.ts'
import { chainAndAnchor } from './anchoring.ts'
import { readAnchors } from './anchors.ts'
import { verifyLog } from './verifying.ts'

/* What the server's jobs do with the log. */
export { chainAndAnchor }

export type AuditVerification = z.output<typeof auditVerification>

export interface Ground {
  db: Db
  client: PublicClient
  auditAnchor: Address
  now(): Date
}

/**
 * Whether the audit log is whole, and if not, the first row that is not and what was done to it. Writes nothing, and needs
 * nothing but the database and a node. `lost`: see `verifyLog`.
 */
export async function verifyAuditLog(
  { db, client, auditAnchor, now }: Ground,
  lost: ReadonlySet<Hex> = new Set(),
): Promise<AuditVerification> {
  // First the chain: an anchor that comes later is of rows that may come later, too.
  const anchors = await readAnchors(client, auditAnchor)
  const { rows, anchoredRow, broken } = await verifyLog(db, anchors, lost)
  const last = anchors.at(-1)
  const { timestamp } = last === undefined ? { timestamp: null } : await client.getBlock({ blockNumber: last.block })
  const waiting = await sql<{ count: bigint; oldest: Date | null }>`
    select count(*) as count, min(at) as oldest from access_log`.execute(db)
  return {
    intact: broken === null,
    at: now(),
    rows: Number(rows),
    waiting: Number(waiting.rows[0]?.count ?? 0n),
    oldestWaitingAt: waiting.rows[0]?.oldest ?? null,
    contract: auditAnchor,
    anchors: anchors.length,
    anchoredRow: Number(anchoredRow),
    lastAnchorAt: timestamp === null ? null : new Date(Number(timestamp) * 1000),
    broken: broken && {
      ...broken,
      row: Number(broken.row),
      until: broken.until === null ? null : Number(broken.until),
    },
  }
}
