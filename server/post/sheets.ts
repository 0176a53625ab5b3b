import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { type Hex, keccak256 } from 'viem'
import { enqueue } from '../chain/outbox.ts'
import { fromHex, toHex } from '../db/bytes.ts'
import type { Db } from '../db/database.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { type Candidate, choose, mostNotesOnASheet, type Room, timesOf } from './choosing.ts'
import { sealLeafFile } from './leafFile.ts'
import { isOrdered } from './postOrders.ts'
import { potsOf } from './pots.ts'
import { shuffled } from './shuffle.ts'
import { signCut } from './signed.ts'
import { depthFor, growTree } from './tree.ts'

/** Orders a sheet for every programme in which enough notes wait, or wait long enough; `now` asks for no more than one. */
export async function orderSheets(deps: Deps, when: 'by_rule' | 'now'): Promise<number> {
  await dropRefusedSheets(deps)
  const programmes = await deps.db
    .selectFrom('programmes')
    .select(['id', 'purposes'])
    .where('state', '<>', 'opening')
    .execute()
  let ordered = 0
  for (const programme of programmes) {
    // One sheet of a programme at a time: what the contract allows is known only when the last one is final.
    if (await isOrdered(deps.db, ['cutSheet'], `cut:${programme.id}:`)) continue
    if (when === 'by_rule' && !(await isDue(deps, programme.id))) continue
    const pots = await potsOf(deps, programme.id)
    const room = { ...pots, uncoveredCents: pots.outstandingCents + pots.floatCents - pots.lockedCents }
    if (await inTransaction(deps.db, (tx) => cut(tx, deps, programme, room))) ordered++
  }
  return ordered
}

async function isDue(deps: Deps, programmeId: number): Promise<boolean> {
  const { rows } = await sql<{ count: bigint; oldest: Date | null }>`
    select count(*) as count, min(n.created_at) as oldest
    from notes n join vouchers v on v.id = n.voucher_id
    where v.programme_id = ${programmeId} and n.sheet_id is null and n.holder is not null
      and n.state in ('open', 'accepted')`.execute(deps.db)
  const { count = 0n, oldest = null } = rows[0] ?? {}
  if (oldest === null) return false
  const waited = (deps.now().getTime() - new Date(oldest).getTime()) / 1000
  return Number(count) >= deps.config.sheetLeastNotes || waited >= deps.config.sheetWaitSeconds
}

async function cut(tx: Tx, deps: Deps, programme: { id: number; purposes: number }, room: Room): Promise<boolean> {
  const { notes, grantedCents, committedCents } = choose(
    shuffled(await takeCandidates(tx, programme.id, deps.now())),
    room,
  )
  if (notes.length === 0) return false

  const depth = depthFor(notes.length)
  const places = shuffled(Array.from({ length: 2 ** depth }, (_, place) => place))
  const leaves = notes.map((note, order) => ({
    index: places[order] ?? 0,
    holder: toHex(note.holder),
    noteId: toHex(note.id),
    capCents: note.capCents,
  }))
  const seed = toHex(randomBytes(32))
  const { root } = growTree(depth, leaves, seed)
  const latest = new Date(Math.max(...notes.map((note) => note.validUntil.getTime())))
  const { validUntil, closesAt } = timesOf(latest, deps.now(), deps.chain.graceSeconds)
  const leafFile = sealLeafFile(deps.keys.secrets.leafFiles, root, { seed, leaves })
  const dataHash = keccak256(leafFile)
  const terms = { validUntil, closesAt, purposes: programme.purposes, depth, committedCents, grantedCents }

  await tx
    .insertInto('sheets')
    .values({
      id: fromHex(root),
      programme_id: programme.id,
      padding_seed: fromHex(seed),
      depth,
      purposes: programme.purposes,
      committed_cents: committedCents,
      granted_cents: grantedCents,
      valid_until: new Date(validUntil * 1000),
      closes_at: new Date(closesAt * 1000),
      data_hash: fromHex(dataHash),
      leaf_file: leafFile,
      state: 'queued',
      created_at: deps.now(),
    })
    .execute()
  for (const [order, note] of notes.entries()) {
    await tx
      .updateTable('notes')
      .set({ sheet_id: fromHex(root), leaf_index: leaves[order]?.index ?? 0, locked_cents: note.lockedCents })
      .where('id', '=', note.id)
      .execute()
  }
  const ordered = { root, programme: programme.id, ...terms, dataHash }
  const signature = await signCut(deps.chain, deps.keys.acceptor, ordered)
  return await enqueue(tx, {
    subject: `cut:${programme.id}:${root}`,
    kind: 'cutSheet',
    lane: 'issuer',
    target: 'vouchers',
    functionName: 'cutSheet',
    args: [ordered, signature],
  })
}

