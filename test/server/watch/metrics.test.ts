import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { sql } from 'kysely'
import { toHex } from 'viem'
import * as till from '../../../protocol/api/till.ts'
import * as wallet from '../../../protocol/api/wallet.ts'
import { pay } from '../../../server/acceptances/acceptances.ts'
import { sealWaiting } from '../../../server/audit/sealing.ts'
import { cookieOf, startSession } from '../../../server/http/sessions.ts'
import { createMeasure, daysOf, usesOf } from '../../../server/watch/measure.ts'
import { type MetricsDoor, openMetricsDoor } from '../../../server/watch/metricsDoor.ts'
import { Caller } from '../../support/caller.ts'
import { figureOf, readFigures } from '../../support/figures.ts'
import { addProgramme, addShop, hour, type Town } from '../../support/money.ts'
import { type TestServer, testServer } from '../../support/server.ts'
import { addYouth } from '../../support/youth.ts'

const openDoor = ({ deps, database }: TestServer) =>
  openMetricsDoor({ host: '127.0.0.1', port: 0 }, deps.metrics.registry, createMeasure(deps, database, 0))

const scrape = async (door: MetricsDoor) => await (await fetch(door.url)).text()

describe('Figures', function () {
  this.timeout(120_000)
  let server: TestServer
  let door: MetricsDoor

  before(async () => {
    server = await testServer()
    door = await openDoor(server)
    const { deps } = server
    const town = { deps, clock: { now: deps.now(), advance: () => {} }, isPostgres: false, close: server.close } as Town
    const shop = await addShop(town)
    const youth = await addYouth(town, 10)
    // Its largest note is worth more than the purchase, whatever the lot.
    await youth.grant(await addProgramme(town), 4000n)
    const session = { actor: 'till', actorId: String(shop.tillId), organisation: 'town' } as const
    const { token } = await startSession(deps.db, deps.now(), session)
    const counter = new Caller(server.origin, { [cookieOf.till]: token })

    const charge = await shop.charge(890n)
    const offer = await youth.sign(shop.merchantId, charge.nonce, (await youth.notes()).slice(0, 1), {
      agreedCents: 890n,
    })
    for (let times = 0; times < 3; times++) await pay(deps, shop.who, { charge, offer })
    await counter.call(till.getCharge, { params: { nonce: charge.nonce } })
    await counter.refusal(till.getCharge, { params: { nonce: toHex(randomBytes(8)) } })
    await counter.refusal(wallet.getWallet)
    await counter.send('GET', `/nothing/${charge.nonce}`)
    await counter.send('PROPFIND', `/api/wallet`)
  })
  after(async () => {
    await door.close()
    await server.close()
  })

  const value = async (name: string, labels: Record<string, string> = {}) =>
    figureOf(readFigures(await scrape(door)), `kipina_${name}`, labels)

  it('are nowhere on the port that everybody reaches', async () => {
    for (const path of ['/metrics', '/api/metrics', '/health/metrics']) {
      expect((await server.anyone().send('GET', path)).status).to.equal(404)
    }
    expect(new URL(door.url).hostname).to.equal('127.0.0.1')
  })

  it('are all that their own port tells', async () => {
    expect((await fetch(new URL('/', door.url))).status).to.equal(404)
    expect((await fetch(door.url, { method: 'POST' })).status).to.equal(404)
  })

  it('count a payment once, and its repeats beside it', async () => {
    expect(await value('acceptances_total', { kind: 'typed', repeat: 'no' })).to.equal(1)
    expect(await value('acceptances_total', { kind: 'typed', repeat: 'yes' })).to.equal(2)
    expect(await value('acceptances_total', { kind: 'ahead', repeat: 'no' })).to.equal(0)
    expect(await value('acceptances_unfinal', { state: 'accepted' })).to.equal(1)
  })

  it('count refusals by their word, also the words that were never said', async () => {
    expect(await value('refusals_total', { word: 'not_signed_in' })).to.equal(1)
    expect(await value('refusals_total', { word: 'guarantee_exhausted' })).to.equal(0)
  })

  it('know requests by the template of their path and nothing else of it', async () => {
    const requests = readFigures(await scrape(door)).filter(({ name }) => name === 'kipina_http_request_seconds_count')
    const seen = requests.map(({ labels, value }) => `${labels.method} ${labels.route} ${labels.status} ${value}`)
    expect(seen).to.include.members([
      'GET /api/till/charges/:nonce 200 1',
      'GET /api/till/charges/:nonce 404 1',
      'GET /api/wallet 401 1',
      'GET other 404 4',
      'other other 404 1',
    ])
  })

  it('have labels of this code’s own words only: no id, no name, no amount of anybody', async () => {
    const words = new Set<string>()
    for (const { labels } of readFigures(await scrape(door))) for (const text of Object.values(labels)) words.add(text)
    expect(words.size).to.be.greaterThan(40)
    const routes = /^\/(api|health)(\/(:?[a-z-]+))+(\?wait)?$/i
    const odd = [...words].filter((word) => !/^[a-z_]+$/i.test(word) && !routes.test(word) && !/^\d{3}$/.test(word))
    // What is left is the boundaries of durations.
    expect(odd.filter((word) => !/^(\d+(\.\d+)?|\+Inf)$/.test(word))).to.deep.equal([])
  })

  it('know the age of the oldest order of a lane, and 0 where none waits', async () => {
    expect(await value('outbox_oldest_seconds', { lane: 'finance' })).to.equal(0)
    await sql`insert into outbox (subject, kind, lane, target, call, state, created_at)
      values ('test:1', 'test', 'finance', 'vouchers', '{}', 'queued', now() - interval '2 hours')`.execute(
      server.deps.db,
    )
    expect(await value('outbox_oldest_seconds', { lane: 'finance' })).to.be.within(7200, 7300)
    expect(await value('outbox_orders', { lane: 'finance', state: 'queued' })).to.equal(1)
    await sql`delete from outbox where subject = 'test:1'`.execute(server.deps.db)
    expect(await value('outbox_orders', { lane: 'finance', state: 'queued' })).to.equal(undefined)
  })

  it('call late only what has a sheet and could be posted', async () => {
    const { db, now } = server.deps
    await db
      .updateTable('acceptances')
      .set({ post_after: new Date(now().getTime() - 3 * hour) })
      .execute()
    expect(await value('acceptances_oldest_due_seconds')).to.equal(0)
    await sql`insert into sheets (id, programme_id, padding_seed, depth, purposes, committed_cents, granted_cents,
        valid_until, closes_at, data_hash, leaf_file, state, created_at)
      select sha256('sheet'), min(id), '', 0, 1, 0, 0, now(), now(), '', '', 'queued', now() from programmes`.execute(
      db,
    )
    await sql`update notes set sheet_id = sha256('sheet'), leaf_index = 0, locked_cents = face_cents
      where id in (select note_id from acceptances)`.execute(db)
    expect(await value('acceptances_oldest_due_seconds')).to.equal(0)
    await db.updateTable('sheets').set({ state: 'final' }).execute()
    expect(await value('acceptances_oldest_due_seconds')).to.equal(3 * 3600)
  })

  it('know for how long the audit log has not been chained', async () => {
    const { db, now } = server.deps
    while ((await sealWaiting(db)) > 0);
    expect(await value('audit_oldest_waiting_seconds')).to.equal(0)
    const at = new Date(now().getTime() - hour)
    await sql`insert into access_log (at, actor, actor_id, action, subject)
      values (${at}, 'server', '', 'acted', '')`.execute(db)
    expect(await value('audit_oldest_waiting_seconds')).to.equal(3600)
  })

  it('know how long the post is in its stage', async () => {
    const { db, now } = server.deps
    await db
      .updateTable('post_state')
      .set({ stage: 'releases', started_at: new Date(now().getTime() - 2 * hour), stage_since: now() })
      .execute()
    server.clock.advance(hour)
    expect(await value('post_stage_seconds', { stage: 'releases' })).to.equal(3600)
    expect(await value('post_stage_seconds', { stage: 'sheets' })).to.equal(0)
    expect(await value('post_started_seconds')).to.equal(3 * 3600)
    await db.updateTable('post_state').set({ stage: 'idle' }).execute()
    expect(await value('post_stage_seconds', { stage: 'releases' })).to.equal(0)
  })

  it('know what each lane has, and for how long it lasts', async () => {
    expect(await value('lane_balance', { lane: 'relayer' })).to.be.greaterThan(0)
    const uses = await value('lane_balance_uses', { lane: 'relayer' })
    expect(uses).to.be.greaterThan(0)
    await sql`insert into outbox (subject, kind, lane, target, call, state, nonce, gas)
      values ('test:2', 'test', 'relayer', 'vouchers', '{}', 'final', 1, 1677721)`.execute(server.deps.db)
    // A tenth as dear as the dearest there can be.
    expect((await value('lane_balance_uses', { lane: 'relayer' })) ?? 0).to.be.within((uses ?? 0) * 9, (uses ?? 0) * 11)
    expect(await value('lane_balance_days', { lane: 'relayer' })).to.be.within(uses ?? 0, (uses ?? 0) * 11)
    expect(await value('lane_balance_days', { lane: 'issuer' })).to.equal(Number.POSITIVE_INFINITY)
  })

  it('say that nothing was reconciled by being absent, and then what was found', async () => {
    expect(await value('reconcile_differences')).to.equal(undefined)
    const at = new Date(server.deps.now().getTime() - hour)
    const run = { at, block: 1n, differences: 2, off_cents: 30n }
    await server.deps.db.insertInto('reconciliations').values(run).execute()
    expect(await value('reconcile_differences')).to.equal(2)
    expect(await value('reconcile_off_cents')).to.equal(30)
    expect(await value('reconcile_age_seconds')).to.equal(3600)
  })

  it('know how far the chain is', async () => {
    expect(await value('chain_up')).to.equal(1)
    expect(await value('chain_finalized_lag_blocks')).to.be.at.least(0)
    expect(await value('indexer_lag_blocks')).to.be.at.least(0)
    expect(await value('gas_fee_to_most_ratio')).to.be.within(0, 1)
  })
})

