import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Cents } from '../../protocol/money.ts'
import { enqueue } from '../chain/outbox.ts'
import { toHex } from '../db/bytes.ts'
import type { Db } from '../db/database.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { type Act, dropRefused, enqueueActs, openActs, refusedAlone } from './lists.ts'
import { isOrdered, orderAlone, passing } from './postOrders.ts'
import { isOvertaken, liveCents, type Pots, potsOf, recountReclaimed } from './pots.ts'

interface SheetLocks {
  id: Buffer
  programme_id: number
  committed_cents: Cents
  /** Redeemed and released, finally. */
  spent_cents: Cents
  /** What its notes were locked with; the rest of `committed` is padding. */
  locked_cents: Cents
  /** What its notes may still take, in whoever's hands they are. */
  live_cents: Cents
  unfinished: number
}

/**
 * Gives back what sheets lock for nobody: rests, and notes that were retired or undone for good. In coarse steps, for an
 * exact one would tell what was spent. Padding stays until the sheet is closed, when nothing of it is unfinished.
 */
export async function orderReleases(deps: Deps): Promise<number> {
  await takeBackRefused(deps, 'release')
  // Read beforehand, from the chain: it decides how exact a release is, never how much.
  const short = new Set<number>()
  const programmes = await deps.db.selectFrom('programmes').select('id').where('state', '<>', 'opening').execute()
  for (const { id } of programmes) if (await isShortOfRoom(deps, id)) short.add(id)
  return await inTransaction(deps.db, async (tx) => {
    await orderAlone(tx)
    let closed = 0
    const open = new Set((await openActs(tx, 'release')).map(({ sheet }) => sheet))
    const releases: Act<'release'>[] = []
    for (const sheet of await sheetLocks(tx)) {
      const id = toHex(sheet.id)
      if (open.has(id)) continue
      if (sheet.unfinished === 0) {
        if (await orderClose(tx, sheet)) closed++
        continue
      }
      const step = short.has(sheet.programme_id) ? 1n : deps.config.releaseStepCents
      const padding = sheet.committed_cents - sheet.locked_cents
      const free = sheet.committed_cents - sheet.spent_cents - padding - sheet.live_cents
      const cents = free - (free % step)
      if (cents > 0n) releases.push({ sheet: id, cents })
    }
    return closed + (await enqueueActs(tx, 'release', releases))
  })
}

/**
 * What the contract refuses alone is reckoned anew by what is true now: else its sheet would never be closed, and nothing of
 * its programme ever reclaimed.
 */
async function takeBackRefused(deps: Deps, kind: 'release' | 'reclaim'): Promise<void> {
  for (const { id, act } of await refusedAlone(deps.db, kind)) {
    const isDropped = await inTransaction(deps.db, (tx) => dropRefused(tx, id))
    if (isDropped) deps.log.warn({ kind, cents: String(act.cents) }, 'What the contract refused is reckoned anew')
  }
}

async function orderClose(tx: Tx, sheet: SheetLocks): Promise<boolean> {
  const id = toHex(sheet.id)
  const closing = await tx
    .updateTable('sheets')
    .set({ state: 'closing' })
    .where('id', '=', sheet.id)
    .where('state', '=', 'final')
    .executeTakeFirst()
  if (closing.numUpdatedRows === 0n) return false
  return await enqueue(tx, {
    subject: `close:${id}`,
    kind: 'closeSheet',
    lane: 'acceptor',
    target: 'vouchers',
    functionName: 'closeSheet',
    args: [id],
  })
}

/** What the chain may still take of a sheet; of a place that is used there, nothing, whoever was not paid for it. */
export const isUnposted = sql<boolean>`(a.state = 'accepted' or (a.state = 'posted' and a.skipped is distinct from 'AlreadyUsed'))`

