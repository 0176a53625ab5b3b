import { expect } from 'chai'
import { readCoverage } from '../../scripts/coverage.ts'

describe('Coverage', () => {
  it('reads lines and statements of each contract from the table', () => {
    const table = [
      '║ File Path                      │ Line % │ Statement % │ Uncovered Lines ║',
      '║ contracts/BudgetToken.sol      │ 100.00 │ 100.00      │ -               ║',
      '║ contracts/libraries/Claims.sol │ 98.00  │ 97.50       │ 12, 40-41       ║',
    ].join('\n')
    expect(readCoverage(table)).to.deep.equal([
      { path: 'contracts/BudgetToken.sol', linePercent: 100, statementPercent: 100 },
      { path: 'contracts/libraries/Claims.sol', linePercent: 98, statementPercent: 97.5 },
    ])
  })

  it('does not count what only tests need, nor the total', () => {
    const table = [
      '║ test/contracts/support/World.sol │ 0.00   │ 0.00        │ 1               ║',
      '║ Total                            │ 100.00 │ 100.00      │                 ║',
    ].join('\n')
    expect(readCoverage(table)).to.deep.equal([])
  })
})
