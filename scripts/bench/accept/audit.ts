import { sql } from 'kysely'
import { sealWaiting } from '../../../server/audit/sealing.ts'
import type { Db } from '../../../server/db/database.ts'

const rule = 'without_audit_log'

/**
 * Throughput of acceptances that write the audit log, over that of acceptances that do not, each as CPU time: the insert of
 * each act, and the writer that chains all of them afterwards. Rounds are interleaved, and the sides take turns to begin.
 *
 * @param send a round of payments of its own, then `also`; answers the CPU time of both.
 * @returns 1 if the log costs nothing; the median of the rounds.
 */
export async function auditThroughputRatio(
  db: Db,
  rounds: number,
  send: (round: number, also: () => Promise<unknown>) => Promise<number>,
): Promise<number> {
  const ratios: number[] = []
  for (let round = 0; round < rounds; round++) {
    const micros = { with: 0, without: 0 }
    const sides = round % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const)
    for (const [place, side] of sides.entries()) {
      await (side === 'with' ? log(db) : logNothing(db))
      await sealWaiting(db)
      micros[side] = await send(2 * round + place, () => sealWaiting(db))
    }
    ratios.push(micros.without / micros.with)
  }
  await log(db)
  return ratios.toSorted((one, other) => one - other)[Math.floor(ratios.length / 2)] ?? Number.NaN
}

/** The database itself drops what is inserted: the server runs as it is. */
async function logNothing(db: Db): Promise<void> {
  await sql.raw(`create or replace rule ${rule} as on insert to access_log do instead nothing`).execute(db)
}

async function log(db: Db): Promise<void> {
  await sql.raw(`drop rule if exists ${rule} on access_log`).execute(db)
}
