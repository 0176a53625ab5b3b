/** Runs the Solidity tests and counts them one by one: Hardhat's own summary reads 0 when this task runs alone. */
import { writeFileSync } from 'node:fs'
import hre from 'hardhat'

interface Outcome {
  value?: { suiteResults: { testResults: { status: string }[] }[] }
  error?: { suiteResults: { testResults: { status: string }[] }[] }
  success: boolean
}

const outcome: Outcome = await hre.tasks.getTask(['test', 'solidity']).run({})
const suites = (outcome.value ?? outcome.error)?.suiteResults ?? []
const statuses = suites.flatMap(({ testResults }) => testResults.map(({ status }) => status))
const count = (status: string) => statuses.filter((one) => one === status).length

const failed = count('Failure')
const counts = {
  passed: count('Success'),
  // A run may also fail outside any test, as when a suite cannot be deployed.
  failed: outcome.success ? failed : Math.max(failed, 1),
  skipped: count('Skipped'),
}
const file = process.env.TEST_COUNT_FILE
if (file !== undefined) writeFileSync(file, JSON.stringify(counts))
process.exit(counts.failed === 0 ? 0 : 1)
