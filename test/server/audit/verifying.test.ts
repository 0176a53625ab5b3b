import { expect } from 'chai'
import { sql } from 'kysely'
import type { Hex } from 'viem'
import type { Anchor } from '../../../server/audit/anchors.ts'
import { type Entry, nextHash } from '../../../server/audit/links.ts'
import { sealWaiting } from '../../../server/audit/sealing.ts'
import { verifyLog } from '../../../server/audit/verifying.ts'
import type { Database } from '../../../server/db/database.ts'
import { logAccess } from '../../../server/http/accessLog.ts'
import { emptyLog, headOf, tamper } from '../../support/auditLog.ts'
import { emptyDatabase } from '../../support/chain.ts'

const length = 40n

describe('Verifying the audit log', function () {
  this.timeout(60_000)
  let database: Database
  let anchors: Anchor[]

  before(async () => {
    database = await emptyDatabase()
  })
  after(() => database.close())

  const write = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const who = { actor: 'till', tillId: i, merchantId: 1, organisation: 'town' } as const
      await logAccess(database.db, who, 'accepted payment', `payment ${i}`, { i })
    }
    await sealWaiting(database.db)
  }
  /** Forty rows; the tenth and the thirtieth are anchored. */
  beforeEach(async () => {
    await emptyLog(database.db)
    anchors = []
    for (const count of [10, 20]) {
      await write(count)
      const { head } = await headOf(database.db)
      anchors.push({ number: anchors.length + 1, head, block: BigInt(anchors.length + 5) })
    }
    await write(10)
  })

  const verify = (lost: Hex[] = []) => verifyLog(database.db, anchors, new Set(lost))
  const harm = async (...statements: string[]) => {
    await tamper(database.db, ...statements)
    const { rows, broken } = await verify()
    return broken && { what: broken.what, row: broken.row, until: broken.until, sound: rows }
  }
  /** As somebody would who knows how rows are hashed: every hash from `first` on is right again, and so is the head. */
  const hashAnew = async (first: bigint) => {
    const rows = await sql<Entry & { hash: Buffer }>`
      select position, entry, timestamptz_send(at) as at, actor, actor_id as "actorId", action, subject, details, hash
      from audit_log order by position`.execute(database.db)
    let hash = rows.rows[Number(first) - 2]?.hash ?? Buffer.alloc(0)
    const statements: string[] = []
    for (const row of rows.rows.slice(Number(first) - 1)) {
      hash = nextHash(hash, row)
      const bytes = `'\\x${hash.toString('hex')}'`
      statements.push(`update audit_log set hash = ${bytes} where position = ${row.position}`)
    }
    await tamper(database.db, ...statements, `update audit_head set hash = '\\x${hash.toString('hex')}'`)
  }

  const flips: Record<string, string> = {
    at: `at + interval '1 microsecond'`,
    entry: 'entry # 1',
    actor: `overlay(actor placing 'x' from 1)`,
    actor_id: `overlay(actor_id placing 'x' from 1)`,
    action: `overlay(action placing 'b' from 1)`,
    subject: `overlay(subject placing 'q' from 1)`,
    details: `overlay(details placing ' ' from 3)`,
    hash: 'set_byte(hash, 31, get_byte(hash, 31) # 1)',
  }
  for (const [column, flipped] of Object.entries(flips)) {
    for (const row of [1n, 23n, length]) {
      it(`names row ${row} when one byte of its ${column} was flipped`, async () => {
        expect(await harm(`update audit_log set ${column} = ${flipped} where position = ${row}`)).to.deep.equal({
          what: 'changed',
          row,
          until: null,
          sound: row - 1n,
        })
      })
    }
  }

  it('names a row whose time was set to what is no time, or whose column was emptied', async () => {
    expect(await harm(`update audit_log set at = 'infinity' where position = 7`)).to.include({
      what: 'changed',
      row: 7n,
    })
    await tamper(database.db, 'alter table audit_log alter column subject drop not null')
    const emptied = await harm('update audit_log set subject = null where position = 3')
    await tamper(
      database.db,
      `update audit_log set subject = '' where subject is null`,
      'alter table audit_log alter column subject set not null',
    )
    expect(emptied).to.include({ what: 'changed', row: 3n })
  })

  it('names rows that were exchanged', async () => {
    const exchange = (a: number, b: number) => `update audit_log set position = -${a} where position = ${a};
      update audit_log set position = ${a} where position = ${b}; update audit_log set position = ${b} where position = -${a}`
    await tamper(database.db, 'alter table audit_log drop constraint audit_log_position_check')
    expect(await harm(exchange(12, 19))).to.include({ what: 'changed', row: 12n })
    await tamper(
      database.db,
      exchange(12, 19),
      'alter table audit_log add constraint audit_log_position_check check (position > 0)',
    )
    expect((await verify()).broken).to.equal(null)
  })

  for (const row of [1n, 23n]) {
    it(`names row ${row} when it was deleted`, async () => {
      expect(await harm(`delete from audit_log where position = ${row}`)).to.deep.equal({
        what: 'deleted',
        row,
        until: row,
        sound: row - 1n,
      })
    })
  }

  it('names all of a run that was deleted', async () => {
    const deleted = await harm('delete from audit_log where position between 5 and 9')
    expect(deleted).to.deep.equal({ what: 'deleted', row: 5n, until: 9n, sound: 4n })
  })

  it('names the place where a row was deleted and the others moved up', async () => {
    const moved = await harm(
      'delete from audit_log where position = 15',
      'update audit_log set position = position + 1000000 where position > 15',
      'update audit_log set position = position - 1000001 where position > 1000000',
    )
    expect(moved).to.include({ what: 'changed', row: 15n })
  })

  it('names a row that was put in between', async () => {
    const inserted = await harm(
      'update audit_log set position = position + 1000000 where position >= 15',
      'update audit_log set position = position - 999999 where position > 1000000',
      `insert into audit_log select 15, 999, now(), 'staff', 'x', 'opened case', 'y', '{}', sha256('x')`,
    )
    expect(inserted).to.deep.equal({ what: 'inserted', row: 15n, until: null, sound: 14n })
  })

  it('names rows that were put behind the last, also with the right hash', async () => {
    const { head } = await headOf(database.db)
    const row = { position: 41n, entry: 99n, at: Buffer.alloc(8), actor: 'a', actorId: '', action: '', subject: '' }
    const hash = nextHash(Buffer.from(head.slice(2), 'hex'), { ...row, details: '{}' })
    const inserted = await harm(
      `insert into audit_log values (41, 99, '2000-01-01T00:00:00Z', 'a', '', '', '', '{}', '\\x${hash.toString('hex')}')`,
    )
    expect(inserted).to.deep.equal({ what: 'inserted', row: 41n, until: 41n, sound: 40n })
  })

  it('names the rows of a tail that was cut off', async () => {
    const cut = await harm('delete from audit_log where position > 36')
    expect(cut).to.deep.equal({ what: 'truncated', row: 37n, until: 40n, sound: 36n })
  })

  it('names all of a log that was emptied', async () => {
    expect(await harm('truncate audit_log')).to.deep.equal({ what: 'truncated', row: 1n, until: 40n, sound: 0n })
  })

  const cutWithHead = (last: number) => [
    `delete from audit_log where position > ${last}`,
    `update audit_head set position = ${last}, hash = (select hash from audit_log where position = ${last})`,
  ]
  const orderOf = (position: bigint, head: Hex) => `insert into outbox (subject, kind, lane, target, call, state)
    values ('anchor:${position}', 'anchor', 'test', 'auditAnchor',
      '{"functionName":"anchor","args":["${head}"]}'::jsonb, 'final')`

  it('sees by its anchors that a tail was cut off together with the head', async () => {
    await tamper(
      database.db,
      `insert into lanes values ('test', '\\x01', 0) on conflict do nothing`,
      orderOf(30n, anchors[1]!.head),
    )
    const cut = await harm(...cutWithHead(25))
    await tamper(database.db, 'delete from outbox')
    expect(cut).to.deep.equal({ what: 'truncated', row: 26n, until: 30n, sound: 25n })
  })

  it('sees that also when the order of the anchor was taken away, and says from where on nothing is sure', async () => {
    expect(await harm(...cutWithHead(25))).to.deep.equal({ what: 'rewritten', row: 11n, until: null, sound: 25n })
    const { broken, anchoredRow } = await verify()
    expect(broken?.because).to.match(/^Anchor 2, in block 6, .* after row 10\.$/)
    expect(anchoredRow).to.equal(10n)
  })

  it('sees by its anchors that a row was changed and every hash made anew', async () => {
    await tamper(database.db, `update audit_log set actor = 'chain' where position = 17`)
    await hashAnew(17n)
    expect(await harm()).to.deep.equal({ what: 'rewritten', row: 11n, until: null, sound: 40n })
  })

  it('cannot see that of rows after the last anchor, and says up to where the chain confirms them', async () => {
    await tamper(database.db, `update audit_log set actor = 'chain' where position = 35`)
    await hashAnew(35n)
    expect(await verify()).to.deep.equal({ rows: 40n, anchoredRow: 30n, broken: null })
  })

  it('says that the head is another when only it was exchanged', async () => {
    expect(await harm(`update audit_head set hash = sha256('x')`)).to.include({ what: 'rewritten', row: 40n })
  })

  it('does not look for anchors that are known to be lost, but for all others', async () => {
    await tamper(database.db, ...cutWithHead(25))
    expect((await verify([anchors[1]!.head])).broken).to.equal(null)
    expect((await verify([anchors[0]!.head])).broken).to.include({ what: 'rewritten', row: 11n })
  })

  it('finds nothing in a log that is whole, while rows are added to it', async () => {
    expect(await verify()).to.deep.equal({ rows: 40n, anchoredRow: 30n, broken: null })
    let isOver = false
    const adding = (async () => {
      while (!isOver) await write(5)
    })()
    for (let times = 0; times < 5; times++) expect((await verify()).broken).to.equal(null)
    isOver = true
    await adding
  })

  it('finds nothing in an empty log', async () => {
    await emptyLog(database.db)
    anchors = []
    expect(await verify()).to.deep.equal({ rows: 0n, anchoredRow: 0n, broken: null })
  })
})
