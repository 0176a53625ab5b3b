import { z } from 'zod'
import type { Refusal } from '../refusals.ts'

/** Who may call. `public` needs no session; staff roles are named one by one. */
export type Actor = 'public' | 'wallet' | 'till' | 'worker' | 'approver' | 'officer' | 'finance' | 'auditor'

/** One call of the API: what OpenAPI, the server's router, the clients and the bad-input test are all made from. */
export interface Endpoint {
  method: 'get' | 'post'
  /** Express form: `/api/desk/cases/:case`. */
  path: string
  summary: string
  actors: readonly Actor[]
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /** 200 unless `status` says otherwise. Encoded through this schema, so that nothing unlisted leaves the server. */
  answer: z.ZodType
  status?: 200 | 201 | 202
  /** The words this call may answer with, beside those that every call has. */
  refusals: readonly Refusal[]
}

export function endpoint<const E extends Endpoint>(definition: E): E {
  return definition
}

/** Cents: a decimal string in JSON, a bigint in code. */
export const cents = z
  .codec(z.string().regex(/^(0|[1-9]\d{0,13})$/), z.bigint(), {
    decode: (text) => BigInt(text),
    encode: (value) => value.toString(),
  })
  .meta({ id: 'Cents', description: 'Whole euro cents as a decimal string', example: '890' })

/** Cents above zero. */
export const someCents = z
  .codec(z.string().regex(/^[1-9]\d{0,13}$/), z.bigint(), {
    decode: (text) => BigInt(text),
    encode: (value) => value.toString(),
  })
  .meta({ id: 'SomeCents', description: 'Whole euro cents above zero as a decimal string', example: '890' })

type HexText = `0x${string}`

/** Exactly `width` bytes as lower-case hex. */
export function hexOf(width: number) {
  return z.string().regex(new RegExp(`^0x[0-9a-f]{${2 * width}}$`)) as unknown as z.ZodType<HexText, HexText>
}

export const address = hexOf(20)
export const noteId = hexOf(16)
export const paymentId = hexOf(16)
export const nonce8 = hexOf(8)
export const signature = hexOf(65)
export const bytes32 = hexOf(32)

/** ISO 8601 with zone in JSON, a Date in code. */
export const instant = z
  .codec(z.iso.datetime({ offset: true }), z.date(), {
    decode: (text) => new Date(text),
    encode: (date) => date.toISOString(),
  })
  .meta({ id: 'Instant', description: 'ISO 8601 date and time with zone', example: '2026-11-30T21:59:59.000Z' })

export const day = z.iso.date()
export const uuid = z.uuid()

/** A short text in each language. */
export const words = z.object({
  fi: z.string().min(1).max(200),
  sv: z.string().min(1).max(200),
  en: z.string().min(1).max(200),
})

export const language = z.enum(['fi', 'sv', 'en'])

/** For calls that answer with no content of their own. */
export const done = z.object({ done: z.literal(true) })
