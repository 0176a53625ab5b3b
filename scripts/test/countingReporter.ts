import { writeFileSync } from 'node:fs'
import Mocha from 'mocha'

/** The readable report, and the counts in the file that `npm test` named. Hardhat itself counts skipped tests as passed. */
export default class CountingReporter extends Mocha.reporters.Spec {
  override done(failures: number, finish?: (failures: number) => void): void {
    const file = process.env.TEST_COUNT_FILE
    if (file !== undefined) {
      const { passes, failures: failed, pending } = this.stats
      writeFileSync(file, JSON.stringify({ passed: passes, failed: Math.max(failed, failures), skipped: pending }))
    }
    finish?.(failures)
  }
}
