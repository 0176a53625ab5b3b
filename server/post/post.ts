import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Selectable } from 'kysely'
import { sql } from 'kysely'
import type { PostStateTable } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { expireDue } from '../vouchers/vouchers.ts'
import { takeListsApart } from './lists.ts'
import { leavesOf, placeOf, treeOf } from './places.ts'
import { countUnderWay, stageKinds } from './postOrders.ts'
import { endedUnsheetedOf, liveCents, potsOf, takenBackOf, underWay } from './pots.ts'
import { orderRedemptions, orderRevokes } from './redemptions.ts'
import { orderRefunds } from './refunds.ts'
import { isUnposted, orderReclaims, orderReleases } from './releases.ts'
import { orderSheets } from './sheets.ts'
import { examineSkipped, takeRefusedApart } from './skips.ts'
import { passOverUsed } from './usedPlaces.ts'

/* What later steps see of the post. */
export type { Leaf } from './tree.ts'
export {
  countUnderWay,
  endedUnsheetedOf,
  isUnposted,
  leavesOf,
  liveCents,
  placeOf,
  potsOf,
  takenBackOf,
  treeOf,
  underWay,
}

type Stage = 'redemptions' | 'releases' | 'sheets'
type State = Selectable<PostStateTable>

const following: Record<Stage, Stage | 'idle'> = { redemptions: 'releases', releases: 'sheets', sheets: 'idle' }
const pollMilliseconds = { embedded: 20, network: 1000 }
/** Longer than any stage takes to order; a server that dies holds the post for so long. */
const leaseSeconds = 60

/** A turn of the clock waits no longer for the network: whoever ends the server waits for the turn. */
const turnMilliseconds = 5000

export type Sheets = 'by_rule' | 'now'

/**
 * Runs the evening post: redemptions, then releases and what returns to the pots, then sheets, each when the former is final.
 * Goes on with a run that is not finished; answers whether it is now. One server at a time runs it: for another, and when
 * the network takes longer than `patienceMilliseconds`, it answers false, and the next call goes on.
 */
export async function runEveningPost(
  deps: Deps,
  { sheets, patienceMilliseconds = 20_000 }: { sheets: Sheets; patienceMilliseconds?: number },
): Promise<boolean> {
  await begin(deps, sheets)
  return await continueEveningPost(deps, patienceMilliseconds)
}

/**
 * Begins a run when the interval is over, and goes on with one that is not finished, also one that was asked for.
 *
 * @returns in how many seconds to ask again: 0 while a run is under way.
 */
export async function postWhenDue(deps: Deps): Promise<number> {
  const { stage, started_at } = await readState(deps)
  const now = deps.now().getTime()
  const dueAt = started_at === null ? now : started_at.getTime() + deps.config.postIntervalSeconds * 1000
  if (stage === 'idle' && dueAt > now) return Math.ceil((dueAt - now) / 1000)
  const isDone = await (stage === 'idle'
    ? runEveningPost(deps, { sheets: 'by_rule', patienceMilliseconds: turnMilliseconds })
    : continueEveningPost(deps, turnMilliseconds))
  return isDone ? deps.config.postIntervalSeconds : 0
}

/** A wish for sheets now reaches the run under way too, if its sheets are not ordered yet. */
async function begin(deps: Deps, sheets: Sheets): Promise<void> {
  await deps.db
    .updateTable('post_state')
    .set({ stage: 'redemptions', is_ordered: false, sheets, started_at: deps.now(), stage_since: deps.now() })
    .where('stage', '=', 'idle')
    .execute()
  if (sheets === 'now') await deps.db.updateTable('post_state').set({ sheets }).where('stage', '<>', 'idle').execute()
}

async function continueEveningPost(deps: Deps, patienceMilliseconds: number): Promise<boolean> {
  const holder = randomUUID()
  const until = Date.now() + patienceMilliseconds
  const pause = deps.config.rpcUrl === null ? pollMilliseconds.embedded : pollMilliseconds.network
  try {
    while (await holdLease(deps, holder)) {
      await deps.chain.advance()
      const state = await readState(deps)
      if (state.stage === 'idle') return true
      if (!state.is_ordered) {
        await order(deps, state.stage, state.sheets)
        await deps.db.updateTable('post_state').set({ is_ordered: true }).where('holder', '=', holder).execute()
      } else if ((await countUnderWay(deps.db, stageKinds[state.stage])) === 0) {
        if (await goOnWithout(deps)) continue
        const next = { stage: following[state.stage], is_ordered: false, stage_since: deps.now() }
        await deps.db.updateTable('post_state').set(next).where('holder', '=', holder).execute()
      } else {
        if (Date.now() > until) return false
        await wait(pause)
      }
    }
    return false
  } finally {
    await deps.db
      .updateTable('post_state')
      .set({ holder: null, held_until: null })
      .where('holder', '=', holder)
      .execute()
  }
}

/**
 * What the contract refuses as a whole goes on at once without the one that is wrong, so that nobody waits for the next
 * evening. Comes to an end: what goes alone is not taken apart again.
 */
async function goOnWithout(deps: Deps): Promise<boolean> {
  return (await passOverUsed(deps)) + (await takeListsApart(deps)) + (await takeRefusedApart(deps)) > 0
}

/** Every order finds by itself what is due, so that ordering twice orders once. */
async function order(deps: Deps, stage: Stage, sheets: Sheets): Promise<void> {
  if (stage === 'redemptions') {
    while ((await inTransaction(deps.db, (tx) => expireDue(tx, deps))) > 0);
    await examineSkipped(deps)
    await goOnWithout(deps)
    await orderRevokes(deps)
    await orderRedemptions(deps)
  } else if (stage === 'releases') {
    await orderRefunds(deps)
    await orderReleases(deps)
    await orderReclaims(deps)
  } else {
    await orderSheets(deps, sheets)
  }
}

/** By the database's own clock: servers may disagree about the time. */
async function holdLease(deps: Deps, holder: string): Promise<boolean> {
  const held = await sql`
    update post_state set holder = ${holder}, held_until = now() + make_interval(secs => ${leaseSeconds})
    where holder is null or holder = ${holder} or held_until < now()
    returning 1`.execute(deps.db)
  return held.rows.length === 1
}

async function readState(deps: Deps): Promise<State> {
  return await deps.db.selectFrom('post_state').selectAll().executeTakeFirstOrThrow()
}
