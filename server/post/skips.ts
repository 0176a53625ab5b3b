import type { Hex } from 'viem'
import { fromJson } from '../chain/json.ts'
import { fromHex, toHex } from '../db/bytes.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { dropRefused } from './lists.ts'
import { singlesOf } from './packed.ts'
import { siblingsIn, treesOf } from './places.ts'
import { passing } from './postOrders.ts'
import { orderOne } from './redemptions.ts'
import { shuffled } from './shuffle.ts'
import type { Group, Signature } from './signed.ts'
import { isPlaceUsed } from './usedPlaces.ts'

/** In the order of `IVouchersTypes.SkipReason`. */
export const skipReasons = [
  'None',
  'AlreadyUsed',
  'SheetClosed',
  'DeadlinePassed',
  'SheetExhausted',
  'ProgrammeExhausted',
  'MerchantUnknown',
  'MerchantSuspended',
  'PurposeNotAllowed',
  'Guaranteed',
] as const

/** What the next sheet of the programme heals; everything else waits for the guarantee. */
const healing: readonly string[] = ['ProgrammeExhausted'] satisfies (typeof skipReasons)[number][]

/**
 * A skipped event is a hint, and the state at the final block is the truth: what is used there is no longer looked at, what
 * time heals is posted again an evening later, and the rest waits for the guarantee.
 */
export async function examineSkipped(deps: Deps): Promise<void> {
  const skipped = await deps.db
    .selectFrom('acceptances')
    .innerJoin('notes', 'notes.id', 'acceptances.note_id')
    .select(['acceptances.note_id', 'notes.sheet_id', 'notes.leaf_index', 'acceptances.skipped'])
    .where('acceptances.state', '=', 'posted')
    .where('acceptances.skipped', 'in', healing)
    .execute()
  for (const { note_id, sheet_id, leaf_index } of skipped) {
    if (sheet_id === null || leaf_index === null) continue
    const isUsed = await isPlaceUsed(deps, { sheet: toHex(sheet_id), index: BigInt(leaf_index) })
    if (!isUsed) await postAgain(deps, toHex(note_id))
  }
}

async function postAgain(deps: Deps, noteId: Hex): Promise<void> {
  const later = new Date(deps.now().getTime() + deps.config.postIntervalSeconds * 1000)
  await inTransaction(deps.db, async (tx) => {
    await tx.selectFrom('notes').select('id').where('id', '=', fromHex(noteId)).forUpdate().execute()
    const changed = await tx
      .updateTable('acceptances')
      .set({ state: 'accepted', skipped: null, post_after: later })
      .where('note_id', '=', fromHex(noteId))
      .where('state', '=', 'posted')
      .where('skipped', 'is not', null)
      .executeTakeFirst()
    if (changed.numUpdatedRows === 0n) return
    await tx
      .updateTable('notes')
      .set({ state: 'accepted' })
      .where('id', '=', fromHex(noteId))
      .where('state', '=', 'posted')
      .execute()
  })
}

/**
 * A batch that the contract refuses altogether has one item that is wrong by itself. Each item goes on alone, so that the
 * wrong one stands in nobody's way and is seen. Only what was never signed, or reverted for good, is taken apart.
 *
 * @returns how many batches were taken apart.
 */
export async function takeRefusedApart(deps: Deps): Promise<number> {
  let taken = 0
  const refused = await deps.db
    .selectFrom('outbox')
    .select(['id', 'call', 'because'])
    .where('kind', '=', 'redeem')
    .where('state', 'in', ['queued', 'reverted'])
    .where('because', 'is not', null)
    .orderBy('id')
    .execute()
  for (const { id, call, because } of refused) {
    if (passing.test(because ?? '')) continue
    const ordered = fromJson(call) as Batch | { functionName: 'redeemOne' }
    if (ordered.functionName !== 'redeem') continue
    const groups = ordered.args[1]
    const trees = await treesOf(
      deps.db,
      groups.map(({ sheet }) => sheet),
    )
    const singles = shuffled(groups.flatMap((group) => singlesOf(group, siblingsIn(trees))))
    const isTaken = await inTransaction(deps.db, async (tx) => {
      if (!(await dropRefused(tx, id))) return false
      for (const single of singles) await orderOne(tx, single)
      return true
    })
    if (isTaken) taken++
  }
  return taken
}

interface Batch {
  functionName: 'redeem'
  args: [Signature, Group[]]
}
