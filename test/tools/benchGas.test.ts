import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect } from 'chai'
import {
  cutFloor,
  reclaimFloor,
  redeemFloor,
  refundFloor,
  releaseFloor,
  revokeFloor,
  siblingsOf,
} from '../../scripts/bench/gas/floor.ts'
import type { Report } from '../../scripts/bench/gas/run.ts'

const root = resolve(import.meta.dirname, '../..')

function bench(...flags: string[]) {
  return spawnSync(resolve(root, 'node_modules/.bin/node'), ['scripts/bench/gas.ts', ...flags], {
    cwd: root,
    encoding: 'utf8',
  })
}

describe('The gas bench', function () {
  this.timeout(3 * 60_000)
  const row = ['issueEach100', 'issueEach500', 'redeemEach100x10Merchants', 'redeemOne', 'closeSheet500']

  it('refuses a town of nobody', () => {
    const { status, stderr } = bench('--youths', '0')
    expect(stderr).to.equal('--youths wants a number above zero, not 0\n')
    expect(status).to.equal(1)
  })

  it('prints one line of figures, which are those of the snapshot, and none is below its floor', () => {
    const { status, stdout, stderr } = bench('--json', '--check', '--youths', '60')
    expect(status, stderr).to.equal(0)
    const report = JSON.parse(stdout) as Report
    expect(report).to.have.all.keys('evm', 'ours', 'townMonthRatio', 'peers', 'floor')
    expect(report.evm).to.match(/^osaka /)
    expect(report.ours).to.have.all.keys(...row, 'townMonthPerPayment')
    expect(report.floor).to.have.all.keys(...row, 'townMonthPerPayment')
    for (const [name, gas] of Object.entries(report.ours)) {
      expect(gas, name).to.be.above(report.floor[name as keyof Report['floor']])
    }
    const others = report.peers.townMonthPerPayment
    expect(others).to.have.all.keys('erc20Forwarder', 'erc6909Forwarder', 'erc1155Forwarder')
    const ratio = report.ours.townMonthPerPayment / Math.min(...Object.values(others))
    expect(report.townMonthRatio).to.be.closeTo(ratio, 0.001)
  })
})

describe('The floor', () => {
  it('of a sheet is one slot, shared by its notes', () => {
    expect(cutFloor() / 100).to.be.closeTo(455, 5)
    expect(cutFloor() / 500).to.be.closeTo(91, 1)
  })

  const hashes = [
    { places: [0], depth: 9, siblings: 9 },
    { places: [0, 1], depth: 3, siblings: 2 },
    { places: [0, 7], depth: 3, siblings: 4 },
    { places: [0, 1, 2, 3], depth: 2, siblings: 0 },
    { places: [], depth: 5, siblings: 0 },
  ]
  for (const { places, depth, siblings } of hashes) {
    it(`of a proof of places [${places}] in a tree of depth ${depth} is ${siblings} hashes`, () => {
      expect(siblingsOf(places, depth)).to.equal(siblings)
    })
  }

  it('of a redemption falls with what it shares a batch with', () => {
    const batch = (count: number) => {
      const sheets = [{ places: Array.from({ length: count }, (_, i) => i * 5), depth: 9, freshWords: 0 }]
      return redeemFloor({ sheets, programmes: 1, merchants: 1, freshMerchants: 0 }) / count
    }
    expect(batch(100)).to.be.below(batch(10)).and.above(6000)
    expect(batch(10)).to.be.below(batch(1))
  })

  const sheet = (places: number[]) => ({ places, depth: 9, freshWords: 0 })
  const lists: { act: string; one: number; two: number }[] = [
    {
      act: 'refunds of a sheet',
      one: refundFloor({ sheets: [sheet([0])], programmes: 1, merchants: 1, again: 0 }),
      two: refundFloor({ sheets: [sheet([0, 1])], programmes: 1, merchants: 1, again: 0 }),
    },
    { act: 'revocations on two sheets', one: revokeFloor([sheet([0])]), two: revokeFloor([sheet([0]), sheet([1])]) },
    { act: 'releases of a programme', one: releaseFloor(1, 1), two: releaseFloor(2, 1) },
    { act: 'reclaims', one: reclaimFloor(1), two: reclaimFloor(2) },
  ]
  for (const { act, one, two } of lists) {
    it(`of two ${act} in one call is that of two calls less a transaction, or lower`, () => {
      expect(two)
        .to.be.above(one)
        .and.at.most(2 * one - 21_000)
    })
  }

  it('of a refund counts the slot of its note: written afresh once, rewritten from then on', () => {
    const refund = (again: number) => refundFloor({ sheets: [sheet([0])], programmes: 1, merchants: 1, again })
    expect(refund(0) - refund(1)).to.equal(22_100 - 5_000)
  })
})
