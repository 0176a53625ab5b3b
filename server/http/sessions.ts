import { createHash, randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'
import type { Kysely } from 'kysely'
import type { Tables } from '../db/tables.ts'
import type { SessionActor, StaffRole, Who } from './who.ts'

const day = 86_400_000

/** A phone and a till stay signed in for a month; staff for a working day. */
const lastsMilliseconds: Record<SessionActor, number> = { wallet: 30 * day, till: 30 * day, staff: day / 2 }

/** `__Host-`: this host only, over TLS (or localhost), so that no sibling site can plant one. */
export const cookieOf: Record<SessionActor, string> = {
  wallet: '__Host-kipina-wallet',
  till: '__Host-kipina-till',
  staff: '__Host-kipina-staff',
}

type Db = Kysely<Tables>

/** Of a phone the day is enough: the moment it joined, beside the log of who opened which case, would tell whose it is. */
function noted(actor: SessionActor, moment: Date): Date {
  return actor === 'wallet' ? new Date(Math.floor(moment.getTime() / day) * day) : moment
}

export interface NewSession {
  actor: SessionActor
  actorId: string
  organisation: string
}

export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** Only a hash is stored: who reads the table cannot sign in with it. */
export async function startSession(
  db: Db,
  now: Date,
  session: NewSession,
): Promise<{ token: string; expiresAt: Date }> {
  const token = randomBytes(32).toString('base64url')
  const createdAt = noted(session.actor, now)
  const expiresAt = new Date(createdAt.getTime() + lastsMilliseconds[session.actor])
  await db
    .insertInto('sessions')
    .values({
      token_hash: hashOf(token),
      actor: session.actor,
      actor_id: session.actorId,
      organisation_id: session.organisation,
      created_at: createdAt,
      expires_at: expiresAt,
    })
    .execute()
  return { token, expiresAt }
}

export function setSessionCookie(
  res: Response,
  actor: SessionActor,
  { token, expiresAt }: { token: string; expiresAt: Date },
) {
  // Staff come back from the sign-in page of another site: a strict cookie would not be sent with that first page.
  const sameSite = actor === 'staff' ? 'lax' : 'strict'
  res.cookie(cookieOf[actor], token, { secure: true, httpOnly: true, sameSite, path: '/', expires: expiresAt })
}

export function clearSessionCookie(res: Response, actor: SessionActor) {
  res.clearCookie(cookieOf[actor], { secure: true, httpOnly: true, path: '/' })
}

/** The token a request carries for this actor, or null. */
export function tokenIn(req: Request, actor: SessionActor): string | null {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([name]) => name === cookieOf[actor])?.[1] ?? null
}

export interface Found {
  who: Exclude<Who, { actor: 'public' }>
  expiresAt: Date
}

/** Who a token stands for now; null when it is unknown, expired or revoked, or its person, phone or till is no longer active. */
export async function findSession(db: Db, now: Date, actor: SessionActor, token: string): Promise<Found | null> {
  const session = await db
    .selectFrom('sessions')
    .select(['actor_id', 'organisation_id', 'expires_at'])
    .where('token_hash', '=', hashOf(token))
    .where('actor', '=', actor)
    .where('expires_at', '>', now)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (session === undefined) return null
  const who = await findWho(db, actor, session.actor_id, session.organisation_id)
  return who === null ? null : { who, expiresAt: session.expires_at }
}

async function findWho(db: Db, actor: SessionActor, id: string, organisation: string): Promise<Found['who'] | null> {
  if (actor === 'wallet') {
    const wallet = await db
      .selectFrom('wallets')
      .select('mailbox_id')
      .where('id', '=', id)
      .where('state', '=', 'active')
      .executeTakeFirst()
    return wallet ? { actor, walletId: id, mailboxId: wallet.mailbox_id, organisation } : null
  }
  if (actor === 'till') {
    const till = await db
      .selectFrom('tills')
      .select(['id', 'merchant_id'])
      .where('id', '=', Number(id))
      .where('state', '=', 'active')
      .executeTakeFirst()
    return till ? { actor, tillId: till.id, merchantId: till.merchant_id, organisation } : null
  }
  const staff = await db
    .selectFrom('staff')
    .select(['name', 'roles', 'decision_limit_cents'])
    .where('id', '=', id)
    .where('is_active', '=', true)
    .executeTakeFirst()
  if (staff === undefined) return null
  const { name, decision_limit_cents: limitCents } = staff
  return { actor, staffId: id, name, roles: staff.roles as StaffRole[], organisation, limitCents }
}

/** Ends one session, by its token. */
export async function endSession(db: Db, now: Date, actor: SessionActor, token: string): Promise<void> {
  const ended = { revoked_at: noted(actor, now) }
  await db
    .updateTable('sessions')
    .set(ended)
    .where('token_hash', '=', hashOf(token))
    .where('actor', '=', actor)
    .where('revoked_at', 'is', null)
    .execute()
}

/** Ends every session of one phone, till or person, at once. */
export async function endSessionsOf(db: Db, now: Date, actor: SessionActor, actorId: string): Promise<void> {
  await db
    .updateTable('sessions')
    .set({ revoked_at: noted(actor, now) })
    .where('actor', '=', actor)
    .where('actor_id', '=', actorId)
    .where('revoked_at', 'is', null)
    .execute()
}
