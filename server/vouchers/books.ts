import type { Hex } from 'viem'
import type { Cents } from '../../protocol/money.ts'
import { fromHex } from '../db/bytes.ts'
import type { Entries } from '../db/tables.ts'
import type { Tx } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { Refused } from '../http/refused.ts'

type Kind = Entries['kind']
type Account = 'left' | 'spent' | 'expired' | 'revoked'

/** Cents of a voucher that go from one account into another; `issue` and `retire` say which note carries what is left. */
export interface Movement {
  voucherId: string
  programmeId: number
  noteId: Hex | null
  kind: Kind
  cents: Cents
}

/** Everything one act moves. `actId` is the act's own, never a decision's or a payment's: nothing joins through it. */
export interface Act {
  actId: string
  movements: readonly Movement[]
  /** Per programme: what is accepted (or, negative, undone) for notes that are on no final sheet. */
  uncovered?: ReadonlyMap<number, Cents>
}

const accounts: Record<Kind, readonly [from: Entries['from_account'], to: Account]> = {
  grant: ['budget', 'left'],
  issue: ['left', 'left'],
  retire: ['left', 'left'],
  accept: ['left', 'spent'],
  undo: ['spent', 'left'],
  refund: ['spent', 'left'],
  expire: ['left', 'expired'],
  rest: ['left', 'expired'],
  unrest: ['expired', 'left'],
  revoke: ['left', 'revoked'],
}

type Change = Record<Account | 'granted' | 'uncovered', Cents>

const nothing = (): Change => ({ granted: 0n, left: 0n, spent: 0n, expired: 0n, revoked: 0n, uncovered: 0n })

/**
 * INVARIANT 1: the only place where a counter of a voucher or a programme changes, always with its entries beside it,
 * so that granted = spent + left + expired + revoked holds for each voucher, each programme and in total.
 *
 * Called once an act, as its last statement: it locks vouchers by id, then programmes by id, and the programme's row is
 * one that every payment wants. Refuses `budget_exceeded` and `guarantee_exhausted`; an Error is a bug found in time.
 */
export async function move(tx: Tx, deps: Pick<Deps, 'now'>, { actId, movements, uncovered }: Act): Promise<void> {
  const vouchers = new Map<string, Change>()
  const programmes = new Map<number, Change>()
  for (const { voucherId, programmeId, kind, cents } of movements) {
    if (cents <= 0n) throw new Error(`A movement of ${cents} cents`)
    const [from, to] = accounts[kind]
    for (const change of [at(vouchers, voucherId), at(programmes, programmeId)]) {
      change[from === 'budget' ? 'granted' : from] += from === 'budget' ? cents : -cents
      change[to] += cents
    }
  }
  for (const [programmeId, cents] of uncovered ?? []) at(programmes, programmeId).uncovered += cents

  if (movements.length > 0) await writeEntries(tx, deps, actId, movements)
  for (const [id, change] of inOrder(vouchers, (a, b) => (a < b ? -1 : 1))) await changeVoucher(tx, id, change)
  for (const [id, change] of inOrder(programmes, (a, b) => a - b)) await changeProgramme(tx, id, change)
}

function at<K>(changes: Map<K, Change>, key: K): Change {
  const change = changes.get(key) ?? nothing()
  changes.set(key, change)
  return change
}

function inOrder<K>(changes: Map<K, Change>, order: (a: K, b: K) => number): [K, Change][] {
  return [...changes]
    .filter(([, change]) => Object.values(change).some((cents) => cents !== 0n))
    .sort(([a], [b]) => order(a, b))
}

async function writeEntries(
  tx: Tx,
  deps: Pick<Deps, 'now'>,
  actId: string,
  movements: readonly Movement[],
): Promise<void> {
  const rows = movements.map(({ voucherId, programmeId, noteId, kind, cents }) => ({
    voucher_id: voucherId,
    programme_id: programmeId,
    note_id: noteId === null ? null : fromHex(noteId),
    kind,
    from_account: accounts[kind][0],
    to_account: accounts[kind][1],
    cents,
    act_id: actId,
    at: startOfDay(deps.now()),
  }))
  await tx.insertInto('entries').values(rows).execute()
}

/** A day is all the books need: an exact time would join a grant to the moment when a case was worked on. */
export function startOfDay(now: Date): Date {
  return new Date(Math.floor(now.getTime() / 86_400_000) * 86_400_000)
}

async function changeVoucher(tx: Tx, id: string, { granted, left, spent, expired, revoked }: Change): Promise<void> {
  // A grant opens its voucher with these cents already in it.
  if (granted > 0n) return
  const changed = await tx
    .updateTable('vouchers')
    .set((row) => ({
      left_cents: row('left_cents', '+', left),
      spent_cents: row('spent_cents', '+', spent),
      expired_cents: row('expired_cents', '+', expired),
      revoked_cents: row('revoked_cents', '+', revoked),
    }))
    .where('id', '=', id)
    .where('left_cents', '>=', -left)
    .where('spent_cents', '>=', -spent)
    .where('expired_cents', '>=', -expired)
    .executeTakeFirst()
  if (changed.numUpdatedRows !== 1n) throw new Error(`Voucher ${id} has too little for this act`)
}

async function changeProgramme(tx: Tx, id: number, change: Change): Promise<void> {
  const { granted, left, spent, expired, revoked, uncovered } = change
  let update = tx
    .updateTable('programmes')
    .set((row) => ({
      granted_cents: row('granted_cents', '+', granted),
      left_cents: row('left_cents', '+', left),
      spent_cents: row('spent_cents', '+', spent),
      expired_cents: row('expired_cents', '+', expired),
      revoked_cents: row('revoked_cents', '+', revoked),
      uncovered_cents: row('uncovered_cents', '+', uncovered),
    }))
    .where('id', '=', id)
    .where('left_cents', '>=', -left)
    .where('spent_cents', '>=', -spent)
    .where('expired_cents', '>=', -expired)
    .where('uncovered_cents', '>=', -uncovered)
  if (granted > 0n) {
    update = update.where((row) =>
      row(row('granted_cents', '+', granted), '<=', row('budget_cents', '+', row.ref('reclaimed_cents'))),
    )
  }
  if (uncovered > 0n) {
    update = update.where((row) => row(row('uncovered_cents', '+', uncovered), '<=', row.ref('guarantee_cents')))
  }
  const changed = await update.executeTakeFirst()
  if (changed.numUpdatedRows === 1n) return
  if (granted > 0n) throw new Refused('budget_exceeded')
  if (uncovered > 0n) throw new Refused('guarantee_exhausted')
  throw new Error(`Programme ${id} has too little for this act`)
}
