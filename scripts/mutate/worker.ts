/**
 * Runs the contract tests for one mutant after another, as the parent process names them, and answers which test
 * noticed. Starting Hardhat anew for each would take longer than the tests do.
 */
import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import Mocha from 'mocha'
import { ethers, networkHelpers } from '../../test/contracts/support/town.ts'
import { beneficiaryOf } from './plant.ts'

/** Which test failed first, or null, and whether it only ran out of time: that may be the machine. */
export interface Verdict {
  id: number
  killer: string | null
  isLate: boolean
}

const root = resolve(import.meta.dirname, '../..')
// Mutants in the code cost gas of their own.
const files = globSync('test/contracts/**/*.test.ts', { cwd: root, exclude: ['**/Gas.test.ts'] }).sort()

const mocha = new Mocha({ timeout: 60_000, bail: true, reporter: Mocha.reporters.Base })
mocha.cleanReferencesAfterRun(false)
for (const file of files) mocha.addFile(resolve(root, file))
await mocha.loadFilesAsync()

// A test that fails leaves what it awaited together with what failed.
process.on('unhandledRejection', () => {})
let ground = await networkHelpers.takeSnapshot()
process.on('message', (id: number) => void judge(id).then((verdict) => process.send?.(verdict)))
process.send?.('ready')

async function judge(id: number): Promise<Verdict> {
  // Whatever the last test left, deployed by another mutant, is gone.
  await ground.restore()
  ground = await networkHelpers.takeSnapshot()
  networkHelpers.clearSnapshots()
  await ethers.provider.send('evm_setAutomine', [true])
  await networkHelpers.setCoinbase(ethers.zeroPadValue(ethers.toBeHex(beneficiaryOf(id)), 20))
  await networkHelpers.mine()

  const verdict: Verdict = { id, killer: null, isLate: false }
  await new Promise<void>((done) => {
    const runner = mocha.run(() => done())
    runner.once('fail', (test, error: Error) => {
      verdict.killer = test.fullTitle()
      verdict.isLate = /Timeout of \d+ms exceeded/.test(error.message)
      if (test.type === 'test') moveToFront(test)
    })
  })
  return verdict
}

/** Neighbours in the code are often noticed by the same test. */
function moveToFront(test: Mocha.Test): void {
  let child: Mocha.Test | Mocha.Suite = test
  for (let suite = test.parent; suite !== undefined; suite = suite.parent) {
    const siblings: (Mocha.Test | Mocha.Suite)[] = child instanceof Mocha.Suite ? suite.suites : suite.tests
    siblings.splice(siblings.indexOf(child), 1)
    siblings.unshift(child)
    child = suite
  }
}
