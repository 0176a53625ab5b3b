import { sql } from 'kysely'
import type { Tx } from '../db/transaction.ts'
import type { CallArgs, CallName, Target } from './abis.ts'
import { toJson } from './json.ts'

/** A key that sends, and so a row of nonces: one for each role, so that no role waits for another. */
export const lanes = ['admin', 'treasury', 'registrar', 'issuer', 'acceptor', 'finance', 'relayer'] as const
export type Lane = (typeof lanes)[number]

export interface Order<T extends Target, F extends CallName<T>> {
  /** What it is for, once and for ever: `cut:<sheet>`, `fund:<funding>`. A second order for it is no order. */
  subject: string
  kind: string
  lane: Lane
  target: T
  functionName: F
  args: CallArgs<T, F>
}

/**
 * Orders a contract call. It is sent after this SQL transaction has committed, and never when it has not. Orders of one lane
 * go out in the order in which they were given, but for one that the contract refuses at the time: nobody waits behind it.
 *
 * @returns false when the subject was ordered before: nothing changed.
 */
export async function enqueue<T extends Target, F extends CallName<T>>(tx: Tx, order: Order<T, F>): Promise<boolean> {
  const call = toJson({ functionName: order.functionName, args: order.args })
  const inserted = await sql`
    insert into outbox (subject, kind, lane, target, call, state)
    values (${order.subject}, ${order.kind}, ${order.lane}, ${order.target}, ${call}::jsonb, 'queued')
    on conflict (subject) do nothing
    returning id`.execute(tx)
  return inserted.rows.length === 1
}

/** What a log may say of an order and of its refusal: a subject, and what a contract says, may hold a note's id. */
export function toldOf({ id, kind }: { id: bigint; kind: string }, because?: string | null) {
  return { order: String(id), kind, ...(because && { because: because.replace(/\(.*/s, '') }) }
}
