import { randomBytes } from 'node:crypto'
import type { Hex } from 'viem'
import { fromHex } from '../../server/db/bytes.ts'
import type { Sheets } from '../../server/db/tables.ts'
import { day, type Town } from './money.ts'

/** A sheet with this one note on it, as the evening post writes it; what its root proves is not looked at here. */
export async function putOnSheet({ deps, clock }: Town, noteId: Hex, state: Sheets['state']): Promise<void> {
  const { programme_id, face_cents } = await deps.db
    .selectFrom('notes')
    .innerJoin('vouchers', 'vouchers.id', 'notes.voucher_id')
    .select(['vouchers.programme_id', 'notes.face_cents'])
    .where('notes.id', '=', fromHex(noteId))
    .executeTakeFirstOrThrow()
  const bytes = randomBytes(32)
  const later = new Date(clock.now.getTime() + 100 * day)
  await deps.db
    .insertInto('sheets')
    .values({
      ...{ id: bytes, programme_id, padding_seed: bytes, depth: 6, purposes: 1 },
      ...{ committed_cents: 10_000n, granted_cents: face_cents, valid_until: later, closes_at: later },
      ...{ data_hash: bytes, leaf_file: bytes, state, created_at: clock.now },
    })
    .execute()
  await deps.db
    .updateTable('notes')
    .set({ sheet_id: bytes, leaf_index: 0, locked_cents: face_cents })
    .where('id', '=', fromHex(noteId))
    .execute()
}