async function sheetLocks(db: Db): Promise<SheetLocks[]> {
  const { rows } = await sql<SheetLocks>`
    select s.id, s.programme_id, s.committed_cents,
      s.released_cents + coalesce(sum(a.amount_cents) filter (where a.state = 'final'), 0) as spent_cents,
      coalesce(sum(n.locked_cents), 0) as locked_cents,
      coalesce(sum(case
        when n.state = 'open' then n.locked_cents
        when ${isUnposted} then a.amount_cents
        -- Until its revocation is final, whoever has the receipt could still have it posted.
        when a.state = 'undone' and a.revoke_state is distinct from 'final' then a.amount_cents
      end), 0) as live_cents,
      count(*) filter (where n.state = 'open' or ${isUnposted}
        or (a.state = 'undone' and a.revoke_state is distinct from 'final'))::int as unfinished
    from sheets s
      left join notes n on n.sheet_id = s.id
      left join acceptances a on a.note_id = n.id
    where s.state = 'final'
    group by s.id`.execute(db)
  return rows
}

/** Change waits for a sheet, and the float is too small to carry both it and the rest of its parent: then exactness is due. */
async function isShortOfRoom(deps: Deps, programmeId: number): Promise<boolean> {
  const { rows } = await sql<{ cents: bigint }>`
    select coalesce(sum(n.face_cents), 0) as cents
    from notes n join vouchers v on v.id = n.voucher_id
    where v.programme_id = ${programmeId} and n.sheet_id is null and not n.is_new_value
      and n.state in ('open', 'accepted')`.execute(deps.db)
  const waiting = rows[0]?.cents ?? 0n
  if (waiting === 0n) return false
  const pots = await potsOf(deps, programmeId)
  return pots.outstandingCents + pots.floatCents - pots.lockedCents < waiting
}

/** Gives the guarantee back what it paid, and the budget what expired, was revoked or was the rest of a service. */
export async function orderReclaims(deps: Deps): Promise<number> {
  await takeBackRefused(deps, 'reclaim')
  await sql`
    delete from outbox where kind = 'restoreGuarantee' and state in ('queued', 'reverted') and because is not null
      and because !~ ${passing.source}`.execute(deps.db)
  const programmes = await deps.db.selectFrom('programmes').select('id').where('state', '<>', 'opening').execute()
  const all: [id: number, pots: Pots][] = []
  for (const { id } of programmes) {
    await inTransaction(deps.db, (tx) => recountReclaimed(tx, id))
    all.push([id, await potsOf(deps, id)])
  }
  return await inTransaction(deps.db, async (tx) => {
    await orderAlone(tx)
    let restores = 0
    const open = new Set((await openActs(tx, 'reclaim')).map(({ programme }) => programme))
    const reclaims: Act<'reclaim'>[] = []
    for (const [id, pots] of all) {
      if (open.has(id) || (await isOrdered(tx, ['restoreGuarantee'], `restore:${id}:`))) continue
      const ended = await endedOf(tx, id, pots)
      const restored = ended > 0n ? least(pots.guaranteePaidCents, ended) : 0n
      const step = deps.config.releaseStepCents
      const reclaimed = ended - restored - ((ended - restored) % step)
      if (restored > 0n && (await orderRestore(tx, id, restored))) restores++
      if (reclaimed > 0n) reclaims.push({ programme: id, cents: reclaimed })
    }
    return restores + (await enqueueActs(tx, 'reclaim', reclaims))
  })
}

const least = (a: Cents, b: Cents) => (a < b ? a : b)

/** What is outstanding and stands for nothing; nothing, too, where the books have gone on since these pots were read. */
async function endedOf(tx: Tx, programmeId: number, pots: Pots): Promise<Cents> {
  const covered = pots.outstandingCents + pots.floatCents - pots.lockedCents
  const live = await liveCents(tx, programmeId)
  // Asked last: what was booked in between lives no longer here and is outstanding there. The next run does it.
  if (await isOvertaken(tx, pots)) return 0n
  return least(pots.outstandingCents - live, covered)
}

async function orderRestore(tx: Tx, programmeId: number, cents: Cents): Promise<boolean> {
  return await enqueue(tx, {
    subject: `restore:${programmeId}:${randomUUID()}`,
    kind: 'restoreGuarantee',
    lane: 'acceptor',
    target: 'vouchers',
    functionName: 'restoreGuarantee',
    args: [programmeId, cents],
  })
}
