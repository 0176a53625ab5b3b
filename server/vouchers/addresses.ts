import { sql } from 'kysely'
import type { Address, Hex } from 'viem'
import { fromHex, toHex } from '../db/bytes.ts'
import { brokenConstraintOf, type Tx } from '../db/transaction.ts'
import { Refused } from '../http/refused.ts'

/** Unused addresses one wallet may have lying here: far more than it needs between two contacts. */
const mostInStock = 500

/**
 * The next one-time address of the mailbox's active wallet, now the note's for ever; null when there is none, and the
 * note waits in the mailbox. The caller holds the mailbox, so that no wallet is replaced meanwhile.
 */
export async function takeAddress(tx: Tx, mailboxId: string, noteId: Hex): Promise<Address | null> {
  const { rows } = await sql<{ address: Buffer }>`
    update address_stock set note_id = ${fromHex(noteId)}
    where address = (
      select stock.address from address_stock stock
      join wallets on wallets.id = stock.wallet_id
      where wallets.mailbox_id = ${mailboxId} and wallets.state = 'active' and stock.note_id is null
      order by stock.position
      limit 1
    ) and note_id is null
    returning address`.execute(tx)
  return rows[0] === undefined ? null : toHex(rows[0].address)
}

/** Gives the open notes that wait in the mailbox their holders, the oldest first, as far as the stock goes. */
export async function giveHoldersToWaiting(tx: Tx, mailboxId: string): Promise<void> {
  const { rows } = await sql<{ id: Buffer }>`
    select notes.id from notes
    join vouchers on vouchers.id = notes.voucher_id
    where vouchers.mailbox_id = ${mailboxId} and notes.state = 'open' and notes.holder is null
    order by notes.created_at, notes.id
    for update of notes`.execute(tx)
  for (const { id } of rows) {
    const holder = await takeAddress(tx, mailboxId, toHex(id))
    if (holder === null) return
    await tx
      .updateTable('notes')
      .set({ holder: fromHex(holder) })
      .where('id', '=', id)
      .where('state', '=', 'open')
      .where('holder', 'is', null)
      .execute()
  }
}

export interface Stock {
  /** Addresses that no note has taken. */
  left: number
  /** The position of the next key the wallet should upload. */
  next: number
}

export async function readStock(tx: Tx, walletId: string): Promise<Stock> {
  const { rows } = await sql<{ left: number; next: number }>`
    select (count(*) filter (where note_id is null))::integer as left, coalesce(max(position) + 1, 0)::integer as next
    from address_stock where wallet_id = ${walletId}`.execute(tx)
  return rows[0] ?? { left: 0, next: 0 }
}

/**
 * Adds addresses at the positions `from`, `from + 1` …; a repeat, or an upload that overlaps what is here, adds only what
 * is new. Refuses `address_already_used` (here at another place, or another wallet's) and `wrong_state` (a gap, too many).
 */
export async function addStock(tx: Tx, walletId: string, from: number, addresses: readonly Address[]): Promise<void> {
  const { next, left } = await readStock(tx, walletId)
  if (from > next) throw new Refused('wrong_state', { next })
  const known = await tx
    .selectFrom('address_stock')
    .select(['position', 'address'])
    .where('wallet_id', '=', walletId)
    .where('position', '>=', from)
    .execute()
  const at = new Map(known.map(({ position, address }) => [position, toHex(address)]))
  const fresh = addresses.map((address, place) => ({ address, position: from + place }))
  if (fresh.some(({ address, position }) => position < next && at.get(position) !== address)) {
    throw new Refused('address_already_used')
  }
  const rows = fresh.filter(({ position }) => position >= next)
  if (left + rows.length > mostInStock) throw new Refused('wrong_state', { left })
  if (rows.length === 0) return
  try {
    await tx
      .insertInto('address_stock')
      .values(rows.map(({ address, position }) => ({ address: fromHex(address), wallet_id: walletId, position })))
      .execute()
  } catch (error) {
    if (brokenConstraintOf(error) === null) throw error
    throw new Refused('address_already_used')
  }
}
