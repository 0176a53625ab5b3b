import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * A role of the database, each with the tables and rows that such a request needs and no others (0014_actors.sql). The desk
 * is a worker's; the second person's reads what waits for one; the office is finance, officers and auditors.
 */
export type ActingRole = 'wallet' | 'till' | 'desk' | 'approver' | 'office'

export interface Acting {
  role: ActingRole
  /** The mailbox, the merchant or the member of staff that the database lets see what is theirs. */
  actor: string
  organisation: string
}

const acting = new AsyncLocalStorage<Acting | null>()

/** Every statement of `work` is done in this role, whichever connection it takes. */
export function actAs<T>(who: Acting, work: () => T): T {
  return acting.run(who, work)
}

/** What a request only sets off, or what sums over everybody: done by the server, with its own rights. */
export function actAsServer<T>(work: () => T): T {
  return acting.run(null, work)
}

/** Null: the server itself. */
export function whoActs(): Acting | null {
  return acting.getStore() ?? null
}

/** Parameters: role, actor, organisation; until the transaction ends, or until it is said anew. */
export function actingSql(until: 'commit' | 'next'): string {
  const isLocal = until === 'commit'
  return `select set_config('role', $1, ${isLocal}), set_config('kipina.actor', $2, ${isLocal}), set_config('kipina.organisation', $3, ${isLocal})`
}

export function actingValues(who: Acting | null): [role: string, actor: string, organisation: string] {
  return who === null ? ['none', '', ''] : [`kipina_${who.role}`, who.actor, who.organisation]
}
