import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { enqueue } from '../chain/outbox.ts'
import { toHex } from '../db/bytes.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { logAccess } from '../people/people.ts'
import { sealAll, sealWaiting, takeHead } from './sealing.ts'

const daySeconds = 86_400

/**
 * Chains what waits, and once an interval orders the log's head to be anchored on chain: with each evening post, at least
 * once a day, and at the bounds of the interval, not when something happened. Only a sample leaves out an interval in which
 * nothing happened, since its intervals are minutes.
 *
 * @returns whether an anchor was ordered.
 */
export async function chainAndAnchor(deps: Deps): Promise<boolean> {
  await sealWaiting(deps.db)
  return await inTransaction(deps.db, async (tx) => {
    const head = await takeHead(tx)
    if (head === null || !(await isDue(tx, deps.config))) return false
    // Its random number keeps the head from being guessed, and from being the last one again after a quiet day.
    await logAccess(tx, { actor: 'server' }, 'anchored head', '', { nonce: randomBytes(16).toString('hex') })
    const { position, hash } = await sealAll(tx, head)
    await sql`update audit_head set anchored_position = position, anchored_at = now()`.execute(tx)
    return await enqueue(tx, {
      subject: `anchor:${position}`,
      kind: 'anchor',
      lane: 'acceptor',
      target: 'auditAnchor',
      functionName: 'anchor',
      args: [toHex(hash)],
    })
  })
}

/** By the database's own clock: servers may disagree about the time. */
async function isDue(tx: Tx, { postIntervalSeconds, isSample }: Deps['config']): Promise<boolean> {
  const seconds = Math.min(postIntervalSeconds, daySeconds)
  const { rows } = await sql<{ due: boolean }>`
    select anchored_at is null or (
      floor(extract(epoch from now()) / ${seconds}) > floor(extract(epoch from anchored_at) / ${seconds})
      and (not ${isSample} or position > anchored_position or now() - anchored_at >= interval '1 day')) as due
    from audit_head`.execute(tx)
  return rows[0]?.due === true
}
