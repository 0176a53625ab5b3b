import { z } from 'zod'
import type { Endpoint } from '../../protocol/api/endpoint.ts'
import type { Problem, Refusal } from '../../protocol/refusals.ts'

/** What a call takes: only the parts its endpoint names, as code knows them (bigint, Date), not as JSON does. */
export type Asked<E extends Endpoint> = Part<E, 'params'> & Part<E, 'query'> & Part<E, 'body'>

type Part<E extends Endpoint, Name extends 'params' | 'query' | 'body'> =
  E extends Record<Name, infer Schema extends z.ZodType> ? { [name in Name]: z.output<Schema> } : unknown

export type Answered<E extends Endpoint> = z.output<E['answer']>

/** The server said no, with one word. */
export class ApiRefusal extends Error {
  readonly refusal: Refusal
  readonly status: number
  readonly details: Record<string, unknown>

  constructor(endpoint: Endpoint, status: number, problem: Problem) {
    const details = problem.details === undefined ? '' : ` ${JSON.stringify(problem.details)}`
    super(`${endpoint.method} ${endpoint.path}: ${problem.refusal}${details}`)
    this.refusal = problem.refusal
    this.status = status
    this.details = problem.details ?? {}
  }
}

/** One actor's client of the API, over HTTP alone: a cookie jar and the endpoint objects that the server is made from. */
export class Partner {
  readonly origin: string
  readonly #cookies = new Map<string, string>()

  constructor(origin: string) {
    this.origin = origin
  }

  /**
   * Calls an endpoint and answers what its schema reads. Throws ApiRefusal for a no, and waits as long as the server
   * asks when it is told that there were too many requests.
   */
  async call<const E extends Endpoint>(
    endpoint: E,
    ...[asked]: unknown extends Asked<E> ? [] : [Asked<E>]
  ): Promise<Answered<E>> {
    const { params = {}, query = {}, body } = (asked ?? {}) as Record<string, Record<string, unknown>>
    const url = new URL(filled(endpoint.path, params), this.origin)
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value))
    const json = endpoint.body === undefined ? undefined : JSON.stringify(z.encode(endpoint.body, body))

    const answer = await this.#sendPatiently(url, endpoint.method, json)
    const text = await answer.text()
    if (!answer.ok) throw new ApiRefusal(endpoint, answer.status, problemOf(answer, text))
    const isJson = answer.headers.get('content-type')?.includes('json') ?? false
    return z.decode(endpoint.answer, isJson ? JSON.parse(text) : text) as Answered<E>
  }

  /** What a browser would send along. */
  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** One request with this actor's cookies; a redirect is answered, not followed. */
  async send(url: URL, init: { method: string; headers?: Record<string, string>; body?: string }): Promise<Response> {
    const { cookie } = this
    const headers = { ...(cookie === '' ? {} : { cookie }), ...init.headers }
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of answer.headers.getSetCookie()) this.#keep(line)
    return answer
  }

  async #sendPatiently(url: URL, method: string, json: string | undefined): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json', origin: this.origin }
    if (json !== undefined) headers['content-type'] = 'application/json'
    for (let tries = 1; ; tries++) {
      const init = { method: method.toUpperCase(), headers, ...(json === undefined ? {} : { body: json }) }
      const answer = await this.send(url, init)
      if (answer.status !== 429 || tries === 5) return answer
      await answer.body?.cancel()
      await new Promise((resolve) => setTimeout(resolve, Number(answer.headers.get('retry-after') ?? 1) * 1000))
    }
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';')
    const name = pair.slice(0, pair.indexOf('=')).trim()
    const value = pair.slice(pair.indexOf('=') + 1).trim()
    const isGone =
      value === '' || attributes.some((attribute) => /^\s*(max-age=0|expires=thu, 01 jan 1970)/i.test(attribute))
    if (isGone) this.#cookies.delete(name)
    else this.#cookies.set(name, value)
  }
}

function filled(path: string, params: Record<string, unknown>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
}

function problemOf(answer: Response, text: string): Problem {
  try {
    const problem = JSON.parse(text) as Problem
    if (typeof problem.refusal === 'string') return problem
  } catch {
    // Not JSON: said below.
  }
  throw new Error(`${answer.url} answered ${answer.status} without a refusal: ${text.slice(0, 200)}`)
}

/** The word a promise is refused with; null when it is not refused. Any other error goes on. */
export async function refusalOf(promise: Promise<unknown>): Promise<Refusal | null> {
  try {
    await promise
    return null
  } catch (error) {
    if (error instanceof ApiRefusal) return error.refusal
    throw error
  }
}
