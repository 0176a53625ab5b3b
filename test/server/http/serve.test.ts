import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'chai'
import {
  ContractFunctionExecutionError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  HttpRequestError,
  TimeoutError,
} from 'viem'
import { vouchersAbi } from '../../../protocol/abi/vouchers.ts'
import { live, ready } from '../../../protocol/api/audit.ts'
import { getDirectory } from '../../../protocol/api/network.ts'
import * as api from '../../../protocol/api/people.ts'
import { readStatement } from '../../../protocol/api/settlements.ts'
import { waitFor } from '../../../scripts/walkthrough/parallel.ts'
import { problemOf, refusalOf } from '../../../server/http/problem.ts'
import { Refused } from '../../../server/http/refused.ts'
import { cookieOf, startSession } from '../../../server/http/sessions.ts'
import { day, type TestServer, testServer } from '../../support/server.ts'

describe('HTTP', function () {
  this.timeout(60_000)
  let town: TestServer

  before(async () => {
    town = await testServer({ publicCallsPerMinute: 400, sessionCallsPerMinute: 50 })
  })
  after(() => town.close())

  const json = { 'content-type': 'application/json' }

  describe('Origin', () => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost', 'http://localhost:1']) {
      it(`refuses what ${origin} sends`, async () => {
        const sent = await town.anyone().send('POST', '/api/auth/nonce', { headers: { origin } })
        expect([sent.status, sent.json.refusal]).to.deep.equal([403, 'origin_not_allowed'])
      })
    }
    it('refuses a change that names no origin', async () => {
      const sent = await fetch(`${town.origin}/api/auth/nonce`, { method: 'POST' })
      expect(((await sent.json()) as { refusal: string }).refusal).to.equal('origin_not_allowed')
    })
  })

  describe('Body', () => {
    const open =
      (body: string, headers: Record<string, string> = json) =>
      async () => {
        const worker = await town.as('worker')
        return worker.send('POST', '/api/desk/cases', { headers, body })
      }
    const bad: [what: string, ask: () => Promise<{ status: number; json: any }>, refusal: string, status: number][] = [
      ['no JSON', open('{'), 'bad_request', 400],
      ['a list', open('[]'), 'bad_request', 400],
      ['nothing', open(''), 'bad_request', 400],
      ['another kind of content', open('{}', { 'content-type': 'text/plain' }), 'bad_request', 400],
      [
        'another character set',
        open('{}', { 'content-type': 'application/json; charset=klingon' }),
        'bad_request',
        400,
      ],
      ['a compressed lie', open('{}', { ...json, 'content-encoding': 'gzip' }), 'bad_request', 400],
      ['more than 100 kB', open(JSON.stringify({ x: 'x'.repeat(103_000) })), 'too_large', 413],
    ]
    for (const [what, ask, refusal, status] of bad) {
      it(`is refused when it is ${what}`, async () => {
        const sent = await ask()
        expect([sent.status, sent.json.refusal]).to.deep.equal([status, refusal])
      })
    }

    it('names the field that is wrong, never what stood in it', async () => {
      const worker = await town.as('worker')
      const body = { id: 'Secret-Name', pseudonym: '', ageBand: '12_14', municipality: 'x', language: 'fi' }
      const sent = await worker.send('POST', '/api/desk/cases', { headers: json, body: JSON.stringify(body) })
      expect(Object.keys(sent.json.details.fields)).to.have.members(['id', 'pseudonym', 'municipality'])
      expect(sent.text).not.to.include('Secret')
    })

    it('is not read for somebody who is not signed in', async () => {
      const sent = await town.anyone().send('POST', readStatement.path, { headers: json, body: 'x'.repeat(9_000_000) })
      expect(sent.json.refusal).to.equal('not_signed_in')
    })

    it('is refused when it holds a character that no column can', async () => {
      const worker = await town.as('worker')
      const body = {
        id: crypto.randomUUID(),
        pseudonym: 'a\u0000b',
        ageBand: '12_14',
        municipality: '240',
        language: 'fi',
      }
      const sent = await worker.send('POST', '/api/desk/cases', { headers: json, body: JSON.stringify(body) })
      expect([sent.status, sent.json.refusal]).to.deep.equal([400, 'bad_request'])
    })
  })

  describe('Session', () => {
    it('is none when the cookie is made up, another’s, expired or ended', async () => {
      const worker = await town.as('worker')
      const till = town.anyone()
      for (const token of ['', 'x', 'x'.repeat(5000), worker.cookies[cookieOf.staff] ?? '']) {
        till.cookies[cookieOf.wallet] = token
        expect(await till.refusal({ ...api.listCases, actors: ['wallet'] })).to.equal('not_signed_in')
      }
      town.clock.advance(day)
      expect(await worker.refusal(api.listCases)).to.equal('not_signed_in')

      const leaving = await town.as('worker')
      await leaving.call(api.signOut, { body: { actor: 'staff' } })
      expect(leaving.cookies).to.deep.equal({})
    })

    it('is ended on the server, not only in the browser', async () => {
      const worker = await town.as('worker')
      const copy = { ...worker.cookies }
      await worker.call(api.signOut, { body: { actor: 'staff' } })
      Object.assign(worker.cookies, copy)
      expect(await worker.refusal(api.listCases)).to.equal('not_signed_in')
    })

    it('of one role does not open what is another’s', async () => {
      expect(await (await town.as('auditor')).refusal(api.listCases)).to.equal('not_allowed')
      expect(await (await town.as([])).refusal(api.listCases)).to.equal('not_allowed')
    })

    it('is kept as a hash only', async () => {
      const worker = await town.as('worker')
      const rows = await town.deps.db.selectFrom('sessions').selectAll().execute()
      expect(JSON.stringify(rows)).not.to.include(worker.cookies[cookieOf.staff])
    })

    it('lets each wear three hats at once', async () => {
      const worker = await town.as('worker')
      for (const actor of ['wallet', 'till'] as const) {
        expect(await worker.call(api.getSession, { params: { actor } })).to.deep.equal({ session: null })
      }
      const { session } = await worker.call(api.getSession, { params: { actor: 'staff' } })
      expect(session?.roles).to.deep.equal(['worker'])
    })
  })

  describe('Limits', () => {
    it('count each session for itself, and a made-up cookie by its address', async () => {
      const [busy, other] = [await town.as('worker'), await town.as('worker')]
      const words = await Promise.all(Array.from({ length: 60 }, () => busy.ask(api.listCases)))
      expect(words.filter(({ status }) => status === 429)).to.have.length(10)
      expect(words.find(({ status }) => status === 429)?.json.refusal).to.equal('too_many_requests')
      expect((await other.ask(api.listCases)).status).to.equal(200)

      let refused = 0
      for (let calls = 0; calls < 450 && refused === 0; calls++) {
        const caller = town.anyone()
        caller.cookies[cookieOf.staff] = `made-up-${calls}`
        if ((await caller.ask(api.listCases)).status === 429) refused++
      }
      expect(refused).to.equal(1)
      expect((await other.ask(api.listCases)).status).to.equal(200)
    })
  })
})

