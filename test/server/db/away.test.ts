import { createServer } from 'node:net'
import { expect } from 'chai'
import { sql } from 'kysely'
import pg from 'pg'
import { isDatabaseAway } from '../../../server/db/away.ts'
import type { Database } from '../../../server/db/database.ts'
import { emptyDatabase } from '../../support/chain.ts'

describe('A database that is away', function () {
  this.timeout(30_000)
  let database: Database
  before(async () => {
    database = await emptyDatabase()
  })
  after(() => database.close())

  const failureOf = (promise: Promise<unknown>) =>
    promise.then(
      () => null,
      (error: unknown) => error,
    )

  it('is not one that refuses a wrong statement', async () => {
    expect(isDatabaseAway(await failureOf(sql`select 1 / 0`.execute(database.db)))).to.equal(false)
  })

  it('is not a mistake of ours', () =>
    expect(isDatabaseAway(new TypeError('undefined is not a function'))).to.equal(false))

  it('is one that takes no connection', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    expect(isDatabaseAway(await failureOf(new pg.Client({ host: '127.0.0.1', port }).connect()))).to.equal(true)
  })

  it('is one that ends the connection without a word', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.destroy()))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    expect(isDatabaseAway(await failureOf(new pg.Client({ host: '127.0.0.1', port }).connect()))).to.equal(true)
    await new Promise((resolve) => server.close(resolve))
  })

  for (const state of ['53100', '57P01', '57P03', '58030', '08006', '25P03']) {
    it(`is one that says ${state}`, async () => {
      const raised = sql.raw(`do $$ begin raise exception 'full' using errcode = '${state}'; end $$`)
      expect(isDatabaseAway(await failureOf(raised.execute(database.db)))).to.equal(true)
    })
  }
})
