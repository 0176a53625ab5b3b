import type { Actor } from '../../protocol/api/endpoint.ts'
import type { Acting } from '../db/acting.ts'

export interface PublicWho {
  actor: 'public'
}

export interface WalletWho {
  actor: 'wallet'
  walletId: string
  mailboxId: string
  organisation: string
}

export interface TillWho {
  actor: 'till'
  tillId: number
  merchantId: number
  organisation: string
}

export type StaffRole = Exclude<Actor, 'public' | 'wallet' | 'till'>

export interface StaffWho {
  actor: 'staff'
  staffId: string
  name: string
  roles: StaffRole[]
  organisation: string
  /** The most this person may decide alone, per decision and per day. */
  limitCents: bigint
}

export type Who = PublicWho | WalletWho | TillWho | StaffWho

/** Who can stand behind a call that allows these actors. */
export type WhoOf<A extends Actor> =
  | (A extends 'public' ? PublicWho : never)
  | (A extends 'wallet' ? WalletWho : never)
  | (A extends 'till' ? TillWho : never)
  | (A extends StaffRole ? StaffWho : never)

export type SessionActor = 'wallet' | 'till' | 'staff'

/** Whose cookie an actor comes with; null for the public. */
export function sessionActorOf(actor: Actor): SessionActor | null {
  if (actor === 'public') return null
  return actor === 'wallet' || actor === 'till' ? actor : 'staff'
}

/**
 * In whose name the database is asked: of staff by what the endpoint is for, so that a person of many roles has at each act
 * the rights of one. Null for the public: signing in, enrolling and joining are the server's own work.
 */
export function actingFor(who: Who, actors: readonly Actor[]): Acting | null {
  if (who.actor === 'public') return null
  const { organisation } = who
  if (who.actor === 'wallet') return { role: 'wallet', actor: who.mailboxId, organisation }
  if (who.actor === 'till') return { role: 'till', actor: String(who.merchantId), organisation }
  const role = actors.includes('worker') ? 'desk' : actors.includes('approver') ? 'approver' : 'office'
  return { role, actor: who.staffId, organisation }
}
