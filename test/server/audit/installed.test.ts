import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { sql } from 'kysely'
import { appliers } from '../../../server/appliers.ts'
import { chainAndAnchor } from '../../../server/audit/auditLog.ts'
import { type OpenedChain, openChain } from '../../../server/chain/chain.ts'
import { lanes } from '../../../server/chain/outbox.ts'
import { readConfig } from '../../../server/config.ts'
import type { Database } from '../../../server/db/database.ts'
import type { Deps } from '../../../server/deps.ts'
import { logAccess } from '../../../server/http/accessLog.ts'
import { openKeys } from '../../../server/keys.ts'
import { headOf, tamper } from '../../support/auditLog.ts'
import { emptyDatabase, quiet } from '../../support/chain.ts'
import { type TestNode, testNode } from '../../support/node.ts'

const script = join(import.meta.dirname, '../../../scripts/auditVerify.ts')
const withoutHardhat = join(import.meta.dirname, '../../support/withoutHardhat.ts')

describe('npm run audit:verify of an installation', function () {
  this.timeout(120_000)
  const folder = mkdtempSync(join(tmpdir(), 'audit-'))
  let database: Database
  let network: TestNode
  let other: TestNode
  let chain: OpenedChain
  let databaseUrl: string

  before(async function () {
    database = await emptyDatabase()
    // PGlite belongs to one process: an installation has PostgreSQL.
    if (database.engine === 'pglite') return this.skip()
    databaseUrl = database.pool.options.connectionString ?? ''
    const keys = openKeys({ keysFile: null, dataFolder: null })
    const senders = lanes.map((lane) => keys[lane].address)
    ;[network, other] = [await testNode(4242, senders), await testNode(4343, senders)]
    const config = readConfig({ SAMPLE: 'true', RPC_URL: network.url, CHAIN_ID: '4242' })
    const now = () => new Date()
    chain = await openChain(config, database.db, keys, quiet, { appliers, now })
    await chain.facts.advance()
    for (let i = 0; i < 20; i++) await logAccess(database.db, { actor: 'server' }, 'acted', String(i))
    await chainAndAnchor({ db: database.db, config, now } as Deps)
    await chain.facts.advance()
  })
  after(async () => {
    await chain?.close()
    await network?.close()
    await other?.close()
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** In an empty folder, with nothing but where database and network are. */
  const verify = async (env: Record<string, string>, ...words: string[]) => {
    const child = spawn(process.execPath, ['--import', withoutHardhat, script, '--json', ...words], {
      cwd: folder,
      env,
    })
    let [said, complained] = ['', '']
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString()
    })
    child.stderr.on('data', (text: Buffer) => {
      complained += text.toString()
    })
    const status = await new Promise<number | null>((end) => child.once('close', end))
    return { status, complained, found: said === '' ? null : JSON.parse(said) }
  }
  const here = () => ({ DATABASE_URL: databaseUrl, RPC_URL: network.url })

  it('refuses another network than the database’s', async () => {
    const { status, complained } = await verify({ ...here(), RPC_URL: other.url })
    expect(status).to.equal(2)
    expect(complained).to.match(/belongs to another chain/)
  })

  it('needs no key, no setting and no server to find it whole', async () => {
    const { status, found, complained } = await verify(here())
    expect(status, complained).to.equal(0)
    expect(found).to.include({ intact: true, anchors: 1, contract: chain.facts.auditAnchor, waiting: 0 })
    expect(found.anchoredRow).to.equal(found.rows)
  })

  it('says that it could not look where the node does not answer', async () => {
    expect((await verify({ ...here(), RPC_URL: 'http://127.0.0.1:1' })).status).to.equal(2)
  })

  it('finds a log that nobody chains any more, though what is there is whole', async () => {
    await sql`insert into access_log (at, actor, actor_id, action, subject)
      values (now() - interval '2 minutes', 'server', '', 'acted', '')`.execute(database.db)
    const { status, found, complained } = await verify(here())
    expect([status, found.intact]).to.deep.equal([1, true])
    expect(complained).to.match(/^STOPPED: rows wait for more than a minute/m)
    await tamper(database.db, 'delete from access_log')
    expect((await verify(here())).status).to.equal(0)
  })

  it('finds a tail that went in a restore, and takes it for known when it is told the anchor', async () => {
    const { position, head } = await headOf(database.db)
    await tamper(
      database.db,
      `delete from audit_log where position > ${position - 3n}`,
      'update audit_head set anchored_position = 0',
      `update audit_head set position = position - 3,
        hash = (select hash from audit_log where position = ${position - 3n})`,
    )
    const lost = await verify(here())
    expect(lost.status).to.equal(1)
    expect(lost.found.broken).to.include({ what: 'truncated', row: Number(position) - 2, until: Number(position) })
    expect((await verify(here(), '--lost', head)).status).to.equal(0)
    expect((await verify(here(), '--lost', `0x${'00'.repeat(32)}`)).status).to.equal(1)
  })
})
