import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { sql } from 'kysely'
import { openCase } from '../../../protocol/api/people.ts'
import { getCharge } from '../../../protocol/api/till.ts'
import { cookieOf } from '../../../server/http/sessions.ts'
import { openLog } from '../../../server/watch/log.ts'
import { createMetrics } from '../../../server/watch/metrics.ts'
import { figureOf, readFigures } from '../../support/figures.ts'
import { type TestServer, testServer } from '../../support/server.ts'

const json = { 'content-type': 'application/json' }

describe('The log', function () {
  this.timeout(120_000)
  let town: TestServer
  const lines: string[] = []
  const canaries = new Map<string, string>()
  /** Something that nobody else would write, and from where it came. */
  const canary = (where: string) => {
    const word = `Canary${canaries.size}x${randomUUID().slice(0, 8)}`
    canaries.set(word, where)
    return word
  }

  before(async () => {
    town = await testServer({}, openLog('debug', null, { write: (line) => lines.push(line) }))
  })
  after(() => town.close())

  const told = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  const foundIn = (text: string) => [...canaries].filter(([word]) => text.includes(word)).map(([, where]) => where)

  it('tells of each request its method, template, status and duration', async () => {
    await town.anyone().send('GET', '/health/live')
    const [line] = told().filter(({ msg }) => msg === 'answered')
    expect(line).to.include({ level: 20, method: 'GET', route: '/health/live', status: 200 })
    expect(Object.keys(line ?? {})).to.have.members([
      'level',
      'time',
      'method',
      'route',
      'status',
      'milliseconds',
      'msg',
    ])
  })

  it('keeps to itself what a request brings: path, query, headers, cookies, body, address', async () => {
    const worker = await town.as('worker')
    const id = randomUUID()
    canaries.set(id, 'the id of a case')
    const pseudonym = canary('a body')
    const person = { ageBand: '15_17', municipality: '240', language: 'fi' } as const
    await worker.call(openCase, { body: { id, pseudonym, ...person } })
    await worker.send('GET', `/api/desk/cases/${id}?because=${canary('a query')}`)
    await worker.send('POST', `/api/desk/cases/${id}/code`, { headers: json, body: '{}' })
    await worker.send('GET', `/${canary('a path that is none')}`)
    await worker.send('POST', '/api/desk/cases', { headers: json, body: `{"id":"${canary('a broken body')}` })
    await worker.send('GET', '/api/desk/cases', {
      headers: {
        'user-agent': canary('a browser'),
        'x-forwarded-for': canary('an address'),
        authorization: canary('a header'),
        referer: `https://elsewhere.example/${canary('a page before')}`,
      },
    })
    const till = town.anyone()
    till.cookies[cookieOf.till] = canary('a cookie that is none')
    await till.refusal(getCharge, { params: { nonce: '0x0123456789abcdef' } })
    canaries.set('0123456789abcdef', 'a nonce')
    canaries.set(worker.cookies[cookieOf.staff] ?? '', 'a session')
    canaries.set(worker.who.name, 'a name')
    canaries.set(worker.who.staffId, 'the id of a worker')

    expect(told().length).to.be.greaterThan(6)
    expect(foundIn(lines.join(''))).to.deep.equal([])
  })

  it('does not quote the row that a database refuses, nor the answer that fails', async () => {
    const worker = await town.as('worker')
    const pseudonym = canary('a row')
    await sql`alter table cases add constraint no_canary check (pseudonym <> ${sql.lit(pseudonym)})`.execute(
      town.deps.db,
    )
    const person = { ageBand: '15_17', municipality: '240', language: 'fi' } as const
    const refused = await worker.refusal(openCase, { body: { id: randomUUID(), pseudonym, ...person } })
    expect(refused).to.equal('internal')
    const bug = told().find(({ msg }) => msg === 'bug')
    expect(bug).to.include({ level: 50, route: '/api/desk/cases', sqlState: '23514' })
    expect(foundIn(lines.join(''))).to.deep.equal([])
  })

  it('leaves out what somebody forgot to, and an error’s words where it is a database’s', () => {
    const written: string[] = []
    const log = openLog('info', null, { write: (line) => written.push(line) })
    const error = Object.assign(new Error(canary('a message')), { code: '23505', detail: canary('a detail') })
    const req = { url: canary('a request'), headers: { cookie: canary('its cookie') } }
    log.error(error)
    log.error({ err: error, error, req, res: { body: canary('an answer') } }, 'with everything')
    log.info({ headers: { cookie: canary('a header') }, body: canary('a body') }, 'with more')
    expect(written).to.have.length(3)
    expect(foundIn(written.join(''))).to.deep.equal([])
    expect(written.join('')).to.include('23505')
  })

  it('counts the lines that ask for attention', async () => {
    const metrics = createMetrics()
    const log = openLog('error', metrics, { write: () => {} })
    log.error('one')
    log.error({}, 'two')
    log.warn('is not written at this level')
    const figures = readFigures(await metrics.registry.metrics())
    expect(figureOf(figures, 'kipina_log_lines_total', { level: 'error' })).to.equal(2)
    expect(figureOf(figures, 'kipina_log_lines_total', { level: 'warn' })).to.equal(0)
  })
})
