import type { Logger } from 'pino'
import type { LocalAccount, PublicClient } from 'viem'
import { fromHex, toHex } from '../db/bytes.ts'
import type { Db } from '../db/database.ts'
import { type Lane, lanes } from './outbox.ts'

/**
 * Makes a row for each lane, or lifts its nonce to where the chain is: after a restore the chain may be ahead of the
 * database. A nonce is never lowered here: what is signed already stays signed.
 *
 * @throws when a lane was another key's: its signed transactions could never be sent by this one.
 */
export async function openLanes(
  db: Db,
  client: PublicClient,
  accounts: Record<Lane, LocalAccount>,
  log: Logger,
): Promise<void> {
  for (const name of lanes) {
    const { address } = accounts[name]
    const onChain = BigInt(await client.getTransactionCount({ address }))
    await db
      .insertInto('lanes')
      .values({ name, address: fromHex(address), next_nonce: onChain })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute()
    const lane = await db.selectFrom('lanes').selectAll().where('name', '=', name).executeTakeFirstOrThrow()
    if (toHex(lane.address) !== address.toLowerCase()) {
      throw new Error(`The lane ${name} belongs to ${toHex(lane.address)}, the key file has ${address} for it`)
    }
    if (lane.next_nonce >= onChain) continue
    log.warn({ lane: name, from: Number(lane.next_nonce), to: Number(onChain) }, 'The chain is ahead of this lane')
    await db
      .updateTable('lanes')
      .set({ next_nonce: onChain })
      .where('name', '=', name)
      .where('next_nonce', '<', onChain)
      .execute()
  }
}
