import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { findPostgres } from '../support/postgres.ts'

const root = resolve(import.meta.dirname, '../..')

describe('A run of a million, of three hundred', function () {
  this.timeout(600_000)

  it('acknowledges each payment, loses none, doubles none, and its books balance', async function () {
    if (findPostgres() === null) return this.skip()
    const args = [join(root, 'scripts/million.ts'), '--acceptances', '300', '--seed', 'test', '--json']
    const child = spawn(process.execPath, args, { cwd: root })
    const texts = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (text: Buffer) => {
        texts[name] += text
      })
    }
    const status = await new Promise((done) => child.once('close', done))
    expect(status, texts.stderr).to.equal(0)
    const figures = JSON.parse(texts.stdout)
    expect(figures).to.include({ acceptances: 300, acknowledged: 300, lost: 0, doubled: 0, balanced: true })
    expect(figures.again).to.be.greaterThan(0)
  })
})
