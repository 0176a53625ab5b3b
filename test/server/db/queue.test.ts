import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'chai'
import { sql } from 'kysely'
import type { Database } from '../../../server/db/database.ts'
import { type Chore, type Queue, startQueue } from '../../../server/db/queue.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { openLog } from '../../../server/watch/log.ts'
import { emptyDatabase, quiet } from '../../support/chain.ts'

const never = 3600

describe('Queue', function () {
  this.timeout(60_000)
  let database: Database
  let queues: Queue[]

  before(async () => {
    database = await emptyDatabase()
  })
  after(() => database.close())
  beforeEach(() => {
    queues = []
  })
  afterEach(() => Promise.all(queues.map((queue) => queue.stop())))

  const start = async (chore: Chore, log = quiet) => {
    const queue = await startQueue(database, [chore], log)
    queues.push(queue)
    return queue
  }
  const chore = (name: string, turn: () => Promise<number>): Chore => ({ name, noticedWithinSeconds: 0.5, turn })
  const until = async (isSo: () => boolean) => {
    for (const end = Date.now() + 30_000; !isSo(); await wait(20))
      if (Date.now() > end) throw new Error('It never was so')
  }

  it('takes one turn at its start, and the next after the seconds that it asked for', async () => {
    const turns: number[] = []
    await start(
      chore('twice', async () => {
        turns.push(Date.now())
        return turns.length < 2 ? 2 : never
      }),
    )
    await until(() => turns.length === 2)
    expect((turns[1] ?? 0) - (turns[0] ?? 0)).to.be.within(1900, 6000)
    await wait(1500)
    expect(turns).to.have.length(2)
  })

  it('tries what failed again, each time later, says why, and keeps nothing of the error that could quote a row', async () => {
    const turns: number[] = []
    const lines: string[] = []
    await start(
      chore('stumbles', async () => {
        turns.push(Date.now())
        if (turns.length === 1) throw Object.assign(new Error('Maija Meikäläinen'), { code: '23505' })
        if (turns.length === 2) throw new TypeError('nothing to post')
        return never
      }),
      openLog('info', null, { write: (line) => lines.push(line) }),
    )
    await until(() => turns.length === 3)
    expect((turns[2] ?? 0) - (turns[1] ?? 0)).to.be.greaterThan(900)
    const { rows } = await sql`select output from pgboss.job where name = 'stumbles'`.execute(database.db)
    const told = lines.map((line) => JSON.parse(line)).filter(({ job }) => job === 'stumbles')
    expect(told[0]).to.include({ level: 50, name: 'Error', sqlState: '23505' })
    expect(told[1]).to.include({ level: 50, name: 'TypeError', message: 'nothing to post' })
    expect(told.map(({ stack }) => /queue\.test\.ts/.test(stack))).to.deep.equal([true, true])
    expect(lines.join('') + JSON.stringify(rows)).not.to.contain('Maija')
  })

  it('waits at its end for what is under way, and takes no turn after', async () => {
    const seen: string[] = []
    const queue = await start(
      chore('slow', async () => {
        seen.push('begun')
        await wait(1000)
        seen.push('ended')
        return 0
      }),
    )
    await until(() => seen.length === 1)
    await queue.stop()
    expect(seen).to.deep.equal(['begun', 'ended'])
    await wait(1200)
    expect(seen).to.have.length(2)
  })

  it('leaves the transactions of others whole while it works', async () => {
    await sql`create table counted (n integer)`.execute(database.db)
    let turns = 0
    await start(
      chore('busy', async () => {
        turns++
        return 0
      }),
    )
    for (let n = 0; n < 200; n++) {
      const work = inTransaction(database.db, async (tx) => {
        await sql`insert into counted values (${n})`.execute(tx)
        await wait(5)
        if (n % 2 === 1) throw new Error('undone')
      })
      await work.catch((error: Error) => expect(error.message).to.equal('undone'))
    }
    await until(() => turns > 0)
    const { rows } = await sql<{ n: number }>`select n from counted where n % 2 = 1`.execute(database.db)
    expect(rows).to.deep.equal([])
    const { rows: kept } = await sql<{ count: bigint }>`select count(*) from counted`.execute(database.db)
    expect(kept[0]?.count).to.equal(100n)
  })

  if (process.env.TEST_DATABASE_URL) {
    it('gives each turn to one of several servers, and never two at once', async () => {
      const turns: string[] = []
      let atOnce = 0
      let most = 0
      const server = (name: string) =>
        chore('shared', async () => {
          most = Math.max(most, ++atOnce)
          turns.push(name)
          await wait(150)
          atOnce--
          return 0
        })
      const first = await start(server('first'))
      await start(server('second'))
      await until(() => new Set(turns).size === 2)
      expect(most).to.equal(1)
      await first.stop()
      const before = turns.length
      await until(() => turns.length > before + 2)
      expect(turns.slice(before + 1)).not.to.include('first')
    })
  } else {
    it('goes on at once with what a crash cut off', async () => {
      let turns = 0
      const once = chore('cut-off', async () => {
        turns++
        return never
      })
      const first = await start(once)
      await until(() => turns === 1)
      await first.stop()
      await sql`update pgboss.job set state = 'active' where name = 'cut-off' and state = 'completed'`.execute(
        database.db,
      )
      await start(once)
      await until(() => turns === 2)
    })
  }
})