describe('Pages and health', function () {
  this.timeout(60_000)
  let town: TestServer

  before(async () => {
    town = await testServer()
  })
  after(() => town.close())

  it('say that the process runs and that database and chain answer', async () => {
    expect(await town.anyone().call(live)).to.deep.equal({ live: true })
    await waitFor('the chain', 30, async () => ((await town.anyone().call(ready)).chain ? true : null))
  })

  it('say that a server without its chain is ready, for it accepts, and one without its database is not', async () => {
    const broken = await testServer()
    await broken.chain.close()
    expect(await broken.anyone().call(ready)).to.deep.equal({ database: true, chain: false })
    await broken.database.close()
    const sent = await broken.anyone().ask(ready)
    expect([sent.status, sent.json.details]).to.deep.equal([503, { database: false, chain: false }])
    expect(await broken.anyone().call(live)).to.deep.equal({ live: true })
    await broken.close().catch(() => {})
  })

  it('say that a server is ready without waiting for a node that says nothing', async () => {
    const deaf = await testServer()
    let asked = 0
    Object.assign(deaf.deps.chain.client, { getBlockNumber: () => new Promise(() => asked++) })
    // A proxy gives up after so long, and the database answers at once.
    const told = await Promise.race([deaf.anyone().call(ready), wait(2500, 'too late', { ref: false })])
    expect([told, asked]).to.deep.equal([{ database: true, chain: false }, 1])
    await deaf.close()
  })

  it('are never kept by a cache where they are the API’s', async () => {
    const sent = await town.anyone().ask(getDirectory)
    expect(sent.headers.get('cache-control')).to.equal('no-store')
  })

  it('may run their own scripts and WebAssembly, and nothing else', async () => {
    const { headers } = await town.anyone().ask(live)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).to.include("script-src 'self' 'wasm-unsafe-eval'")
    expect(policy).not.to.match(/unsafe-inline|upgrade-insecure-requests|https:/)
    expect(headers.get('strict-transport-security')).to.equal(null)
    expect(headers.get('x-powered-by')).to.equal(null)
    expect(headers.get('referrer-policy')).to.equal('no-referrer')
  })

  for (const path of ['/api/nothing', '/api/desk/cases/%', '/nothing.js', '/api/desk/../../etc/passwd']) {
    it(`do not exist at ${path}`, async () => {
      const sent = await town.anyone().send('GET', path)
      expect(sent.status).to.be.oneOf([400, 404])
      expect(sent.headers.get('content-type')).to.include('application/problem+json')
    })
  }

  it('describe the API', async () => {
    const sent = await town.anyone().send('GET', '/api/openapi.json')
    expect(sent.json.openapi).to.match(/^3\.1/)
    expect(Object.keys(sent.json.paths)).to.include('/api/desk/cases/{case}/code')
  })
})

