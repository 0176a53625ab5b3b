import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { sql } from 'kysely'
import { grantByReference } from '../../protocol/api/grants.ts'
import { openCase } from '../../protocol/api/people.ts'
import { installStaff, sampleConfig } from '../../scripts/sample/install.ts'
import { openProgrammes } from '../../scripts/walkthrough/opening.ts'
import { signInStaff } from '../../scripts/walkthrough/staff.ts'
import { toHex } from '../../server/db/bytes.ts'
import { openDatabase } from '../../server/db/database.ts'
import { startServer } from '../../server/main.ts'

const script = join(import.meta.dirname, '../../scripts/reconcile.ts')

describe('npm run reconcile, while no system runs', function () {
  this.timeout(120_000)
  const folder = mkdtempSync(join(tmpdir(), 'kipina-reconcile-'))

  before(async () => {
    const running = await startServer(sampleConfig({}, { DATA: folder, PORT: '0' }), (deps) => installStaff(deps))
    try {
      const staff = await signInStaff(running.url)
      const numbers = await openProgrammes({ staff, firstNumber: 1, undoSeconds: 60, mode: 'reference' })
      const id = randomUUID()
      const body = { id, pseudonym: 'Kettu', ageBand: '15_17', municipality: '240', language: 'fi' } as const
      await staff.workers[0].call(openCase, { body })
      const validUntil = new Date(Date.now() + 30 * 86_400_000)
      const programme = numbers.get('food')!
      const grant = { id: randomUUID(), case: id, programme, decisionNumber: 'T-1', amountCents: 5000n, validUntil }
      await staff.workers[0].call(grantByReference, { body: grant })
    } finally {
      await running.close()
    }
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('answers zero and the books as JSON when every cent is there', () => {
    const { status, stdout, stderr } = reconcile('--json')
    expect(status, stderr).to.equal(0)
    const books = JSON.parse(stdout)
    expect(books.balanced).to.equal(true)
    const food = books.programmes.find(({ grantedCents }: { grantedCents: string }) => grantedCents === '5000')
    expect(food).to.include({ leftCents: '5000', spentCents: '0', expiredCents: '0', revokedCents: '0' })
    expect(food).to.include.keys('programme', 'chain', 'database', 'bank')
  })

  it('answers one and names the note when a cent was changed by hand', async () => {
    const database = await openDatabase({ databaseUrl: null, dataFolder: folder }, () => {})
    const { rows } = await sql<{ id: Buffer }>`update notes set face_cents = face_cents - 1
      where id = (select id from notes order by id limit 1) returning id`.execute(database.db)
    await database.close()
    const changed = toHex(rows[0]!.id)

    const { status, stdout } = reconcile()
    expect(status).to.equal(1)
    expect(stdout).to.include(changed).and.to.include('NOT balanced')
    expect(JSON.parse(reconcile('--json').stdout).differences.map(({ note }: { note: string }) => note)).to.include(
      changed,
    )
  })

  function reconcile(...words: string[]) {
    const { DATABASE_URL: _, RPC_URL: __, ...env } = process.env
    // A port that nothing listens on: else a system that runs here would answer.
    const settings = { ...env, KIPINA_DATA_DIR: folder, PORT: '1' }
    return spawnSync(process.execPath, [script, ...words], { encoding: 'utf8', env: settings })
  }
})
