import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'

const script = join(import.meta.dirname, '../../scripts/walkthrough.ts')

describe('A week of thirty youths', function () {
  this.timeout(180_000)

  it('balances to the cent', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--youths', '30'], { encoding: 'utf8' })
    expect(status, `${stdout}\n${stderr}`).to.equal(0)
    expect(stdout).to.match(/^balanced to the cent/m)
  })
})
