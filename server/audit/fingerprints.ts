import { randomBytes } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { sqlStateOf, type Tx } from '../db/transaction.ts'

/**
 * Σ of cents · weight over the rows of a table, where each key (a note, a voucher, a payment, a place on chain) has a
 * weight of 38 bits that only this run knows. Where the cents of any key differ between two tables, so do their
 * fingerprints, but for one run in 2^38. Equal ones mean that every single key agrees, and nothing was sorted or joined to
 * know it.
 *
 * HAZARD: it says that something differs, never what.
 */
export type Fingerprint = bigint

export interface Weights {
  ofBytes(column: string): RawBuilder<bigint>
  ofUuid(column: string): RawBuilder<bigint>
  /** A place on a sheet (its id in hex), the merchant who was paid for it, and whether by redemption or from the guarantee. */
  ofPlace(place: Record<'sheet' | 'index' | 'merchant' | 'isRedeemed', RawBuilder<unknown>>): RawBuilder<bigint>
}

/** With cents below 2^25 in a row (335,000 €), a product fits a bigint; what is larger is found: see `unlessTooLarge`. */
const bits = 38n

/** Fresh weights, from a seed that nobody can know before. */
export function freshWeights(): Weights {
  return weightsWithin((1n << bits) - 1n)
}

/** Every weight is nothing: for sums alone. */
export const weightless: Weights = weightsWithin(0n)

function weightsWithin(most: bigint): Weights {
  const bigint = (value: bigint) => sql`${sql.lit(value)}::bigint`
  const seed = () => bigint(randomBytes(8).readBigUInt64BE() >> 1n)
  const [own, redeemed, guaranteed] = [seed(), seed(), seed()]
  // PostgreSQL has hashed bytes by themselves only since version 18.
  const ofText = (text: RawBuilder<unknown>, seed: RawBuilder<unknown>) => {
    return sql`hashtextextended(${text} collate "C", ${seed})`
  }
  const cut = (hash: RawBuilder<unknown>) => sql<bigint>`(${hash} & ${bigint(most)})`
  return {
    ofBytes: (column) => cut(ofText(sql`encode(${sql.ref(column)}, 'hex')`, own)),
    ofUuid: (column) => cut(sql`uuid_hash_extended(${sql.ref(column)}, ${own})`),
    ofPlace: ({ sheet, index, merchant, isRedeemed }) => {
      const onSheet = ofText(sheet, sql`case when ${isRedeemed} then ${redeemed} else ${guaranteed} end`)
      return cut(sql`hashint8extended(${merchant}, hashint8extended(${index}, ${onSheet}))`)
    },
  }
}

/**
 * What `read` answers; null when a value in the tables is such that the database cannot reckon with it (SQLSTATE 22…), as an
 * amount that somebody made enormous. The transaction goes on either way.
 */
export async function unlessTooLarge<T>(tx: Tx, read: () => Promise<T>): Promise<T | null> {
  await sql`savepoint reckoning`.execute(tx)
  try {
    const answer = await read()
    await sql`release savepoint reckoning`.execute(tx)
    return answer
  } catch (error) {
    if (!sqlStateOf(error)?.startsWith('22')) throw error
    await sql`rollback to savepoint reckoning`.execute(tx)
    return null
  }
}