/** Locks what may go on a sheet: open, or accepted with its receipt out. A note without a holder has no leaf yet. */
async function takeCandidates(tx: Tx, programmeId: number, now: Date): Promise<Candidate[]> {
  const found = await sql<{ id: Buffer }>`
    select n.id from notes n join vouchers v on v.id = n.voucher_id
    where v.programme_id = ${programmeId} and n.sheet_id is null and n.holder is not null
      and ((n.state = 'open' and v.valid_until >= ${now}) or n.state = 'accepted')
    order by n.state, random()
    limit ${2 * mostNotesOnASheet}`.execute(tx)
  const ids = found.rows.map((row) => row.id)
  if (ids.length === 0) return []
  await tx.selectFrom('notes').select('id').where('id', 'in', ids).orderBy('id').forUpdate().execute()
  // Read again under the lock: a payment may have been faster.
  const { rows } = await sql<{
    id: Buffer
    holder: Buffer
    cap_cents: bigint
    face_cents: bigint
    amount_cents: bigint | null
    is_new_value: boolean
    state: string
    valid_until: Date
    kind: 'value' | 'service'
  }>`
    select n.id, n.holder, n.cap_cents, n.face_cents, a.amount_cents, n.is_new_value, n.state, v.valid_until, p.kind
    from notes n join vouchers v on v.id = n.voucher_id join programmes p on p.id = v.programme_id
      left join acceptances a on a.note_id = n.id
    where n.id in (${sql.join(ids)}) and n.sheet_id is null and n.holder is not null
      and n.state in ('open', 'accepted')`.execute(tx)
  return rows.map((row) => ({
    id: row.id,
    holder: row.holder,
    capCents: row.cap_cents,
    // The whole note of a service: its rest comes back with an undo, and the chain must then have granted it.
    lockedCents:
      row.state === 'accepted' && row.kind === 'value' ? (row.amount_cents ?? row.face_cents) : row.face_cents,
    isNewValue: row.is_new_value,
    isAccepted: row.state === 'accepted',
    validUntil: new Date(row.valid_until),
  }))
}

/** A sheet that the contract refused never was: its notes are free for the next one, cut by what is true then. */
async function dropRefusedSheets(deps: Deps): Promise<void> {
  const refused = await deps.db
    .selectFrom('outbox')
    .select(['id', 'subject'])
    .where('kind', '=', 'cutSheet')
    .where('state', 'in', ['queued', 'reverted'])
    .where('because', 'is not', null)
    .where('because', 'not like', 'EnforcedPause%')
    .where('because', 'not like', 'nonce taken%')
    .execute()
  for (const order of refused) {
    const sheet = fromHex(order.subject.split(':')[2] as Hex)
    await inTransaction(deps.db, async (tx) => {
      // Only while nobody signs it: the row is deleted in the same breath.
      const deleted = await tx
        .deleteFrom('outbox')
        .where('id', '=', order.id)
        .where('state', 'in', ['queued', 'reverted'])
        .executeTakeFirst()
      if (deleted.numDeletedRows === 0n) return
      await freeNotes(tx, sheet)
    })
  }
}

async function freeNotes(tx: Tx, sheet: Buffer): Promise<void> {
  const notes = tx.selectFrom('notes').select(['id', 'is_new_value']).where('sheet_id', '=', sheet)
  const freed = await notes.orderBy('id').forUpdate().execute()
  await tx
    .updateTable('notes')
    .set({ sheet_id: null, leaf_index: null, locked_cents: null })
    .where('sheet_id', '=', sheet)
    .execute()
  await tx.deleteFrom('sheets').where('id', '=', sheet).where('state', '=', 'queued').execute()
  await makeNewAgain(
    tx,
    freed.filter((note) => note.is_new_value).map((note) => note.id),
  )
}

/**
 * What came of new notes while they stood on that sheet counted on it for its grant: it is new value itself now, or the
 * chain would never hold its money. A refund does not: the chain books it with the redemption.
 */
async function makeNewAgain(tx: Tx, parents: readonly Buffer[]): Promise<void> {
  if (parents.length === 0) return
  const children = await tx
    .selectFrom('notes')
    .select('id')
    .where('parent_id', 'in', parents)
    .where('origin', '<>', 'refund')
    .where('sheet_id', 'is', null)
    .where('is_new_value', '=', false)
    .orderBy('id')
    .forUpdate()
    .execute()
  const ids = children.map((child) => child.id)
  if (ids.length === 0) return
  await tx.updateTable('notes').set({ is_new_value: true }).where('id', 'in', ids).execute()
  // A generation after the other: what pays with a child while we wait for its lock leaves change that is seen only now.
  await makeNewAgain(tx, ids)
}

export async function countUnsheeted(db: Db): Promise<number> {
  const { rows } = await sql<{ count: bigint }>`
    select count(*) as count from notes where sheet_id is null and state in ('open', 'accepted')`.execute(db)
  return Number(rows[0]?.count ?? 0n)
}
