import { expect } from 'chai'
import pg from 'pg'
import { startPostgres } from '../support/postgres.ts'

describe('Throw-away PostgreSQL', function () {
  this.timeout(60_000)

  it('answers, and is gone when stopped', async function () {
    const postgres = await startPostgres()
    if (postgres === null) return this.skip()

    const client = new pg.Client({ connectionString: postgres.url })
    await client.connect()
    expect((await client.query('select 1 + 1 as two')).rows).to.deep.equal([{ two: 2 }])
    await client.end()
    await postgres.stop()

    if (process.env.TEST_DATABASE_URL) return
    const late = new pg.Client({ connectionString: postgres.url })
    const refused = await late.connect().then(
      () => false,
      () => true,
    )
    expect(refused).to.equal(true)
  })
})
