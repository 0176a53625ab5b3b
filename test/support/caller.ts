import type { LocalAccount } from 'viem'
import { createSiweMessage } from 'viem/siwe'
import { z } from 'zod'
import type { Endpoint } from '../../protocol/api/endpoint.ts'
import { getNonce } from '../../protocol/api/people.ts'
import type { Problem, Refusal } from '../../protocol/refusals.ts'
import { signInStatement } from '../../protocol/signIn.ts'

export interface Sent {
  status: number
  headers: Headers
  text: string
  json: any
}

export interface Ask<E extends Endpoint> {
  params?: Record<string, string | number>
  query?: Record<string, string>
  body?: E['body'] extends z.ZodType ? z.output<E['body']> : never
}

/** One browser: its own cookies, the server's own origin. */
export class Caller {
  readonly origin: string
  readonly cookies: Record<string, string>

  constructor(origin: string, cookies: Record<string, string> = {}) {
    this.origin = origin
    this.cookies = cookies
  }

  /** Any request at all; cookies that come back are kept. Redirects are answers, not followed. */
  async send(
    method: string,
    path: string,
    init: { headers?: Record<string, string>; body?: string } = {},
  ): Promise<Sent> {
    const cookie = Object.entries(this.cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; ')
    const own = { ...(cookie === '' ? {} : { cookie }), ...(method === 'GET' ? {} : { origin: this.origin }) }
    const response = await fetch(new URL(path, this.origin), {
      method,
      redirect: 'manual',
      headers: { ...own, ...init.headers },
      ...(init.body === undefined ? {} : { body: init.body }),
    })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null }
  }

  #keep(line: string): void {
    const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s)
    const isGone = value === '' || /expires=Thu, 01 Jan 1970/i.test(line)
    if (isGone) delete this.cookies[name]
    else this.cookies[name] = value
  }

  /** Asks as the endpoint says, whatever comes back. */
  ask<E extends Endpoint>(endpoint: E, { params = {}, query = {}, body }: Ask<E> = {}): Promise<Sent> {
    const path = endpoint.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
    const search = new URLSearchParams(query).toString()
    const content =
      endpoint.body === undefined || body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(z.encode(endpoint.body, body)) }
    return this.send(endpoint.method.toUpperCase(), search === '' ? path : `${path}?${search}`, content)
  }

  /** What the call answers; throws when it is refused. */
  async call<E extends Endpoint>(endpoint: E, ask: Ask<E> = {}): Promise<z.output<E['answer']>> {
    const sent = await this.ask(endpoint, ask)
    if (sent.status !== (endpoint.status ?? 200)) {
      throw new Error(`${endpoint.method} ${endpoint.path} answered ${sent.status} ${sent.text}`)
    }
    return z.decode(endpoint.answer, sent.json ?? sent.text) as z.output<E['answer']>
  }

  /** The word with which the call is refused; throws when it is answered. */
  async refusal<E extends Endpoint>(endpoint: E, ask: Ask<E> = {}): Promise<Refusal> {
    const sent = await this.ask(endpoint, ask)
    const problem = sent.json as Problem | null
    if (problem?.refusal === undefined) throw new Error(`Not refused: ${endpoint.path} answered ${sent.status}`)
    return problem.refusal
  }

  /** A signed EIP-4361 message with a fresh nonce, as enrolling, joining and signing in ask for. */
  async signed(account: LocalAccount, chainId: number, more: Record<string, unknown> = {}) {
    const { nonce } = await this.call(getNonce)
    const { host, origin } = new URL(this.origin)
    const plain = { address: account.address, chainId, domain: host, nonce, statement: signInStatement, uri: origin }
    const message = createSiweMessage({ ...plain, version: '1', ...more })
    return { message, signature: await account.signMessage({ message }) }
  }
}
