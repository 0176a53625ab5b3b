import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import { payAtTill } from '../../../protocol/api/till.ts'
import { cookieOf, startSession } from '../../../server/http/sessions.ts'
import { type PostTown, postTown } from '../../../test/support/postTown.ts'
import type { Calls } from './till.ts'

const notesAYouth = 12

/** A town in which every payment is signed beforehand: half of a note each, so that each has change. */
export async function openTill(
  payments: number,
): Promise<{ town: PostTown; database: string; calls: Omit<Calls, 'atOnce'> }> {
  const most = 10_000_000
  const town = await postTown({ sessionCallsPerMinute: most, publicCallsPerMinute: most, postIntervalSeconds: 86_400 })
  const programme = await town.programme({
    budgetCents: 1_000_000_000n,
    guaranteeCents: 1_000_000_000n,
    dailyLimitCents: 1_000_000_000n,
  })
  const { deps } = town.town
  const tills = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const shop = await town.shop()
      const session = { actor: 'till', actorId: String(shop.tillId), organisation: 'town' } as const
      return { shop, token: (await startSession(deps.db, deps.now(), session)).token }
    }),
  )

  const calls: Calls['calls'] = []
  while (calls.length < payments) {
    const youth = await town.youth()
    await youth.grant(programme, 15_000n)
    for (const note of (await youth.notes()).slice(0, notesAYouth)) {
      const { shop, token } = tills[calls.length % tills.length] as (typeof tills)[number]
      const charge = await shop.charge(note.cents / 2n + 1n)
      const offer = await youth.sign(shop.merchantId, charge.nonce, [note])
      const body = JSON.stringify(z.encode(payAtTill.body, { charge, offer }))
      calls.push({ cookie: `${cookieOf.till}=${token}`, body })
    }
  }
  // Neighbours in time are other people, as at real tills.
  calls.sort(() => (randomBytes(1)[0] ?? 0) - 127.5)
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(deps.db)
  const database = rows[0]?.name ?? ''
  return { town, database, calls: { origin: town.server.origin, path: payAtTill.path, calls } }
}
