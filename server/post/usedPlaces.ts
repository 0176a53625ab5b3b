import { sql } from 'kysely'
import type { Hex } from 'viem'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
import { fromHex } from '../db/bytes.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { type Act, dropRefused, enqueueActs, refusedLists } from './lists.ts'

interface Place {
  sheet: Hex
  index: bigint
}

/** At the last block read: what the head says may still leave the chain. */
export async function isPlaceUsed(deps: Deps, { sheet, index }: Place): Promise<boolean> {
  const cursor = await deps.db.selectFrom('chain_cursor').select('indexed_block').executeTakeFirstOrThrow()
  return await deps.chain.client.readContract({
    address: deps.chain.vouchers,
    abi: vouchersAbi,
    functionName: 'isUsed',
    args: [sheet, index],
    blockNumber: cursor.indexed_block,
  })
}

/**
 * The contract refuses a whole list for one place that is used already. Such a place needs no revocation, for nobody can
 * post it any more; whether it was posted before, the reconciliation says. The others of its list go on without it.
 *
 * @returns how many lists went on so.
 */
export async function passOverUsed(deps: Deps): Promise<number> {
  let passed = 0
  for (const { id, because, acts } of await refusedLists(deps.db, 'revoke')) {
    if (!because.startsWith('AlreadyUsed')) continue
    const places = acts.flatMap(({ sheet, indexes }) => indexes.map((index) => ({ sheet, index })))
    const used: Place[] = []
    for (const place of places) if (await isPlaceUsed(deps, place)) used.push(place)
    if (used.length === 0) continue
    const left = places.filter((place) => !used.includes(place))
    const isPassed = await inTransaction(deps.db, async (tx) => {
      if (!(await dropRefused(tx, id))) return false
      for (const { sheet, index } of used) {
        await sql`
          update acceptances a set revoke_state = 'final' from notes n
          where n.id = a.note_id and n.sheet_id = ${fromHex(sheet)} and n.leaf_index = ${Number(index)}
            and a.state = 'undone' and a.revoke_state = 'queued'`.execute(tx)
      }
      await enqueueActs(tx, 'revoke', bySheet(left))
      return true
    })
    if (!isPassed) continue
    passed++
    deps.log.warn({ places: used.length }, 'Places to be revoked were used already, and are passed over')
  }
  return passed
}

export function bySheet(places: readonly Place[]): Act<'revoke'>[] {
  const sheets = Map.groupBy(places, ({ sheet }) => sheet)
  return [...sheets].map(([sheet, ofSheet]) => ({ sheet, indexes: ofSheet.map(({ index }) => index) }))
}
