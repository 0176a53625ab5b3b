import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { verifyAuditLog } from '../../protocol/api/audit.ts'
import { listCases, openCase } from '../../protocol/api/people.ts'
import { installStaff, sampleConfig } from '../../scripts/sample/install.ts'
import { waitFor } from '../../scripts/walkthrough/parallel.ts'
import { signInAs } from '../../scripts/walkthrough/staff.ts'
import { openDatabase } from '../../server/db/database.ts'
import { type Running, startServer } from '../../server/main.ts'
import { headOf, tamper } from '../support/auditLog.ts'

const script = join(import.meta.dirname, '../../scripts/auditVerify.ts')

describe('npm run audit:verify', function () {
  this.timeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), 'kipina-audit-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  const start = () => startServer(sampleConfig({}, { DATA: folder, PORT: '0' }), (deps) => installStaff(deps))
  const verify = async (...words: string[]) => {
    const { DATABASE_URL: _, RPC_URL: __, ...env } = process.env
    // A port that nothing listens on: else a system that runs here would answer.
    const child = spawn(process.execPath, [script, ...words], { env: { ...env, KIPINA_DATA_DIR: folder, PORT: '1' } })
    let [said, complained] = ['', '']
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString()
    })
    child.stderr.on('data', (text: Buffer) => {
      complained += text.toString()
    })
    const status = await new Promise<number | null>((end) => child.once('close', end))
    return { status, said, complained }
  }
  const change = async (...statements: string[]) => {
    const database = await openDatabase({ databaseUrl: null, dataFolder: folder }, () => {})
    await tamper(database.db, ...statements).finally(() => database.close())
  }
  const lengthOf = async () => {
    const database = await openDatabase({ databaseUrl: null, dataFolder: folder }, () => {})
    return await headOf(database.db)
      .then(({ position }) => Number(position))
      .finally(() => database.close())
  }

  it('says where nothing is that it could read', async () => {
    const { status, complained } = await verify('--json')
    expect([status, complained]).to.deep.equal([
      2,
      `There is no installation in ${folder}: set DATA, or DATABASE_URL and RPC_URL\n`,
    ])
  })

  describe('while the system runs', () => {
    let running: Running
    before(async () => {
      running = await start()
      const worker = await signInAs(running.url, 'aino.kallio')
      const person = { pseudonym: 'Kettu', ageBand: '15_17', municipality: '240', language: 'fi' } as const
      await worker.call(openCase, { body: { id: randomUUID(), ...person } })
      await worker.call(listCases)
    })
    after(() => running.close())

    it('asks it, until all is chained by itself and anchored', async () => {
      const auditor = await signInAs(running.url, 'eeva.lind')
      await waitFor('the first anchor', 60, async () => {
        const { anchors, waiting, anchoredRow } = await auditor.call(verifyAuditLog)
        return anchors > 0 && waiting === 0 && anchoredRow > 0 ? true : null
      })
      const { status, said, complained } = await verify('--json', '--url', running.url)
      expect(status, complained).to.equal(0)
      const found = JSON.parse(said)
      expect(found).to.include({ intact: true, broken: null })
      expect(found.contract).to.equal(running.deps.chain.auditAnchor)
      expect((await verify('--url', running.url)).said).to.match(/^the audit log is whole$/m)
    })

    it('leaves known losses to the database itself', async () => {
      const { status, complained } = await verify('--url', running.url, '--lost', `0x${'00'.repeat(32)}`)
      expect([status, complained]).to.deep.equal([2, '--lost reads the database itself: end the server first\n'])
    })
  })

  describe('while none runs', () => {
    it('reads the folder, and changes nothing in it', async () => {
      const before = await lengthOf()
      const chain = readFileSync(join(folder, 'chain', 'blocks.jsonl'), 'utf8')
      const { status, said, complained } = await verify('--json')
      expect(status, complained).to.equal(0)
      expect(JSON.parse(said)).to.include({ intact: true, rows: before })
      expect(await lengthOf()).to.equal(before)
      expect(readFileSync(join(folder, 'chain', 'blocks.jsonl'), 'utf8')).to.equal(chain)
    })

    it('names a row of which one byte was flipped', async () => {
      const flip = `update audit_log set subject = overlay(subject placing chr(ascii(subject) # 1) from 1) where position = 3`
      await change(flip)
      const { status, said } = await verify()
      expect(status).to.equal(1)
      expect(said).to.match(/^BROKEN: row 3 changed\. /m)
      await change(flip)
      expect((await verify()).status).to.equal(0)
    })

    it('names the rows of a tail that was cut off, also together with its count', async () => {
      const last = await lengthOf()
      await change(`delete from audit_log where position > ${last - 2}`)
      const { status, said } = await verify('--json')
      expect(status).to.equal(1)
      expect(JSON.parse(said).broken).to.include({ what: 'truncated', row: last - 1, until: last })

      await change(
        'delete from audit_log where position > 4',
        'update audit_head set anchored_position = 0',
        'update audit_head set position = 4, hash = (select hash from audit_log where position = 4)',
      )
      const behind = JSON.parse((await verify('--json')).said)
      expect(behind.broken).to.include({ what: 'truncated', row: 5 })
      expect(behind.anchors).to.be.greaterThan(0)
    })

    it('names a row that was deleted', async () => {
      await change('delete from audit_log where position = 2')
      const { status, said } = await verify()
      expect(status).to.equal(1)
      expect(said).to.match(/^BROKEN: row 2 to 2 deleted\. /m)
    })
  })
})
