import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import { type Entry, nextHash } from './links.ts'

/** So many rows in one transaction: some milliseconds, in which no other writer gets in. */
const mostRows = 1000

/** The last row of the log. */
export interface Head {
  position: bigint
  hash: Buffer
}

/**
 * Moves what has been committed to the access log into the chained log, oldest number first. One writer at a time, however
 * many call; those who come while another writes leave it to that one. Cut short, it has moved whole batches or nothing.
 *
 * @returns how many rows were moved.
 */
export async function sealWaiting(db: Db): Promise<number> {
  for (let sum = 0; ; ) {
    const moved = await inTransaction(db, async (tx) => {
      const head = await takeHead(tx)
      return head === null ? 0 : (await sealBatch(tx, head)).moved
    })
    sum += moved
    if (moved < mostRows) return sum
  }
}

/** Holds the head until the transaction ends; null while another writer holds it. */
export async function takeHead(tx: Tx): Promise<Head | null> {
  const { rows } = await sql<Head>`select position, hash from audit_head for update skip locked`.execute(tx)
  return rows[0] ?? null
}

/** Moves all that waits and that this transaction sees, behind a head that it holds. */
export async function sealAll(tx: Tx, head: Head): Promise<Head> {
  const { moved, ...next } = await sealBatch(tx, head)
  return moved < mostRows ? next : await sealAll(tx, next)
}

async function sealBatch(tx: Tx, { position, hash }: Head): Promise<Head & { moved: number }> {
  const { rows } = await sql<Omit<Entry, 'position'>>`
    select id as entry, timestamptz_send(at) as at, actor, actor_id as "actorId", action, subject, details
    from access_log order by id limit ${mostRows}`.execute(tx)
  if (rows.length === 0) return { moved: 0, position, hash }

  const hashes: Buffer[] = []
  let last = hash
  for (const [place, row] of rows.entries()) {
    last = nextHash(last, { ...row, position: position + BigInt(place) + 1n })
    hashes.push(last)
  }
  const ids = rows.map(({ entry }) => entry).join()
  const end = position + BigInt(rows.length)
  // The same rows by their numbers: what has committed since may have lower ones, and waits for the next batch.
  await sql`
    with moved as (
      delete from access_log where id = any (string_to_array(${ids}, ',')::bigint[])
      returning id, at, actor, actor_id, action, subject, details
    ), placed as (
      select *, row_number() over (order by id) as place from moved
    )
    insert into audit_log (position, entry, at, actor, actor_id, action, subject, details, hash)
    select ${position}::bigint + place, id, at, actor, actor_id, action, subject, details,
      substr(${Buffer.concat(hashes)}::bytea, (32 * (place - 1) + 1)::integer, 32)
    from placed`.execute(tx)
  await tx.updateTable('audit_head').set({ position: end, hash: last }).execute()
  return { moved: rows.length, position: end, hash: last }
}
