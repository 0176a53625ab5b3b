import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect } from 'chai'
import { contractOf, prove } from '../../scripts/prove/moves.ts'
import { planted, plants } from '../../scripts/prove/plants.ts'

describe('The proof', function () {
  this.timeout(120_000)

  it('holds for a move', () => {
    expect(prove('netDebt')).to.equal('safe')
  })

  it('fails with an error planted in a library or in the contract', () => {
    expect(prove('netDebt', planted(plants.netDebt[0]!))).to.equal('unsafe')
    expect(prove('reclaim', planted(plants.reclaim[0]!))).to.equal('unsafe')
  })

  it('refuses a way to move cents that is no move', () => {
    const added = 'function grab(uint32 id) external { programmes[id].availableCents += 1; }\n\n    /* PROGRAMMES */'
    expect(() => contractOf('fund', changed('Vouchers', '/* PROGRAMMES */', added))).to.throw('grab changes the books')
  })

  it('refuses to leave out what may matter', () => {
    const ended = 'if (issuerOf[id] == address(0)) return;\n        uint64 cents = budgetCents'
    expect(() => contractOf('fund', changed('Vouchers', 'uint64 cents = budgetCents', ended))).to.throw('left out')
  })

  it('refuses a list whose first is passed over', () => {
    const late = changed('Vouchers', 'uint256 i = 0; i < payments', 'uint256 i = 1; i < payments')
    expect(() => contractOf('settle', late)).to.throw('Not the same for each')
  })
})

function changed(contract: string, text: string, instead: string): Record<string, string> {
  const path = `contracts/${contract}.sol`
  const source = readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8')
  expect(source).to.contain(text)
  return { [path]: source.replace(text, instead) }
}
