import type { Selectable } from 'kysely'
import { z } from 'zod'
import { checkResult, facts } from '../../protocol/api/grants.ts'
import type { Decisions, Needs } from '../db/tables.ts'
import type { Tx } from '../db/transaction.ts'
import { balanceOf } from '../vouchers/vouchers.ts'

/* What lies sealed under the person's key. Tables beside it keep days, states and outcomes, never amounts or vouchers. */

const cents = z.codec(z.string().regex(/^\d+$/), z.bigint(), { decode: BigInt, encode: String })
const moment = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
})

export const needContent = z.object({
  text: z.string(),
  facts,
  check: checkResult.nullable(),
  createdAt: moment,
})

export const decisionContent = z.object({
  reason: z.string(),
  decidedAt: moment,
  grant: z
    .object({
      amountCents: cents,
      validUntil: moment,
      /** Of the case system, where the decision was made there. */
      decisionNumber: z.string().nullable(),
      /** With the decision's id, what the voucher's proof opens to. */
      salt: z.string(),
      /** Null until a second person has agreed. */
      voucherId: z.string().nullable(),
    })
    .nullable(),
  /** What was done afterwards, with its reason: corrections are new entries, never edits. */
  acts: z.array(
    z.object({
      what: z.enum(['approved', 'turned_down', 'revoked', 'extended']),
      by: z.string(),
      reason: z.string(),
      at: moment,
      validUntil: moment.nullable(),
    }),
  ),
})

export type NeedContent = z.output<typeof needContent>
export type DecisionContent = z.output<typeof decisionContent>
export type DecisionGrant = NonNullable<DecisionContent['grant']>

/** A row with its envelope open. */
export interface Opened<Row, Content> {
  row: Row
  content: Content
}
export type OpenNeed = Opened<Selectable<Needs>, NeedContent>
export type OpenDecision = Opened<Selectable<Decisions>, DecisionContent>

interface Key {
  seal(content: unknown): Promise<Buffer>
  unseal(sealed: Uint8Array): Promise<unknown>
}

export async function openNeed(key: Key, row: Selectable<Needs>): Promise<OpenNeed> {
  return { row, content: z.decode(needContent, (await key.unseal(row.sealed)) as z.input<typeof needContent>) }
}

export async function openDecision(key: Key, row: Selectable<Decisions>): Promise<OpenDecision> {
  return { row, content: z.decode(decisionContent, (await key.unseal(row.sealed)) as z.input<typeof decisionContent>) }
}

export async function sealNeed(key: Key, content: NeedContent): Promise<Buffer> {
  return await key.seal(z.encode(needContent, content))
}

export async function sealDecision(key: Key, content: DecisionContent): Promise<Buffer> {
  return await key.seal(z.encode(decisionContent, content))
}

export type Landed = 'not_used' | 'partly_used' | 'used' | 'ended'

/** How help landed, in one word; where and when is nobody's business at a desk. Null while there is no voucher. */
export async function landedOf(tx: Tx, grant: DecisionGrant | null): Promise<Landed | null> {
  if (!grant?.voucherId) return null
  const { spentCents, leftCents, endedCents, kind } = await balanceOf(tx, grant.voucherId)
  if (leftCents > 0n) return spentCents > 0n ? 'partly_used' : 'not_used'
  // The rest of a service goes back to the programme at once: its meal was eaten all the same.
  const isUsed = spentCents > 0n && (endedCents === 0n || kind === 'service')
  return isUsed ? 'used' : 'ended'
}
