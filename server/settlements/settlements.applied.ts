import { sql } from 'kysely'
import { type Hex, keccak256, stringToHex } from 'viem'
import type { Appliers } from '../chain/indexer.ts'
import { fromHex } from '../db/bytes.ts'
import type { Tx } from '../db/transaction.ts'
import { emptyLines } from './settlements.store.ts'

/** What is final on chain about paying merchants. */
export const settlementsAppliers: Appliers = {
  async SettlementStarted(tx, { ref }) {
    const line = await tx
      .updateTable('settlement_lines')
      .set({ state: 'ready' })
      .where('chain_ref', '=', fromHex(ref))
      .where('state', '=', 'settling')
      .returning('settlement_id')
      .executeTakeFirst()
    if (line === undefined) return
    await sql`
      update settlements set state = 'ready'
      where id = ${line.settlement_id} and state = 'approved' and not exists (
        select 1 from settlement_lines l where l.settlement_id = settlements.id and l.state = 'settling')`.execute(tx)
  },

  async SettlementConfirmed(tx, { ref }) {
    const line = await tx
      .updateTable('settlement_lines')
      .set({ state: 'paid' })
      .where('chain_ref', '=', fromHex(ref))
      .where('state', '=', 'ready')
      .returning('settlement_id')
      .executeTakeFirst()
    if (line !== undefined) await finish(tx, line.settlement_id)
  },

  /**
   * Owed again: what the line paid is free for the next settlement, to the account that stands then. Only for a line of the
   * bank's statement that was read here: whoever has the key alone brings about a difference of the books, and no payment.
   */
  async SettlementReturned(tx, { ref, statementEntry }) {
    if (!(await isRead(tx, ref, statementEntry))) return
    const line = await tx
      .updateTable('settlement_lines')
      .set({ state: 'returned' })
      .where('chain_ref', '=', fromHex(ref))
      .where('state', 'in', ['ready', 'paid'])
      .returning(['id', 'settlement_id'])
      .executeTakeFirst()
    if (line === undefined) return
    await emptyLines(tx, [line.id])
    await finish(tx, line.settlement_id)
  },
}

async function isRead(tx: Tx, ref: Hex, statementEntry: Hex): Promise<boolean> {
  const entries = await tx
    .selectFrom('statement_entries')
    .innerJoin('settlement_lines', 'settlement_lines.id', 'statement_entries.line_id')
    .select('statement_entries.entry_reference')
    .where('settlement_lines.chain_ref', '=', fromHex(ref))
    .where('statement_entries.kind', '=', 'returned')
    .execute()
  return entries.some(({ entry_reference }) => keccak256(stringToHex(entry_reference)) === statementEntry)
}

async function finish(tx: Tx, settlementId: string): Promise<void> {
  await sql`
    update settlements set state = 'done'
    where id = ${settlementId} and state in ('ready', 'filed') and not exists (
      select 1 from settlement_lines l
      where l.settlement_id = settlements.id and l.state not in ('paid', 'returned'))`.execute(tx)
}
