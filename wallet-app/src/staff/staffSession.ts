import { signal } from '@preact/signals'
import type { Endpoint } from '../../../protocol/api/endpoint.ts'
import type { getSession, signOut } from '../../../protocol/api/people.ts'
import { type Answer, call, type Input } from '../api/client.ts'
import { Refused } from '../api/refused.ts'

export type StaffSession = NonNullable<Answer<typeof getSession>['session']>
export type Role = 'worker' | 'approver' | 'officer' | 'finance' | 'auditor'

/** Null: nobody is signed in. */
export const staff = signal<StaffSession | null>(null)

/** A session that ended while somebody worked: what is typed stays on the screen, and signing in is a page of its own. */
export const hasEnded = signal(false)

/** Who is here. Throws Refused. */
export async function openStaff(): Promise<void> {
  const { session } = await call<typeof getSession>('get', '/api/auth/session/:actor', { params: { actor: 'staff' } })
  staff.value = session
}

/** Has somebody signed in again in another tab? What is on this page stays as it is. */
export async function lookAgain(): Promise<void> {
  const { session } = await call<typeof getSession>('get', '/api/auth/session/:actor', { params: { actor: 'staff' } })
  if (session === null) return
  staff.value = session
  hasEnded.value = false
}

/** As `call`, and sees when the session has ended. */
export async function callStaff<E extends Endpoint>(
  method: E['method'],
  path: E['path'],
  input: Input<E>,
): Promise<Answer<E>> {
  try {
    const answer = await call<E>(method, path, input)
    hasEnded.value = false
    return answer
  } catch (error) {
    if (error instanceof Refused && error.word === 'not_signed_in') hasEnded.value = true
    throw error
  }
}

export function isOne(...roles: readonly Role[]): boolean {
  return roles.some((role) => staff.value?.roles.includes(role))
}

/** The organisation's own sign-in page; a plain link, so that it works like any other. */
export function signInAddress(face: 'desk' | 'office'): string {
  return `/api/auth/staff/login?returnTo=/${face}`
}

export async function leave(): Promise<void> {
  await call<typeof signOut>('post', '/api/auth/sign-out', { body: { actor: 'staff' } })
  staff.value = null
}
