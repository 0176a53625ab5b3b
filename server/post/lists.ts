import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { CallArgs } from '../chain/abis.ts'
import { fromJson } from '../chain/json.ts'
import { enqueue, type Lane } from '../chain/outbox.ts'
import type { Db } from '../db/database.ts'
import { inTransaction, type Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { isNotBooked, passing } from './postOrders.ts'

/**
 * Acts that an evening has many of, and the chain takes as one list: a transaction of its own costs more than the act. As
 * many in a call as leave room in a block, each at its dearest; revocations count by their places.
 */
const lists = {
  revoke: { lane: 'acceptor', most: 200 },
  release: { lane: 'acceptor', most: 300 },
  reclaim: { lane: 'acceptor', most: 300 },
  refund: { lane: 'finance', most: 60 },
} as const satisfies Record<string, { lane: Lane; most: number }>

export type ListKind = keyof typeof lists
interface Acts {
  revoke: CallArgs<'vouchers', 'revoke'>[0][number]
  release: CallArgs<'vouchers', 'release'>[0][number]
  reclaim: CallArgs<'vouchers', 'reclaim'>[0][number]
  refund: CallArgs<'vouchers', 'refund'>[0][number]
}
export type Act<K extends ListKind> = Acts[K]

/** So many refunds go in one call. */
export const mostRefunds = lists.refund.most
/** So many places are revoked in one call. */
export const mostRevoked = lists.revoke.most

/** Orders these acts, in as few calls as may be, in their order; answers how many. */
export async function enqueueActs<K extends ListKind>(tx: Tx, kind: K, acts: readonly Act<K>[]): Promise<number> {
  const { lane, most } = lists[kind]
  for (let first = 0; first < acts.length; first += most) {
    await enqueue(tx, {
      subject: `${kind}:${randomUUID()}`,
      kind,
      lane,
      target: 'vouchers',
      functionName: kind,
      args: [acts.slice(first, first + most)] as unknown as CallArgs<'vouchers', K>,
    })
  }
  return acts.length
}

/** The acts that were ordered and are not booked here, refused ones among them: a second order would come on top. */
export async function openActs<K extends ListKind>(db: Db, kind: K): Promise<Act<K>[]> {
  const orders = await db.selectFrom('outbox').select('call').where('kind', '=', kind).where(isNotBooked).execute()
  return orders.flatMap(({ call }) => actsOf<K>(call))
}

/** What the contract refuses for what is in it: never signed, or reverted for good. */
export interface Refused<K extends ListKind> {
  id: bigint
  because: string
  acts: Act<K>[]
}

export async function refusedLists<K extends ListKind>(db: Db, kind: K): Promise<Refused<K>[]> {
  const refused = await db
    .selectFrom('outbox')
    .select(['id', 'call', 'because'])
    .where('kind', '=', kind)
    .where('state', 'in', ['queued', 'reverted'])
    .where('because', 'is not', null)
    .orderBy('id')
    .execute()
  return refused.flatMap(({ id, call, because }) => {
    return because === null || passing.test(because) ? [] : [{ id, because, acts: actsOf<K>(call) }]
  })
}

/** Takes back a refused order; false when somebody signs it meanwhile: the row is deleted only while nobody does. */
export async function dropRefused(tx: Tx, id: bigint): Promise<boolean> {
  const { rows } = await sql`
    delete from outbox where id = ${id} and state in ('queued', 'reverted') and because is not null
    returning id`.execute(tx)
  return rows.length === 1
}

/**
 * A list that the contract refuses has one act that is wrong by itself. Each goes on alone, so that the wrong one stands in
 * nobody's way and is seen.
 *
 * @returns how many lists were taken apart.
 */
export async function takeListsApart(deps: Deps): Promise<number> {
  let taken = 0
  for (const kind of Object.keys(lists) as ListKind[]) {
    for (const { id, acts } of await refusedLists(deps.db, kind)) {
      const alone = acts.flatMap(placesAlone)
      if (alone.length < 2) continue
      const isTaken = await inTransaction(deps.db, async (tx) => {
        if (!(await dropRefused(tx, id))) return false
        for (const act of alone) await enqueueActs(tx, kind, [act])
        return true
      })
      if (isTaken) taken++
    }
  }
  return taken
}

/** The orders of one act that the contract refuses for what is in it. */
export async function refusedAlone<K extends ListKind>(db: Db, kind: K): Promise<{ id: bigint; act: Act<K> }[]> {
  const refused = await refusedLists(db, kind)
  return refused.flatMap(({ id, acts: [act, ...more] }) => (act === undefined || more.length > 0 ? [] : [{ id, act }]))
}

function actsOf<K extends ListKind>(call: unknown): Act<K>[] {
  return (fromJson(call) as { args: [Act<K>[]] }).args[0]
}

/** A revocation has places of its own that may be wrong one by one. */
function placesAlone(act: Act<ListKind>): Act<ListKind>[] {
  return 'indexes' in act ? act.indexes.map((index) => ({ sheet: act.sheet, indexes: [index] })) : [act]
}
