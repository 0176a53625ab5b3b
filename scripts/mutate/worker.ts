/**
 * Runs the contract tests for one mutant after another, as the parent process names them, and answers which test
 * noticed. Starting Hardhat anew for each would take longer than the tests do.
 */
import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import Mocha from 'mocha'
import { ethers, networkHelpers } from '../../test/contracts/support/town.ts'
import type { Verdict } from './mochaRuns.ts'
import { beneficiaryOf } from './plant.ts'

interface Failure {
  test: Mocha.Test | null
  title: string
  isLate: boolean
}

const attempts = 3

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
process.on('message', ({ id, asleep }: { id: number; asleep: number }) => {
  void judge(id, asleep).then((verdict) => process.send?.(verdict))
})
process.send?.('ready')

async function judge(id: number, asleep: number): Promise<Verdict> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const failure = await run(id)
    if (failure === null) return { id, killer: null, isLate: false }
    // Some tests race the clock, and a test may spoil the next: it must fail again, and not with all mutants asleep.
    if (id === asleep || ((await run(asleep, failure.title)) === null && (await run(id, failure.title)) !== null)) {
      if (failure.test !== null) moveToFront(failure.test)
      return { id, killer: failure.title, isLate: failure.isLate }
    }
  }
  return { id, killer: null, isLate: true }
}

/** All tests, or those with these words in their title. */
async function run(id: number, words?: string): Promise<Failure | null> {
  // Whatever the last test left, deployed by another mutant, is gone.
  await ground.restore()
  ground = await networkHelpers.takeSnapshot()
  networkHelpers.clearSnapshots()
  await ethers.provider.send('evm_setAutomine', [true])
  await networkHelpers.setCoinbase(ethers.zeroPadValue(ethers.toBeHex(beneficiaryOf(id)), 20))
  await networkHelpers.mine()

  if (words === undefined) mocha.grep(/^/)
  else mocha.fgrep(words)
  let failure: Failure | null = null
  await new Promise<void>((done) => {
    const runner = mocha.run(() => done())
    runner.once('fail', (test, error: Error) => {
      const isLate = /Timeout of \d+ms exceeded/.test(error.message)
      // A hook is called after the test that it stands before or after.
      const failed = test.type === 'test' ? test : (test.ctx?.currentTest ?? null)
      failure = { test: failed, title: (failed ?? test).fullTitle(), isLate }
    })
  })
  return failure
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
