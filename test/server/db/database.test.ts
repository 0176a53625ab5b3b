import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Kysely, sql } from 'kysely'
import { fromHex, toHex } from '../../../server/db/bytes.ts'
import { type Database, openDatabase } from '../../../server/db/database.ts'
import { migrate } from '../../../server/db/migrate.ts'
import type { Tables } from '../../../server/db/tables.ts'
import { brokenConstraintOf, inTransaction, sqlStateOf } from '../../../server/db/transaction.ts'
import { refusalOf } from '../../../server/http/problem.ts'
import { emptyDatabase } from '../../support/chain.ts'

describe('Database', function () {
  this.timeout(60_000)
  let database: Database

  before(async () => {
    database = await emptyDatabase()
  })
  after(() => database.close())

  const name = JSON.stringify({ fi: 'K', sv: 'K', en: 'K' })
  const organisation = (id: string) => ({ id, kind: 'parish', name, municipality: '240', phone: '1' }) as const
  const addLane = (lane: string, more: object = {}) =>
    database.db.insertInto('lanes').values({ name: lane, address: Buffer.from(lane), next_nonce: 0n, ...more })
  const failureOf = (promise: Promise<unknown>) =>
    promise.then(
      () => null,
      (error: unknown) => error,
    )

  it('is migrated once, and says so the second time', async () => {
    expect(await migrate(database.db)).to.deep.equal([])
  })

  it('refuses to go on when a migration was changed after it ran', async () => {
    const change = (by: string) => sql`update migrations set content_hash = ${by} where name = '0001_people.sql'`
    const hash = sql<{ content_hash: string }>`select content_hash from migrations where name = '0001_people.sql'`
    const { content_hash: right } = (await hash.execute(database.db)).rows[0]!
    await change('changed').execute(database.db)
    expect(await failureOf(migrate(database.db)))
      .to.have.property('message')
      .that.matches(/0001_people.sql was changed/)
    await change(right).execute(database.db)
  })

  it('is migrated without anybody waiting behind the migration for long', async function () {
    if (database.engine !== 'postgres') return this.skip()
    const folder = mkdtempSync(join(tmpdir(), 'migrations-'))
    cpSync(join(import.meta.dirname, '../../../server/db/migrations'), folder, { recursive: true })
    writeFileSync(join(folder, '9999_more.sql'), 'alter table lanes add column more text')
    const count = sql<{ count: bigint }>`select count(*) as count from lanes`
    const waits = sql`select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`

    const reading = await database.db.startTransaction().execute()
    await count.execute(reading)
    const migrating = migrate(database.db, folder)
    while ((await waits.execute(database.db)).rows.length === 0);
    await count.execute(database.db)
    await reading.commit().execute()
    expect(await migrating).to.deep.equal(['9999_more.sql'])

    await sql`alter table lanes drop column more`.execute(database.db)
    await sql`delete from migrations where name = '9999_more.sql'`.execute(database.db)
    rmSync(folder, { recursive: true })
  })

  it('outlives a connection that breaks between two statements of a transaction', async function () {
    if (database.engine !== 'postgres') return this.skip()
    const own = await openDatabase(
      { databaseUrl: database.pool.options.connectionString ?? '', dataFolder: null },
      () => {},
    )
    const work = inTransaction(own.db, async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
      const { pid } = rows[0]!
      await sql`select pg_terminate_backend(${pid})`.execute(database.db)
      const left = sql`select 1 from pg_stat_activity where pid = ${pid}`
      while ((await left.execute(database.db)).rows.length > 0);
      await sql`select 1`.execute(tx)
    })
    expect(refusalOf(await failureOf(work))).to.include({ refusal: 'unavailable', status: 503 })
    expect((await sql<{ one: number }>`select 1 as one`.execute(own.db)).rows).to.deep.equal([{ one: 1 }])
    await own.close()
  })

  it('is given up where its line falls silent, and holds a row no longer than 20 s for who is not heard', async function () {
    if (database.engine !== 'postgres') return this.skip()
    await addLane('held').execute()
    const url = new URL(database.pool.options.connectionString ?? '')
    const { hostname, port } = url
    const sockets: Socket[] = []
    let isSilent = false
    const between = createServer((near) => {
      const far = connect(Number(port), hostname)
      sockets.push(near, far)
      near.on('data', (bytes) => isSilent || far.write(bytes)).on('error', () => {})
      far.on('data', (bytes) => isSilent || near.write(bytes)).on('error', () => {})
    })
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
    url.host = `127.0.0.1:${(between.address() as AddressInfo).port}`
    const own = await openDatabase({ databaseUrl: url.href, dataFolder: null }, () => {})
    const held = (tx: Kysely<Tables>) => tx.selectFrom('lanes').select('name').where('name', '=', 'held').forUpdate()
    const work = inTransaction(own.db, async (tx) => {
      await held(tx).execute()
      isSilent = true
      await sql`select 1`.execute(tx)
    })
    expect(refusalOf(await failureOf(work))).to.include({ refusal: 'unavailable', status: 503 })
    // Neither end hears of the other: only the database itself can end what it was told to hold.
    expect(await failureOf(held(database.db).noWait().execute())).to.have.property('code', '55P03')
    expect(await held(database.db).execute()).to.have.length(1)
    isSilent = false
    expect((await sql<{ one: number }>`select 1 as one`.execute(own.db)).rows).to.deep.equal([{ one: 1 }])
    await own.close()
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => between.close(resolve))
  })

  it('reads cents as bigint, bytes as Buffer, days as text, times as Date', async () => {
    await addLane('read', { next_nonce: 2n ** 62n }).execute()
    const row = await database.db
      .selectFrom('lanes')
      .select((is) => [
        'next_nonce',
        'address',
        is.fn.countAll<bigint>().over().as('count'),
        sql<bigint>`sum(next_nonce) over ()`.as('sum'),
        sql<string>`date '2026-02-03'`.as('day'),
        sql<Date>`timestamptz '2026-02-03 04:05:06.789+02'`.as('time'),
      ])
      .where('name', '=', 'read')
      .executeTakeFirstOrThrow()
    expect(row).to.deep.equal({
      next_nonce: 2n ** 62n,
      address: Buffer.from('read'),
      count: 1n,
      sum: 2n ** 62n,
      day: '2026-02-03',
      time: new Date('2026-02-03T02:05:06.789Z'),
    })
  })

  it('has a column for everything that tables/ names, and the reverse', async () => {
    const { rows } = await sql<{ table_name: string; column_name: string }>`
      select table_name, column_name from information_schema.columns
      where table_schema = 'public' and table_name <> 'migrations'`.execute(database.db)
    const folder = join(import.meta.dirname, '../../../server/db/tables')
    const source = readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n')
    const members = (inside: string) => [...inside.matchAll(/^ {2}(\w+): (\w*)/gm)]
    const interfaces = [...source.matchAll(/^export interface (\w+) \{\n([\s\S]*?)^\}/gm)]
    const bodyOf = (wanted: string) => interfaces.find(([, found]) => found === wanted)?.[2] ?? ''
    const tables = interfaces
      .filter(([, found]) => found?.endsWith('Tables'))
      .flatMap(([, , inside]) => members(inside ?? ''))
    const named = tables.flatMap(([, table, type]) =>
      members(bodyOf(type ?? '')).map(([, column]) => `${table}.${column}`),
    )
    expect(named.length).to.be.greaterThan(200)
    expect(rows.map((row) => `${row.table_name}.${row.column_name}`).sort()).to.deep.equal(named.sort())
  })

  describe('Transaction', () => {
    it('leaves nothing behind when the work throws', async () => {
      const failure = await failureOf(
        inTransaction(database.db, async (tx) => {
          await tx.insertInto('organisations').values(organisation('undone')).execute()
          throw new Error('no')
        }),
      )
      expect(failure).to.have.property('message', 'no')
      const rows = database.db.selectFrom('organisations').selectAll().where('id', '=', 'undone')
      expect(await rows.execute()).to.deep.equal([])
    })

    it('tells which constraint was broken', async () => {
      const twice = inTransaction(database.db, async (tx) => {
        for (let times = 0; times < 2; times++)
          await tx.insertInto('organisations').values(organisation('twice')).execute()
      })
      const failure = await failureOf(twice)
      expect([sqlStateOf(failure), brokenConstraintOf(failure)]).to.deep.equal(['23505', 'organisations_pkey'])
      expect(sqlStateOf(new Error('x'))).to.equal(null)
      expect(brokenConstraintOf(null)).to.equal(null)
    })

    it('is done again when the database undid it by itself, and only then', async () => {
      const tries = { conflict: 0, broken: 0 }
      const state = (code: string) => Object.assign(new Error('x'), { code })
      const done = await inTransaction(database.db, async () => {
        if (++tries.conflict < 3) throw state(tries.conflict === 1 ? '40001' : '40P01')
        return 'done'
      })
      const broken = inTransaction(database.db, async () => {
        tries.broken++
        throw state('23505')
      })
      expect(await failureOf(broken)).to.be.an('error')
      expect([done, tries]).to.deep.equal(['done', { conflict: 3, broken: 1 }])
    })

    it('gives up after five conflicts', async () => {
      let tries = 0
      const never = inTransaction(database.db, async () => {
        tries++
        throw Object.assign(new Error('x'), { code: '40001' })
      })
      expect(await failureOf(never)).to.have.property('code', '40001')
      expect(tries).to.equal(5)
    })

    it('ends after its time, names the trap, and lets nothing be written after', async () => {
      let late: Promise<unknown> = Promise.resolve()
      const stuck = inTransaction(database.db, async (tx) => {
        await tx.insertInto('organisations').values(organisation('late-1')).execute()
        late = new Promise((resolve) => setTimeout(resolve, 16_000)).then(() =>
          tx.insertInto('organisations').values(organisation('late-2')).execute(),
        )
        await late
      })
      const failure = await failureOf(stuck)
      expect(failure)
        .to.have.property('message')
        .that.matches(/`db` used inside it/)
      expect(refusalOf(failure).refusal).to.equal('unavailable')
      expect(await failureOf(late)).to.be.an('error')
      const rows = database.db.selectFrom('organisations').selectAll().where('id', 'like', 'late-%')
      expect(await rows.execute()).to.deep.equal([])
    })

    it('keeps many at once apart', async () => {
      await addLane('busy').execute()
      await Promise.all(
        Array.from({ length: 50 }, (_, order) =>
          inTransaction(database.db, async (tx) => {
            const counted = tx.updateTable('lanes').set({ next_nonce: sql`next_nonce + 1` }).where('name', '=', 'busy')
            await counted.execute()
            if (order % 5 === 0) throw new Error('undo')
          }).catch(() => {}),
        ),
      )
      const row = database.db.selectFrom('lanes').select('next_nonce').where('name', '=', 'busy')
      expect(await row.executeTakeFirstOrThrow()).to.deep.equal({ next_nonce: 40n })
    })
  })
})

describe('Bytes', () => {
  for (const text of ['0x1', 'ff', '0xfg', '0xff ', '']) {
    it(`are not read from ${JSON.stringify(text)}`, () => {
      expect(() => fromHex(text as `0x${string}`)).to.throw(RangeError)
    })
  }
  it('come back as they went in', () => {
    expect(toHex(fromHex('0x00ffAB'))).to.equal('0x00ffab')
    expect(toHex(new Uint8Array([9, 1, 2]).subarray(1))).to.equal('0x0102')
    expect(toHex(fromHex('0x'))).to.equal('0x')
  })
})