describe('Figures of what does not answer', function () {
  this.timeout(120_000)

  it('are absent, never old; that it does not answer is one too', async () => {
    const server = await testServer()
    const door = await openDoor(server)
    const names = async () => {
      const figures = readFigures(await scrape(door)).map(({ name, value }) => `${name} ${value}`)
      return figures.filter((line) => /_up |oldest_seconds|finalized_age|lane_balance /.test(line))
    }
    expect((await names()).length).to.be.greaterThan(10)
    await server.chain.close()
    expect((await names()).filter((line) => !line.includes('oldest'))).to.deep.equal([
      'kipina_database_up 1',
      'kipina_chain_up 0',
    ])
    await server.database.close()
    expect(await names()).to.deep.equal(['kipina_database_up 0', 'kipina_chain_up 0'])
    await door.close()
    await server.close().catch(() => {})
  })
})

describe('How long a balance lasts', () => {
  it('is for ever where nothing is paid for gas, and none where nothing is left', () => {
    expect(usesOf(5n, 0n)).to.equal(Number.POSITIVE_INFINITY)
    expect(daysOf(5n, 0n, 14)).to.equal(Number.POSITIVE_INFINITY)
    expect([usesOf(0n, 7n), daysOf(0n, 7n, 14)]).to.deep.equal([0, 0])
  })

  it('is whole uses, and the days that it took to spend as much', () => {
    expect(usesOf(20n, 7n)).to.equal(2)
    expect(daysOf(10n ** 18n, 2n * 10n ** 18n, 14)).to.equal(7)
  })
})