describe('Problem', () => {
  it('is a word and a status for what was refused', () => {
    const problem = problemOf(new Refused('above_limit', { limitCents: '5' }))
    expect(problem).to.deep.equal({
      type: 'about:blank',
      title: 'above limit',
      status: 403,
      refusal: 'above_limit',
      details: { limitCents: '5' },
    })
  })

  const away: [what: string, error: object][] = [
    ['refuses connections', { code: 'ECONNREFUSED' }],
    ['has a full disk', { code: '53100' }],
    ['was let go of, because the process ends', { message: 'driver has already been destroyed' }],
    ['is being stopped', { code: '57P01' }],
    ['starts', { code: '57P03' }],
    ['became a standby', { code: '25006' }],
    ['cut the line', { message: 'Connection terminated unexpectedly' }],
    ['has no connection free', { message: 'timeout exceeded when trying to connect' }],
  ]
  for (const [what, fields] of away) {
    it(`says that it may be asked again when the database ${what}`, () => {
      expect(refusalOf(Object.assign(new Error('Secret'), fields)).refusal).to.equal('unavailable')
    })
  }
  for (const code of ['23505', '42501', '42P01', '57014']) {
    it(`is internal when the database says ${code}`, () => {
      expect(refusalOf(Object.assign(new Error('Secret'), { code })).refusal).to.equal('internal')
    })
  }

  const call = { abi: vouchersAbi, functionName: 'paused' } as const
  const request = { body: {}, url: 'http://node.example' }
  for (const [what, cause] of [
    ['refuses connections', new HttpRequestError(request)],
    ['is silent', new TimeoutError(request)],
    ['is behind', new ContractFunctionZeroDataError({ functionName: 'paused' })],
  ] as const) {
    it(`says that it may be asked again when the node ${what}`, () => {
      expect(refusalOf(new ContractFunctionExecutionError(cause, call)).refusal).to.equal('unavailable')
    })
  }
  it('is internal when the contract refuses what is read', () => {
    const cause = new ContractFunctionRevertedError(call)
    expect(refusalOf(new ContractFunctionExecutionError(cause, call)).refusal).to.equal('internal')
  })

  it('is internal for everything that is not a refusal, and tells nothing of it', () => {
    for (const error of [new Error('Secret'), 'Secret', null, undefined, { success: false, error: 'Secret' }]) {
      expect(problemOf(refusalOf(error))).to.deep.equal({
        type: 'about:blank',
        title: 'internal',
        status: 500,
        refusal: 'internal',
      })
    }
  })
})

describe('Session table', () => {
  it('takes the same person many times', async function () {
    this.timeout(30_000)
    const town = await testServer()
    const { who } = await town.as('worker')
    const session = { actor: 'staff', actorId: who.staffId, organisation: 'town' } as const
    const tokens = await Promise.all([1, 2, 3].map(() => startSession(town.deps.db, town.deps.now(), session)))
    expect(new Set(tokens.map(({ token }) => token)).size).to.equal(3)
    await town.close()
  })
})
