import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { expect } from 'chai'
import { createPublicClient, http } from 'viem'
import type { Database } from '../../../server/db/database.ts'
import { safeWords } from '../../../server/db/safeWords.ts'
import { emptyDatabase } from '../../support/chain.ts'

describe('What a log says of an error', () => {
  let database: Database
  before(async () => {
    database = await emptyDatabase()
  })
  after(() => database.close())

  it('is of a database’s error the state alone, never the row', async () => {
    const row = { id: randomUUID(), organisation_id: 'Kettu', subject: 'Kettu', name: 'Kettu', roles: [] }
    const staff = { ...row, decision_limit_cents: -1n }
    const error = await database.db
      .insertInto('staff')
      .values(staff)
      .execute()
      .then(
        () => null,
        (thrown: unknown) => thrown,
      )
    expect(inspect(error)).to.include('Kettu')
    expect(safeWords(error)).to.include({ sqlState: '23514' }).and.not.to.have.property('message')
    expect(JSON.stringify(safeWords(error))).not.to.include('Kettu')
  })

  it('is of a node’s error what happened, never the address with its key', async () => {
    const client = createPublicClient({ transport: http('http://127.0.0.1:1/secret', { retryCount: 0 }) })
    const error = await client.getBlockNumber().catch((thrown: unknown) => thrown)
    expect((error as Error).message).to.include('secret')
    expect(safeWords(error)).to.include({ message: 'HTTP request failed.' })
    expect(JSON.stringify(safeWords(error))).not.to.include('secret')
  })

  it('is of what is no error only what kind of value it is', () => {
    expect(safeWords('Kettu')).to.deep.equal({ thrown: 'string' })
  })
})
