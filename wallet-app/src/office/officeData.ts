import type { getPost, reconcile } from '../../../protocol/api/audit.ts'
import type { listMerchants, listProgrammes } from '../../../protocol/api/network.ts'
import type { listSettlements } from '../../../protocol/api/settlements.ts'
import type { Answer } from '../api/client.ts'
import { Refused } from '../api/refused.ts'
import { callStaff } from '../staff/staffSession.ts'

export type Programme = Answer<typeof listProgrammes>['programmes'][number]
export type Merchant = Answer<typeof listMerchants>['merchants'][number]
export type Settlement = Answer<typeof listSettlements>['settlements'][number]
export type PostState = Answer<typeof getPost>
export type Reconciliation = Answer<typeof reconcile>

export async function loadProgrammes(): Promise<Programme[]> {
  return (await callStaff<typeof listProgrammes>('get', '/api/programmes', {})).programmes
}

/** Throws Refused `not_found`. */
export async function loadProgramme(id: number): Promise<Programme> {
  return oneOf(await loadProgrammes(), id)
}

export async function loadMerchants(): Promise<Merchant[]> {
  return (await callStaff<typeof listMerchants>('get', '/api/office/merchants', {})).merchants
}

/** Throws Refused `not_found`. */
export async function loadMerchant(id: number): Promise<Merchant> {
  return oneOf(await loadMerchants(), id)
}

export async function loadSettlements(): Promise<Settlement[]> {
  return (await callStaff<typeof listSettlements>('get', '/api/office/settlements', {})).settlements
}

/** Throws Refused `not_found`. */
export async function loadSettlement(id: string): Promise<Settlement> {
  return oneOf(await loadSettlements(), id)
}

function oneOf<T extends { id: number | string }>(all: readonly T[], id: T['id']): T {
  const found = all.find((one) => one.id === id)
  if (found === undefined) throw new Refused('not_found')
  return found
}

/** What the server said of one field of what was sent, or null. */
export function fieldFault(refused: Refused | null, field: string): string | null {
  const fields = refused?.details.fields
  if (typeof fields !== 'object' || fields === null) return null
  const said: unknown = (fields as Record<string, unknown>)[field]
  return typeof said === 'string' ? said : null
}

/** The number after the largest: a proposal, since another organisation may have it. */
export function nextNumber(known: readonly { id: number }[], first: number): number {
  return Math.max(first - 1, ...known.map(({ id }) => id)) + 1
}
