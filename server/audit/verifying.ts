import { sql } from 'kysely'
import type { Hex } from 'viem'
import { toHex } from '../db/bytes.ts'
import type { Db } from '../db/database.ts'
import type { Anchor } from './anchors.ts'
import { type Entry, firstHash, nextHash } from './links.ts'

/** What was done to the log. `rewritten`: its rows agree with each other, but not with what is anchored. */
export type Harm = 'changed' | 'deleted' | 'inserted' | 'truncated' | 'rewritten'

export interface Broken {
  /** The first row that is not as it was. */
  row: bigint
  /** The last one, where more than one is known to be. */
  until: bigint | null
  what: Harm
  because: string
}

export interface Verified {
  /** So many rows are as they were when they were chained: all, or those before the broken one. */
  rows: bigint
  /** Up to here an anchor on chain says so, too. */
  anchoredRow: bigint
  broken: Broken | null
}

/** So many rows are held in memory at once. */
const batch = 5000

/**
 * Reads the whole log in its order against its own hashes, its head, and every anchor. Rows may be added meanwhile. `lost`
 * are heads of anchors whose rows went in a restore that is written down elsewhere: they are not looked for.
 */
export async function verifyLog(
  db: Db,
  anchors: readonly Anchor[],
  lost: ReadonlySet<Hex> = new Set(),
): Promise<Verified> {
  const start = await readHead(db)
  const rowOf = new Map<Hex, bigint>(anchors.map(({ head }) => [head, 0n]))
  let [rows, anchoredRow] = [0n, 0n]
  let hash: Buffer = firstHash
  let headHash = start.position === 0n ? hash : null
  const broken = (what: Harm, row: bigint, until: bigint | null, because: string): Verified => ({
    rows,
    anchoredRow,
    broken: { row, until, what, because },
  })

  for await (const row of rowsOf(db)) {
    const expected = rows + 1n
    if (row.position < expected) return broken('inserted', row.position, null, 'No row has such a number.')
    if (row.position > expected) {
      return broken('deleted', expected, row.position - 1n, `Row ${row.position} follows row ${rows}.`)
    }
    const right = hashOf(hash, row)
    if (row.hash === null || !right?.equals(row.hash)) return broken(...(await harmAt(db, hash, row)))
    ;[rows, hash] = [row.position, right]
    if (rows === start.position) headHash = hash
    const name = toHex(hash)
    if (rowOf.has(name)) {
      rowOf.set(name, rows)
      anchoredRow = rows
    }
  }

  if (headHash === null) {
    return broken('truncated', rows + 1n, start.position, `The log had ${start.position} rows.`)
  }
  if (!headHash.equals(start.hash)) {
    return broken('rewritten', start.position, null, 'The head that was kept has another hash.')
  }
  const end = await readHead(db)
  if (end.last < end.position) {
    return broken('truncated', end.last + 1n, end.position, `The log had ${end.position} rows.`)
  }
  if (end.last > end.position) {
    rows = end.position
    return broken('inserted', end.position + 1n, end.last, `The writer has written ${end.position} rows.`)
  }

  const missing = anchors.find(({ head }) => rowOf.get(head) === 0n && !lost.has(head))
  if (missing === undefined) return { rows, anchoredRow, broken: null }
  const confirmed = anchors.reduce(
    (row, { number, head }) => (number < missing.number ? (rowOf.get(head) ?? row) : row),
    0n,
  )
  const anchored = await anchoredAs(db, missing.head)
  const because = `Anchor ${missing.number}, in block ${missing.block}, is of a log that went on otherwise after row ${confirmed}`
  if (anchored !== null && anchored > rows) {
    return broken('truncated', rows + 1n, anchored, `${because}, at least up to row ${anchored}.`)
  }
  return broken('rewritten', confirmed + 1n, anchored, `${because}.`)
}

interface Head {
  position: bigint
  hash: Buffer
  /** The last row that is there. */
  last: bigint
}

/** In one statement, so that no row is added between the two. */
async function readHead(db: Db): Promise<Head> {
  const { rows } = await sql<Head>`
    select position, hash, coalesce((select max(position) from audit_log), 0)::bigint as last from audit_head`.execute(
    db,
  )
  const head = rows[0]
  if (head === undefined) throw new Error('audit_head has no row: bring it back from a backup')
  return head
}

type Row = { [K in keyof Entry]: K extends 'position' | 'entry' ? bigint : Entry[K] | null } & { hash: Buffer | null }

async function* rowsOf(db: Db, from: bigint | null = null): AsyncGenerator<Row> {
  for (let after = from; ; ) {
    const { rows } = await sql<Row>`
      select position, entry, timestamptz_send(at) as at, actor, actor_id as "actorId", action, subject, details, hash
      from audit_log where ${after === null ? sql`true` : sql`position > ${after}`} order by position limit ${batch}`.execute(
      db,
    )
    yield* rows
    if (rows.length < batch) return
    after = rows[rows.length - 1]?.position ?? null
  }
}

/** Null where a column was emptied. */
function hashOf(previous: Uint8Array, row: Row): Buffer | null {
  const isFull = Object.values(row).every((value) => value !== null)
  return isFull ? nextHash(previous, row as Entry) : null
}

/** Row by row, the next one tells: if it would be right in the place of this one, this one was put before it. */
async function harmAt(db: Db, before: Uint8Array, row: Row): Promise<[Harm, bigint, null, string]> {
  for await (const next of rowsOf(db, row.position)) {
    const moved = hashOf(before, { ...next, position: row.position })
    if (next.hash !== null && moved?.equals(next.hash)) {
      return ['inserted', row.position, null, 'The row after it has its place.']
    }
    break
  }
  return ['changed', row.position, null, 'It does not have the hash that follows from it and the row before.']
}

/** Which row the anchor was ordered for, if the outbox still says so. */
async function anchoredAs(db: Db, head: Hex): Promise<bigint | null> {
  const { rows } = await sql<{ subject: string }>`
    select subject from outbox where kind = 'anchor' and call->'args'->>0 = ${head}`.execute(db)
  const position = /^anchor:(\d+)$/.exec(rows[0]?.subject ?? '')?.[1]
  return position === undefined ? null : BigInt(position)
}
