import type { z } from 'zod'
import type { Endpoint } from '../../../protocol/api/endpoint.ts'
import { Refused, refusedBy } from './refused.ts'

/** The JSON of an answer: cents are decimal strings, instants ISO texts. */
export type Answer<E extends Endpoint> = z.input<E['answer']>

type Part<E, K extends string> = E extends { [P in K]: infer S extends z.ZodType } ? { [P in K]: z.input<S> } : unknown

/** What an endpoint is called with, as JSON. */
export type Input<E extends Endpoint> = Part<E, 'params'> & Part<E, 'query'> & Part<E, 'body'>

interface Sent {
  params?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
}

/** No answer within this time is `offline`: unknown, not failed. */
const patienceMs = 12_000

/**
 * Calls one endpoint, typed by it alone, so that no schema travels to a phone:
 * `call<typeof getWallet>('get', '/api/wallet', {})`. Throws Refused.
 */
export async function call<E extends Endpoint>(
  method: E['method'],
  path: E['path'],
  input: Input<E>,
): Promise<Answer<E>> {
  const sent = input as Sent
  const response = await ask(addressOf(path, sent), {
    method: method.toUpperCase(),
    credentials: 'same-origin',
    cache: 'no-store',
    headers: { accept: 'application/json', ...(method === 'post' ? { 'content-type': 'application/json' } : {}) },
    ...(method === 'post' ? { body: JSON.stringify(sent.body ?? {}) } : {}),
    signal: AbortSignal.timeout(patienceMs),
  })
  if (!response.ok) throw await refusedBy(response)
  try {
    return (await response.json()) as Answer<E>
  } catch {
    throw new Refused('offline')
  }
}

async function ask(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init)
  } catch {
    throw new Refused('offline')
  }
}

function addressOf(path: string, { params = {}, query = {} }: Sent): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const asked = Object.entries(query).filter((entry) => entry[1] !== undefined)
  return asked.length === 0
    ? filled
    : `${filled}?${new URLSearchParams(asked.map(([name, value]) => [name, String(value)]))}`
}
