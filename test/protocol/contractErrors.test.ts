import { expect } from 'chai'
import { auditAnchorAbi } from '../../protocol/abi/auditAnchor.ts'
import { budgetTokenAbi } from '../../protocol/abi/budgetToken.ts'
import { merchantRegistryAbi } from '../../protocol/abi/merchantRegistry.ts'
import { vouchersAbi } from '../../protocol/abi/vouchers.ts'
import { refusalOf, wordOf } from '../../protocol/contractErrors.ts'

const inherited =
  /^(AccessControl|ECDSA|ERC20|SafeERC20|SafeCast)|^(EnforcedPause|ExpectedPause|InvalidShortString|StringTooLong)$/

describe('The words of contract errors', () => {
  it('are one for each error of ours, and for no other', () => {
    const all = [...vouchersAbi, ...merchantRegistryAbi, ...budgetTokenAbi, ...auditAnchorAbi]
    const names = all.filter((entry) => entry.type === 'error').map((entry) => entry.name)
    const own = new Set(names.filter((name) => !inherited.test(name)))
    expect(new Set(Object.keys(refusalOf))).to.deep.equal(own)
  })

  it('are each another', () => {
    const words = Object.values(refusalOf)
    expect(new Set(words).size).to.equal(words.length)
  })

  it('are found in what a contract said', () => {
    expect(wordOf('AboveDailyLimit(1, 5000, 6000)')).to.equal('above_daily_limit')
    expect(wordOf('CentsMissing()')).to.equal('cents_missing')
    expect(wordOf('reverted in block 7')).to.equal(null)
    expect(wordOf('toString()')).to.equal(null)
  })
})
